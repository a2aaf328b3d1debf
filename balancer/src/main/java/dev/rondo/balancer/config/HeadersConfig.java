package dev.rondo.balancer.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeSet;

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
        public static final Rules NONE = new Rules(new LinkedHashMap<>(), new LinkedHashMap<>(), List.of());

        public Rules {
            set = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(set));
            add = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(add));
            remove = List.copyOf(remove);
            var check = new Rejected.Check();
            unique(check, "set", set.keySet());
            unique(check, "add", add.keySet());
            check.done();
        }

        /** Field names do not differ by case (RFC 9110 §5.1). */
        private static void unique(Rejected.Check check, String key, Set<String> names) {
            Set<String> seen = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
            for (String name : names)
                check.that(seen.add(name), key + "." + name, "is there twice; upper and lower case are the same field");
        }
    }
}
