package dev.rondo.balancer.proxy;

import java.time.Duration;

/**
 * Times that no configuration sets.
 *
 * @param body that a request's body has before its rate counts
 * @param thread that an idle connection keeps its thread for: a stack is most of what such a connection costs
 */
public record Graces(Duration body, Duration thread) {
    /** Those of the program. */
    public static final Graces USUAL = new Graces(Duration.ofSeconds(10), Duration.ofMillis(200));
}
