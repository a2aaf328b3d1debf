package dev.rondo.balancer.config;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Final status codes (RFC 9110 §15), as {@code 200-399} or {@code 200, 204}.
 *
 * @param ranges never empty
 */
public record StatusRanges(List<Range> ranges) {
    /** Every success and every redirection. */
    public static final StatusRanges DEFAULT = new StatusRanges(List.of(new Range(200, 399)));

    private static final Pattern RANGE = Pattern.compile("([2-5][0-9]{2})(?:\\s*-\\s*([2-5][0-9]{2}))?");

    /**
     * From one status to another, both included.
     *
     * @param first 200 to 599
     * @param last not less than {@code first}, 599 at most
     */
    public record Range(int first, int last) {
        public Range {
            if (first < 200 || last > 599 || last < first)
                throw new IllegalArgumentException("is not a range of statuses from 200 to 599");
        }

        @Override
        public String toString() {
            return first == last ? Integer.toString(first) : first + "-" + last;
        }
    }

    public StatusRanges {
        ranges = List.copyOf(ranges);
        if (ranges.isEmpty()) throw new IllegalArgumentException("names no status; write 200-399, for example");
    }

    /** @throws IllegalArgumentException where {@code text} is none; its message completes the sentence {@code "x" …} */
    static StatusRanges parse(String text) {
        List<Range> ranges = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            Matcher match = RANGE.matcher(part.strip());
            if (!match.matches())
                throw new IllegalArgumentException(
                        "is not a status from 200 to 599; write 204, 200-399, or a list of such");
            int first = Integer.parseInt(match.group(1));
            int last = match.group(2) == null ? first : Integer.parseInt(match.group(2));
            if (last < first)
                throw new IllegalArgumentException(
                        "has a range that ends before it begins; write " + last + "-" + first);
            ranges.add(new Range(first, last));
        }
        return new StatusRanges(ranges);
    }

    /** Whether {@code status} is one of them. */
    public boolean contains(int status) {
        for (Range range : ranges) if (status >= range.first && status <= range.last) return true;
        return false;
    }

    /** As it could stand in the file: {@code 200-299, 404}. */
    @Override
    public String toString() {
        return ranges.stream().map(Range::toString).collect(Collectors.joining(", "));
    }
}
