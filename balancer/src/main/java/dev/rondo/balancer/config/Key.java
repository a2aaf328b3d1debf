package dev.rondo.balancer.config;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A key of the file. All of them are in {@link Description}, from which the check, the reference, the JSON schema and
 * {@code rondo print} come.
 *
 * @param type what may stand behind it
 * @param fallback what holds where it is not set
 * @param meaning one or more sentences, with the unit
 * @param example as it stands behind the colon; null where the default shows enough
 * @param needs a key beside it without which it says nothing; null where there is none
 */
record Key(
        String name,
        Type type,
        Fallback fallback,
        String meaning,
        @Nullable String example,
        @Nullable String needs) {
    /** What holds where a key is not set. */
    sealed interface Fallback {
        /** It must be set. */
        record Required() implements Fallback {}

        /** Nothing, or for a section what its keys fall back to. */
        record Nothing() implements Fallback {}

        /** This. */
        record Fixed(String text) implements Fallback {}

        /** For a section: it is not there at all, its defaults neither, until something of it is set. */
        record Off() implements Fallback {}

        /**
         * What stands at another place of the file, {@code timeouts.connect}.
         *
         * @param unset what holds instead where nobody has set that either; null where its default does
         */
        record Inherited(
                String section, String key, @Nullable Computed unset) implements Fallback {}

        /** What follows from the keys before it; null where it does not. */
        record Computed(String words, Function<Value.Fields, @Nullable String> from) implements Fallback {}
    }

    static Key required(String name, Type type, String meaning) {
        return new Key(name, type, new Fallback.Required(), meaning, null, null);
    }

    static Key optional(String name, Type type, String meaning) {
        return new Key(name, type, new Fallback.Nothing(), meaning, null, null);
    }

    /** A section that is off until something of it is set. */
    static Key off(String name, Type.Section type, String meaning) {
        return new Key(name, type, new Fallback.Off(), meaning, null, null);
    }

    static Key of(String name, Type type, String standard, String meaning) {
        return new Key(name, type, new Fallback.Fixed(standard), meaning, null, null);
    }

    Key or(Fallback other) {
        return new Key(name, type, other, meaning, example, needs);
    }

    Key example(String text) {
        return new Key(name, type, fallback, meaning, text, needs);
    }

    Key needs(String neighbour) {
        return new Key(name, type, fallback, meaning, example, neighbour);
    }
}
