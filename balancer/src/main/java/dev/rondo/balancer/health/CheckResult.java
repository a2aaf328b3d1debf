package dev.rondo.balancer.health;

/**
 * How one check ended.
 *
 * @param what for people: {@code status 200}, {@code connection refused}
 */
public record CheckResult(Kind kind, String what) {
    /** What it says of the backend. */
    public enum Kind {
        /** It is well. */
        PASSED,
        /** It is not. */
        FAILED,
        /** It is not: nobody listens there. */
        REFUSED,
        /** Nothing: the check could not be made for a reason of our own, such as no descriptor being left. */
        NOT_MADE
    }

    static CheckResult passed(String what) {
        return new CheckResult(Kind.PASSED, what);
    }

    static CheckResult failed(String what) {
        return new CheckResult(Kind.FAILED, what);
    }

    static CheckResult refused(String what) {
        return new CheckResult(Kind.REFUSED, what);
    }

    static CheckResult notMade(String what) {
        return new CheckResult(Kind.NOT_MADE, what);
    }
}
