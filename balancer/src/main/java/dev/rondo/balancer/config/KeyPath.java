package dev.rondo.balancer.config;

import io.helidon.config.Config;
import java.util.Locale;

/**
 * The way from the top of the file to a value.
 *
 * @param shown for people: {@code pools.api.backends[1].url}
 * @param key for Helidon Config, with dots inside of names escaped: {@code pools.api.backends.1.url}
 */
record KeyPath(String shown, String key) {
    static final String PROPERTY_PREFIX = "rondo.";
    static final String VARIABLE_PREFIX = "RONDO_";
    static final KeyPath ROOT = new KeyPath("", "");

    KeyPath child(String name) {
        String escaped = Config.Key.escapeName(name);
        return key.isEmpty() ? new KeyPath(name, escaped) : new KeyPath(shown + "." + name, key + "." + escaped);
    }

    KeyPath item(int index) {
        return new KeyPath(shown + "[" + index + "]", key + "." + index);
    }

    /** The system property that sets it. */
    String property() {
        return PROPERTY_PREFIX + Config.Key.unescapeName(key);
    }

    /** The environment variable that sets it: upper case, everything else than letters and digits an underscore. */
    String variable() {
        return VARIABLE_PREFIX
                + Config.Key.unescapeName(key).toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
    }

    /** Whether {@code other} is this or lies below it. */
    boolean holds(KeyPath other) {
        return key.isEmpty() || other.key.equals(key) || other.key.startsWith(key + ".");
    }
}
