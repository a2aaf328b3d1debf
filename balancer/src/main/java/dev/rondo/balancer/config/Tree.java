package dev.rondo.balancer.config;

import java.util.List;

/** A YAML document as it was written: places kept, scalars as text, aliases followed, every key once. */
sealed interface Tree {
    /** Where it begins. */
    Origin.File at();

    /** {@code "found …"} in a message. */
    String described();

    /**
     * One word or number.
     *
     * @param empty whether nothing (or {@code null}) stands there
     */
    record Scalar(Origin.File at, String text, boolean empty) implements Tree {
        @Override
        public String described() {
            return empty ? "nothing" : Text.quoted(text);
        }
    }

    record Items(Origin.File at, List<Tree> items) implements Tree {
        @Override
        public String described() {
            return "a list";
        }
    }

    record Fields(Origin.File at, List<Field> fields) implements Tree {
        @Override
        public String described() {
            return "keys";
        }
    }

    /**
     * A name and its value.
     *
     * @param at where the name begins
     */
    record Field(Origin.File at, String name, Tree value) {}
}
