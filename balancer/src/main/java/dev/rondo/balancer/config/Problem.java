package dev.rondo.balancer.config;

import java.util.Comparator;

/**
 * One thing that is wrong with a configuration, said in one line.
 *
 * @param file the file as it was named, or the environment variable or system property the value comes from
 * @param line 1 for the first line; 0 where the whole file, a variable or a property is meant
 * @param column 1 for the first character; 0 together with {@code line}
 * @param path the key, {@code pools.api.backends[1].url}; empty where the message names what it is about
 * @param message what is wrong and what to do about it
 */
public record Problem(String file, int line, int column, String path, String message) implements Comparable<Problem> {
    private static final Comparator<Problem> BY_POSITION = Comparator.comparing((Problem problem) -> problem.line == 0)
            .thenComparingInt(Problem::line)
            .thenComparingInt(Problem::column)
            .thenComparing(Problem::file)
            .thenComparing(Problem::path)
            .thenComparing(Problem::message);

    static Problem at(Origin origin, String file, KeyPath path, String message) {
        return switch (origin) {
            case Origin.File place -> new Problem(place.name(), place.line(), place.column(), path.shown(), message);
            case Origin.Variable variable -> new Problem(variable.name(), 0, 0, path.shown(), message);
            case Origin.Property property -> new Problem(property.name(), 0, 0, path.shown(), message);
            case Origin.Inherited inherited -> at(inherited.origin(), file, path, message);
            case Origin.Default() -> new Problem(file, 0, 0, path.shown(), message);
        };
    }

    /** By position in the file; what has none, variables and properties, comes last. */
    @Override
    public int compareTo(Problem other) {
        return BY_POSITION.compare(this, other);
    }

    /** {@code rondo.yaml:7:11 pools.api.backends[1].url: "htp://x" is not an http URL}. */
    @Override
    public String toString() {
        String place = line == 0 ? file : file + ":" + line + ":" + column;
        return path.isEmpty() ? place + " " + message : place + " " + path + ": " + message;
    }
}
