package dev.rondo.balancer.config;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What may stand at a place in the file. */
sealed interface Type {
    /** In messages and in the reference: {@code duration}, {@code list of backends}. */
    String name();

    /**
     * One word or number.
     *
     * @param parse text to value; an {@link IllegalArgumentException}'s message completes the sentence {@code "x" …}
     * @param schema what a JSON schema says of it
     * @param item what a list has in it that may be written instead of the same with commas; null where none may
     * @param secret whether no message may show it
     */
    record Scalar<T>(
            String name,
            Function<String, T> parse,
            Map<String, Object> schema,
            @Nullable Scalar<?> item,
            boolean secret)
            implements Type {
        Scalar(String name, Function<String, T> parse, Map<String, Object> schema) {
            this(name, parse, schema, null, false);
        }

        /** The sentence that says why {@code text} cannot be parsed; empty where it can. */
        Optional<String> complaint(String text) {
            return refusal(text).map(refusal -> (secret ? "the value" : Text.quoted(text)) + " " + refusal);
        }

        /** What completes the sentence {@code "x" …}; empty where {@code text} can be parsed. */
        Optional<String> refusal(String text) {
            try {
                Object unused = parse.apply(text);
                return Optional.empty();
            } catch (IllegalArgumentException e) {
                return Optional.of(String.valueOf(e.getMessage()));
            }
        }
    }

    /**
     * Keys that are known.
     *
     * @param shorthand the key that is meant where a scalar stands instead of the section; null where none may
     */
    record Section(String name, List<Key> keys, @Nullable Key shorthand) implements Type {
        @Nullable
        Key key(String name) {
            for (Key key : keys) if (key.name().equals(name)) return key;
            return null;
        }
    }

    /** One after the other. */
    record ListOf(String name, Type item, boolean mayBeEmpty) implements Type {}

    /** A list, or keys that say where its items are to be found. */
    record ListOrSection(ListOf list, Section section) implements Type {
        @Override
        public String name() {
            return list.name() + ", or " + section.name();
        }
    }

    /**
     * Names that are chosen by the user.
     *
     * @param names what a name must look like
     * @param placeholder stands for a name in the reference
     * @param defaults entries that are there unless set
     */
    record MapOf(
            String name,
            Scalar<String> names,
            String placeholder,
            Type value,
            Map<String, String> defaults,
            boolean mayBeEmpty)
            implements Type {}
}
