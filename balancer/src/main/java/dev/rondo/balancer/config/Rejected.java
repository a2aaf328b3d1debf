package dev.rondo.balancer.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A record's constructor found values that do not go together, or that no file could give. */
public final class Rejected extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    private final transient List<Reason> reasons;

    private Rejected(List<Reason> reasons) {
        super(reasons.stream()
                .map(reason -> reason.keys().getFirst() + " " + reason.message())
                .collect(Collectors.joining("; ")));
        this.reasons = List.copyOf(reasons);
    }

    /** Everything that is wrong, in the order in which it was found. */
    List<Reason> reasons() {
        return reasons;
    }

    /**
     * @param keys what the message is about, in the words of the file and seen from the record; the first is to be changed
     */
    record Reason(List<String> keys, String message) {}

    /** Collects reasons, so that a constructor reports all of them. */
    static final class Check {
        private final List<Reason> reasons = new ArrayList<>();

        /** @param key in the words of the file */
        void that(boolean right, String key, String otherwise) {
            if (!right) reasons.add(new Reason(List.of(key), otherwise));
        }

        /** {@code key} lies in {@code container} in time, so it cannot be longer. */
        void within(String key, Duration value, String container, Duration limit) {
            if (value.compareTo(limit) > 0)
                reasons.add(new Reason(
                        List.of(key, container),
                        Scalars.shown(value) + " is longer than " + container + ", which is " + Scalars.shown(limit)
                                + " and contains it"));
        }

        /** {@code key} is not longer than {@code other}. */
        void atMost(String key, Duration value, String other, Duration limit) {
            if (value.compareTo(limit) > 0)
                reasons.add(new Reason(
                        List.of(key, other),
                        Scalars.shown(value) + " is longer than " + other + ", which is " + Scalars.shown(limit)
                                + "; shorten the one or lengthen the other"));
        }

        void positive(String key, Duration value) {
            that(value.isPositive(), key, "must be longer than nothing");
        }

        void notNegative(String key, Duration value) {
            that(!value.isNegative(), key, "must not be negative");
        }

        /** @param keys see {@link Reason#keys()} */
        void fail(List<String> keys, String message) {
            reasons.add(new Reason(keys, message));
        }

        /** Ends the constructor where anything was wrong. */
        void done() {
            if (!reasons.isEmpty()) throw new Rejected(reasons);
        }
    }
}
