package dev.rondo.balancer.cluster;

import dev.rondo.balancer.config.HealthCheckConfig;
import org.jspecify.annotations.Nullable;

/**
 * What those who judge a backend from outside say of it: active checks, people, discovery. Immutable. What its own answers say
 * is {@link Ejection}.
 *
 * @param check what its active checks say
 * @param checked why they say so, for people
 * @param drained why it gets no new requests, said by a person; null where nobody said so
 * @param withheld what discovery has against it, which a person does not take back; null where nothing
 * @param weight set by the API; null where nobody did
 */
record Standing(
        Check check,
        String checked,
        @Nullable String drained,
        @Nullable Withheld withheld,
        @Nullable Weight weight) {
    /**
     * A weight set by the API.
     *
     * @param set counts
     * @param configured in place of this; where the configuration comes to say something else, that counts
     */
    record Weight(int set, int configured) {}

    /** What active checks say. */
    enum Check {
        /** They pass, or there are none. */
        PASSED,
        /** None has ended yet. */
        UNKNOWN,
        FAILED
    }

    /** Of a backend that is new. */
    static Standing first(@Nullable HealthCheckConfig checks) {
        if (checks == null) return new Standing(Check.PASSED, "nothing is held against it", null, null, null);
        return switch (checks.initial()) {
            case UP -> new Standing(Check.PASSED, "taken for up until its first check", null, null, null);
            case DOWN -> new Standing(Check.FAILED, "taken for down until its first check", null, null, null);
            case UNKNOWN -> new Standing(Check.UNKNOWN, "its first check has not ended", null, null, null);
        };
    }

    Standing checked(Check verdict, String why) {
        return new Standing(verdict, why, drained, withheld, weight);
    }

    /** @param why null takes a drain back */
    Standing drained(@Nullable String why) {
        return new Standing(check, checked, why, withheld, weight);
    }

    /** @param why null takes it back */
    Standing withheld(@Nullable Withheld why) {
        return new Standing(check, checked, drained, why, weight);
    }

    /** Why it gets no new requests, whoever said so; null where nobody did. */
    @Nullable
    String refusal() {
        if (drained != null) return drained;
        return withheld == null ? null : withheld.reason();
    }

    /** @param set null goes back to what is configured */
    Standing weighed(@Nullable Weight set) {
        return new Standing(check, checked, drained, withheld, set);
    }

    /** With the weight of whoever has spoken last: the API, or the configuration. */
    Standing weighed(int configured) {
        return weight == null || weight.configured == configured ? this : weighed(null);
    }

    /** What people say. */
    Said said() {
        return drained == null && weight == null ? Said.NOTHING : new Said(drained, weight);
    }

    /** With what people said of it when it was there before. */
    Standing recalled(Said said) {
        return new Standing(check, checked, said.drained(), withheld, said.weight());
    }

    /** Of a backend that is not checked, or has not been so far and works. */
    Standing unchecked() {
        return check == Check.PASSED
                ? this
                : new Standing(Check.PASSED, "nothing is held against it", drained, withheld, weight);
    }
}
