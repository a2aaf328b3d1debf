package dev.rondo.balancer.cluster;

import java.util.Locale;

/** Which backends of a pool are used. */
public enum Tier {
    /** Those that nothing speaks against. */
    HEALTHY,
    /** Backups, because nothing else is healthy. */
    BACKUP,
    /** Those that only their own answers have benched, because nothing is healthy. */
    PANIC,
    /** All that are not drained, because fewer than {@code panic-threshold} are healthy. */
    ALL,
    NONE;

    private final String word = name().toLowerCase(Locale.ROOT);

    /** Lower case. */
    public String word() {
        return word;
    }
}
