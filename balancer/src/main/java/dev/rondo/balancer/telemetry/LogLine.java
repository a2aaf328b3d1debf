package dev.rondo.balancer.telemetry;

import dev.rondo.balancer.config.LogConfig;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.text.MessageFormat;
import java.util.MissingResourceException;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.jspecify.annotations.Nullable;

/** How an event of the application log looks: one line, whatever the message holds. */
enum LogLine {
    /** {@code 2026-11-23T03:10:12.007Z INFO  dev.rondo.balancer.app.Main: text}; a stack only where the logger shows debug. */
    TEXT {
        @Override
        String of(LogRecord record, boolean debug) {
            StringBuilder line = new StringBuilder(160);
            line.append(time(record)).append(' ').append(padded(word(record))).append(record.getLoggerName());
            visible(line.append(": "), message(record));
            Throwable thrown = record.getThrown();
            if (thrown != null) {
                visible(line.append(": "), debug ? stack(thrown) : causes(thrown));
            }
            return line.append('\n').toString();
        }
    },

    /** Members time, level, logger, thread and message; exception and stack where there is one. */
    JSON {
        @Override
        String of(LogRecord record, boolean debug) {
            LineBuffer line = new LineBuffer(256);
            line.text("{\"time\":\"").text(time(record));
            line.text("\",\"level\":\"").text(word(record));
            line.text("\",\"logger\":").json(String.valueOf(record.getLoggerName()));
            line.text(",\"thread\":").json(Thread.currentThread().getName());
            line.text(",\"message\":").json(message(record));
            Throwable thrown = record.getThrown();
            if (thrown != null) {
                line.text(",\"exception\":").json(causes(thrown));
                line.text(",\"stack\":").json(stack(thrown));
            }
            line.text("}\n");
            return StandardCharsets.US_ASCII.decode(line.view()).toString();
        }
    };

    private static final int MOST_CAUSES = 8;

    static LogLine of(LogConfig.Format format) {
        return switch (format) {
            case TEXT -> TEXT;
            case JSON -> JSON;
        };
    }

    /** The line with its line feed. {@code debug} tells whether the logger shows level debug. */
    abstract String of(LogRecord record, boolean debug);

    private static String time(LogRecord record) {
        LineBuffer time = new LineBuffer(32);
        Timestamp.iso(record.getInstant().toEpochMilli(), time);
        return StandardCharsets.US_ASCII.decode(time.view()).toString();
    }

    /** The words of System.Logger, which the configuration uses, rather than JUL's. */
    private static String word(LogRecord record) {
        int level = record.getLevel().intValue();
        if (level >= Level.SEVERE.intValue()) {
            return "ERROR";
        }
        if (level >= Level.WARNING.intValue()) {
            return "WARNING";
        }
        if (level >= Level.CONFIG.intValue()) {
            return "INFO";
        }
        return level >= Level.FINE.intValue() ? "DEBUG" : "TRACE";
    }

    private static String padded(String word) {
        return word + " ".repeat(8 - word.length());
    }

    private static String message(LogRecord record) {
        String message = String.valueOf(record.getMessage());
        if (record.getResourceBundle() != null) {
            try {
                message = record.getResourceBundle().getString(message);
            } catch (MissingResourceException e) {
                // the key is all there is
            }
        }
        Object[] parameters = record.getParameters();
        if (parameters == null || parameters.length == 0) {
            return message;
        }
        try {
            return MessageFormat.format(message, parameters);
        } catch (IllegalArgumentException e) {
            return message; // a brace that was not meant for us
        }
    }

    private static String causes(Throwable thrown) {
        StringBuilder text = new StringBuilder(thrown.toString());
        Throwable cause = thrown.getCause();
        for (int i = 0; cause != null && i < MOST_CAUSES; i++, cause = cause.getCause()) {
            text.append(", caused by ").append(cause);
        }
        return text.toString();
    }

    private static String stack(Throwable thrown) {
        StringWriter text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    /** Messages quote what clients sent; what could end a line, or turn a terminal's writing around, is shown as an escape. */
    private static void visible(StringBuilder line, @Nullable String text) {
        String.valueOf(text).codePoints().forEach(c -> {
            switch (Character.getType(c)) {
                case Character.CONTROL,
                        Character.FORMAT,
                        Character.LINE_SEPARATOR,
                        Character.PARAGRAPH_SEPARATOR,
                        Character.SURROGATE,
                        Character.PRIVATE_USE,
                        Character.UNASSIGNED -> escaped(line, c);
                default -> line.appendCodePoint(c);
            }
        });
    }

    private static void escaped(StringBuilder line, int c) {
        switch (c) {
            case '\n' -> line.append("\\n");
            case '\r' -> line.append("\\r");
            case '\t' -> line.append("\\t");
            default -> line.append("\\u{").append(Integer.toHexString(c)).append('}');
        }
    }
}
