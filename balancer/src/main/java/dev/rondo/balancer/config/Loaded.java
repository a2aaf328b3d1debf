package dev.rondo.balancer.config;

import java.util.List;

/** What came of reading a configuration. */
public sealed interface Loaded {
    /**
     * It can be run.
     *
     * @param warnings what works, but hardly as it was meant; sorted by position
     * @param effective every value and where it comes from
     */
    record Valid(Configuration configuration, List<Problem> warnings, Effective effective) implements Loaded {}

    /**
     * It cannot be run.
     *
     * @param problems everything that is wrong, never empty; sorted by position, then what comes from variables and properties
     */
    record Broken(List<Problem> problems) implements Loaded {}
}
