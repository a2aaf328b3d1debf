package dev.rondo.balancer.telemetry;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Writes each event of the application log as one line, in one write, so that lines of several threads do not mix. */
final class LogLineHandler extends Handler {
    private final LogLine line;
    private final PrintStream out;

    LogLineHandler(LogLine line, PrintStream out) {
        this.line = line;
        this.out = out;
    }

    @Override
    public void publish(LogRecord record) {
        if (isLoggable(record)) {
            String name = record.getLoggerName();
            boolean debug = Logger.getLogger(name == null ? "" : name).isLoggable(Level.FINE);
            byte[] bytes = line.of(record, debug).getBytes(StandardCharsets.UTF_8);
            out.write(bytes, 0, bytes.length);
            out.flush();
        }
    }

    @Override
    public void flush() {
        out.flush();
    }

    @Override
    public void close() {
        out.flush(); // standard error stays open for whoever writes to it after us
    }
}
