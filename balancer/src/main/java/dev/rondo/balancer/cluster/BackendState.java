package dev.rondo.balancer.cluster;

import java.util.Locale;

/** Where a backend stands, in one word. */
public enum BackendState {
    /** Nothing speaks against it. */
    UP,
    /** No active check of it has ended. */
    UNKNOWN,
    /** Its active checks fail. */
    DOWN,
    /** Its own answers have benched it. */
    EJECTED,
    /** Back from an ejection, for one request at a time. */
    PROBATION,
    /** It ends what it has and gets nothing new: by the API, by discovery or by a weight of 0. */
    DRAINING;

    private final String word = name().toLowerCase(Locale.ROOT);

    /** Lower case. */
    public String word() {
        return word;
    }

    boolean isUsable() {
        return this == UP || this == PROBATION;
    }
}
