package dev.rondo.balancer.telemetry;

import org.jspecify.annotations.Nullable;

/**
 * The NCSA common log format, and the combined one.
 *
 * @param combined whether referer and user agent follow
 */
record CommonLine(boolean combined) implements LineFormat {
    @Override
    public void append(Exchange exchange, LineBuffer out) {
        out.word(exchange.client()).text(" - - [");
        Timestamp.common(exchange.startMillis(), out);
        out.text("] \"").word(exchange.method());
        out.one(' ').word(exchange.target());
        out.one(' ').word(exchange.version());
        out.text("\" ").number(exchange.status());
        out.one(' ').number(exchange.bytesOut());
        if (combined) {
            field(exchange.referer(), out);
            field(exchange.userAgent(), out);
        }
        out.one('\n');
    }

    private static void field(@Nullable String value, LineBuffer out) {
        out.text(" \"").quoted(value == null || value.isEmpty() ? "-" : value).one('"');
    }
}
