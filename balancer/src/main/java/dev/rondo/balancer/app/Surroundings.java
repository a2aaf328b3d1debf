package dev.rondo.balancer.app;

import dev.rondo.balancer.connect.Resolver;
import java.time.Duration;

/**
 * What a balancer takes from outside its configuration.
 *
 * @param lookup finds the addresses of a name
 * @param bodyGrace time a request's body has before its rate counts
 */
record Surroundings(Resolver.Lookup lookup, Duration bodyGrace) {
    /** Those of the program. */
    static final Surroundings REAL = new Surroundings(Resolver::system, Duration.ofSeconds(10));
}
