package dev.rondo.bench;

import java.util.Locale;

/** What is measured of a proxy, with its unit. */
enum Metric {
    REQUESTS("req/s", 0, true),
    MESSAGES("msg/s", 0, true),
    /** Of the proxy, user and system, all its threads and processes. */
    CPU("CPU µs", 2, true),
    USER("user µs", 2, false),
    CPU_PER_MEGABYTE("CPU µs/MB", 1, true),
    P50("p50 µs", 0, true),
    P99("p99 µs", 0, true),
    /** Summed over its processes, which counts what they share more than once. */
    RSS("RSS MB", 1, true),
    /** The same with what is shared divided among those that share it. */
    PSS("PSS MB", 1, false),
    CONNECTIONS("conns", 0, false),
    PER_CONNECTION("KB/conn", 2, true),
    START("start ms", 0, true),
    IMAGE("image MB", 1, false),
    ALLOCATION("bytes/req", 0, true),
    ERRORS("errors", 0, false);

    private final String heading;
    private final int decimals;
    private final boolean compared;

    Metric(String heading, int decimals, boolean compared) {
        this.heading = heading;
        this.decimals = decimals;
        this.compared = compared;
    }

    String heading() {
        return heading;
    }

    /** Whether a ratio of two of them says something. */
    boolean isCompared() {
        return compared;
    }

    String format(double value) {
        return String.format(Locale.ROOT, "%,." + decimals + "f", value);
    }
}
