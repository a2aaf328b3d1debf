package dev.rondo.balancer.conformance;

import java.util.List;

/**
 * What a case came to.
 *
 * @param id of the case
 * @param verdict by the oracles that came with the cases
 * @param why it is not a pass
 * @param findings what is wrong beyond those oracles
 * @param transcript what was sent, and received on both sides
 */
record Outcome(String id, Verdict verdict, List<String> why, List<String> findings, String transcript) {
    /** By the oracles that came with the cases. */
    enum Verdict {
        PASS,
        /** Safe, but not what is preferred. */
        WARN,
        FAIL
    }

    boolean passed() {
        return verdict == Verdict.PASS && findings.isEmpty();
    }

    @Override
    public String toString() {
        return verdict + " " + id + " " + why + " " + findings + "\n" + transcript;
    }
}
