package dev.rondo.balancer.health;

/** A check has its result before it came to its end. Carries no stack trace. */
final class CheckEnded extends Exception {
    private static final long serialVersionUID = 1;

    private final transient CheckResult result;

    CheckEnded(CheckResult result) {
        super(result.what(), null, false, false);
        this.result = result;
    }

    CheckResult result() {
        return result;
    }
}
