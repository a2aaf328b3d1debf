package dev.rondo.balancer.http;

/** A message that breaks the grammar, a rule or a limit. Carries no stack trace: it is an outcome, not a surprise. */
public final class BadMessage extends Exception {
    private static final long serialVersionUID = 1;

    /** What kind of rule was broken; the one who reads the message knows which status that is. */
    public enum Fault {
        MALFORMED,
        HEAD_TOO_LARGE,
        TARGET_TOO_LONG,
        UNSUPPORTED_VERSION,
        UNSUPPORTED_METHOD,
        UNSUPPORTED_CODING,
        UNKNOWN_EXPECTATION
    }

    private final Fault fault;

    /** A fault and one line that says what was wrong, never with the offending bytes. */
    public BadMessage(Fault fault, String detail) {
        super(detail, null, false, false);
        this.fault = fault;
    }

    static BadMessage malformed(String detail) {
        return new BadMessage(Fault.MALFORMED, detail);
    }

    /** The kind of rule that was broken. */
    public Fault fault() {
        return fault;
    }
}
