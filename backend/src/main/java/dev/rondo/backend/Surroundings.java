package dev.rondo.backend;

import java.time.InstantSource;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * What a backend takes from outside itself, so that a test can hold it still.
 *
 * @param clock the time of day, for the access log
 * @param nanos a clock that only goes forward, in nanoseconds
 * @param random decides which requests a fault hits; used by one thread at a time
 * @param pauses how delays are waited for
 * @param accessLog takes one record for each request; must not block
 */
record Surroundings(
        InstantSource clock, LongSupplier nanos, RandomGenerator random, Pauses pauses, Consumer<Served> accessLog) {}
