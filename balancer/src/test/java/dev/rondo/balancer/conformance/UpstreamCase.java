package dev.rondo.balancer.conformance;

import java.util.List;

/**
 * What a backend answers, and what the client may then see.
 *
 * @param id name of the case
 * @param description in words
 * @param rfc the passage it rests on
 * @param raw what the backend sends
 * @param end what it does then
 * @param expect what the client must see
 * @param method of the request
 * @param clientVersion of the request
 * @param bodySize bytes of the request's body
 * @param early whether the backend answers on the head alone
 * @param status of a whole answer
 * @param body of a whole answer
 * @param anyBody whether its body may be anything
 * @param allowOk whether a whole 200 is right as well
 * @param noReuse whether the upstream connection must not carry another request
 * @param noInterim whether 1xx must not reach the client
 * @param rawAbsent text that must not be in the head of a 200; empty for none
 * @param absent fields that must not be there, lower case
 * @param countName a field of which there must be {@code count}; empty for none
 * @param count see {@code countName}
 */
record UpstreamCase(
        String id,
        String description,
        String rfc,
        String raw,
        After end,
        Expect expect,
        String method,
        String clientVersion,
        int bodySize,
        boolean early,
        int status,
        String body,
        boolean anyBody,
        boolean allowOk,
        boolean noReuse,
        boolean noInterim,
        String rawAbsent,
        List<String> absent,
        String countName,
        int count) {
    /** What the backend does behind its answer. */
    enum After {
        KEEP,
        CLOSE,
        RST,
        STALL
    }

    /** What the client must see. */
    enum Expect {
        OK,
        STATUS_502,
        STATUS_504,
        /** 502, or an answer that is visibly not whole. */
        STATUS_502_OR_INCOMPLETE,
        /** 502, or the answer as it was meant. */
        EITHER,
        /** The backend's status. */
        STATUS
    }
}
