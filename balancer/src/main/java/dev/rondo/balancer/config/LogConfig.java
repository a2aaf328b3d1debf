package dev.rondo.balancer.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/**
 * The application's own log, on standard error.
 *
 * @param format {@code TEXT} or {@code JSON}, one line an event
 * @param levels logger name to level ({@code trace}, {@code debug}, {@code info}, {@code warning}, {@code error}, {@code off});
 *     the name {@code root} is all of them
 */
public record LogConfig(Format format, SequencedMap<String, System.Logger.Level> levels) {
    public LogConfig {
        levels = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(levels));
    }

    /** How a line looks. */
    public enum Format {
        TEXT,
        JSON
    }
}
