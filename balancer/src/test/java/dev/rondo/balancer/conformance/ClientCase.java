package dev.rondo.balancer.conformance;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a client sends, and what may come of it.
 *
 * @param id name of the case
 * @param description in words
 * @param rfc the passage it rests on
 * @param segments what is sent, in order; each after the first once the proxy has reacted to the one before
 * @param expect which outcomes are right
 * @param preferred the one of them that is asked of Rondo, in words; empty where any will do
 * @param statuses the right ones of a rejection
 * @param localOk statuses with which the proxy may answer on its own
 * @param methods of the requests, for the framing of their answers; empty is read from the first segment
 * @param checks of what the backend saw
 * @param forwarded number of requests that must come to the backend
 * @param mostForwarded at most so many instead; 0 where {@code forwarded} counts
 * @param responses number of answers to wait for
 * @param halfClose whether the client half-closes behind its bytes
 * @param mustClose whether the connection must end
 * @param partialOk whether a part of a rejected request may have been forwarded
 * @param timeoutOk whether the proxy may wait for more until its timeout
 */
record ClientCase(
        String id,
        String description,
        String rfc,
        List<String> segments,
        Expect expect,
        String preferred,
        List<Integer> statuses,
        List<Integer> localOk,
        List<String> methods,
        List<Check> checks,
        int forwarded,
        int mostForwarded,
        int responses,
        boolean halfClose,
        boolean mustClose,
        boolean partialOk,
        boolean timeoutOk) {
    /** Which outcomes are right. */
    enum Expect {
        /** No backend sees it; an error or the end of the connection. */
        REJECT,
        /** As {@link #REJECT}, but the client is told. */
        REJECT_400,
        /** The backend sees it in order. */
        FORWARD,
        /** One or the other. */
        EITHER
    }

    /**
     * A look at what the backend saw.
     *
     * @param kind of look
     * @param name a field's, lower case; empty where the kind needs none
     * @param value the text or number to compare with
     * @param list of texts to compare with
     */
    record Check(String kind, String name, String value, List<String> list) {}

    /** The method of the request that answer {@code index} belongs to. */
    String method(int index) {
        if (index < methods.size()) return methods.get(index);
        return index == 0 && methods.isEmpty() && segments.getFirst().startsWith("HEAD") ? "HEAD" : "GET";
    }

    /** The same request, one byte a segment; null where that says nothing new. */
    @Nullable
    String dribbled() {
        String whole = segments.getFirst();
        return segments.size() > 1 || whole.isEmpty() || whole.length() > 600 ? null : whole;
    }
}
