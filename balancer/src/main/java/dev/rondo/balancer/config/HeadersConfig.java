package dev.rondo.balancer.config;

import java.util.List;
import java.util.SequencedMap;

/**
 * What a pool changes in the fields of a message.
 *
 * @param request on the way to the backend
 * @param response on the way to the client
 */
public record HeadersConfig(Rules request, Rules response) {
    /** Changes nothing. */
    public static final HeadersConfig NONE = new HeadersConfig(Rules.NONE, Rules.NONE);

    /**
     * Applied in the order remove, set, add. Names are tokens, values have no control characters, and the fields that frame
     * or route a message cannot be named.
     *
     * @param set field name to the one value it has afterwards
     * @param add field name to a value that is appended as a line of its own
     * @param remove field names
     */
    public record Rules(SequencedMap<String, String> set, SequencedMap<String, String> add, List<String> remove) {
        /** Changes nothing. */
        public static final Rules NONE =
                new Rules(new java.util.LinkedHashMap<>(), new java.util.LinkedHashMap<>(), List.of());
    }
}
