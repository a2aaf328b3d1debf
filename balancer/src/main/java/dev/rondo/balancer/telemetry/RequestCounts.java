package dev.rondo.balancer.telemetry;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Requests by method and status code. A row of a hundred counters exists for each method and class of codes (2xx, …) that has
 * been seen, so that a backend costs a few kilobytes on a lane where a full table would cost forty.
 */
final class RequestCounts {
    private static final String[] METHODS = {
        "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "OTHER"
    };
    private static final int CLASSES = 10;
    private static final int CODES_IN_CLASS = 100;
    private static final VarHandle ROW = MethodHandles.arrayElementVarHandle(Counters[].class);

    private final @Nullable Counters[] rows = new Counters[METHODS.length * CLASSES];

    /** Takes each combination that was counted. */
    interface Visitor {
        void visit(String method, int code, long count);
    }

    /** Only by the owner. A code that is none is counted as 0. */
    void count(String method, int code) {
        int known = code >= 0 && code < CLASSES * CODES_IN_CLASS ? code : 0;
        int row = methodIndex(method) * CLASSES + known / CODES_IN_CLASS;
        Counters counters = rows[row];
        if (counters == null) {
            counters = new Counters(CODES_IN_CLASS);
            ROW.setRelease(rows, row, counters); // a scraper sees the row with its zeros, or no row
        }
        counters.add(known % CODES_IN_CLASS, 1);
    }

    /** The counts of several lanes, taken at a scrape. */
    static final class Sum {
        private final long[] counts = new long[METHODS.length * CLASSES * CODES_IN_CLASS];

        void add(RequestCounts requests) {
            for (int row = 0; row < requests.rows.length; row++) {
                Counters counters = (Counters) ROW.getAcquire(requests.rows, row);
                if (counters != null) {
                    for (int i = 0; i < CODES_IN_CLASS; i++) {
                        counts[row * CODES_IN_CLASS + i] += counters.get(i);
                    }
                }
            }
        }

        void visit(Visitor visitor) {
            int codes = CLASSES * CODES_IN_CLASS;
            for (int i = 0; i < counts.length; i++) {
                if (counts[i] > 0) {
                    visitor.visit(METHODS[i / codes], i % codes, counts[i]);
                }
            }
        }
    }

    /** Methods are clients' to invent; a label takes those of RFC 9110 §9 and PATCH, and one word for the rest. */
    private static int methodIndex(String method) {
        return switch (method) {
            case "GET" -> 0;
            case "HEAD" -> 1;
            case "POST" -> 2;
            case "PUT" -> 3;
            case "DELETE" -> 4;
            case "CONNECT" -> 5;
            case "OPTIONS" -> 6;
            case "TRACE" -> 7;
            case "PATCH" -> 8;
            default -> 9;
        };
    }
}
