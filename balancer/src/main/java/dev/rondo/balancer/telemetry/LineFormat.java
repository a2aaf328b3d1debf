package dev.rondo.balancer.telemetry;

/** How a line of the access log looks. */
sealed interface LineFormat permits JsonLine, CommonLine {
    /** Appends {@code exchange} as one line with its line feed; whatever a client sent, there is no other line feed in it. */
    void append(Exchange exchange, LineBuffer out);
}
