package dev.rondo.balancer.config;

import java.time.Duration;
import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/** What holds, defaults included, and where it comes from. */
sealed interface Value {
    KeyPath path();

    Origin origin();

    /**
     * One word or number.
     *
     * @param text as it was written
     * @param parsed what {@link Type.Scalar#parse()} made of it
     */
    record Leaf(KeyPath path, Origin origin, String text, Object parsed) implements Value {
        /** The text, unless nobody may see it. */
        String shown() {
            return parsed instanceof Secret secret ? secret.toString() : text;
        }
    }

    record Items(KeyPath path, Origin origin, List<Value> items) implements Value {
        <T> List<T> as(Class<T> type) {
            return items.stream().map(item -> type.cast(((Leaf) item).parsed)).toList();
        }

        List<Fields> sections() {
            return items.stream().map(Fields.class::cast).toList();
        }
    }

    /** Reading a key that the description does not have is a mistake in the program. */
    record Fields(KeyPath path, Origin origin, SequencedMap<String, Value> members) implements Value {
        @Nullable
        Value find(String name) {
            return members.get(name);
        }

        boolean has(String name) {
            return members.containsKey(name);
        }

        Value at(String name) {
            Value value = members.get(name);
            if (value == null)
                throw new IllegalStateException(
                        "no value for " + path.child(name).shown());
            return value;
        }

        Fields section(String name) {
            return (Fields) at(name);
        }

        Items items(String name) {
            return (Items) at(name);
        }

        <T> T get(String name, Class<T> type) {
            return type.cast(((Leaf) at(name)).parsed);
        }

        String text(String name) {
            return get(name, String.class);
        }

        /** As it was written. */
        String written(String name) {
            return ((Leaf) at(name)).text;
        }

        /** Null where it is not set. */
        @Nullable
        String secret(String name) {
            return has(name) ? get(name, Secret.class).text() : null;
        }

        /** Null where it is not set. */
        @Nullable
        String textOrNull(String name) {
            return has(name) ? text(name) : null;
        }

        double number(String name) {
            return get(name, Double.class);
        }

        int integer(String name) {
            return get(name, Integer.class);
        }

        boolean flag(String name) {
            return get(name, Boolean.class);
        }

        Duration duration(String name) {
            return get(name, Duration.class);
        }
    }
}
