package dev.rondo.balancer.testkit;

import java.util.List;

/**
 * A request as a backend saw it.
 *
 * @param head its head
 * @param body without framing, one character a byte
 * @param trailers of a chunked body
 * @param raw every byte of it
 */
public record Request(Head head, String body, List<Field> trailers, String raw) {
    /**
     * The head of a request.
     *
     * @param method as it came
     * @param target as it came
     * @param minor 1 for HTTP/1.1, 0 for HTTP/1.0
     * @param fields in order
     */
    public record Head(String method, String target, int minor, List<Field> fields) {
        /** The values of all lines named {@code name}. */
        public List<String> values(String name) {
            return Field.values(fields, name);
        }

        /** The field lines as they came, without those named in {@code names}. */
        public List<String> linesWithout(List<String> names) {
            return fields.stream()
                    .filter(f -> names.stream().noneMatch(f::is))
                    .map(Field::toString)
                    .toList();
        }
    }

    /** The method. */
    public String method() {
        return head.method();
    }

    /** The target. */
    public String target() {
        return head.target();
    }

    /** The values of all lines named {@code name}. */
    public List<String> values(String name) {
        return head.values(name);
    }

    @Override
    public String toString() {
        return "request\n" + Bytes.shown(raw);
    }
}
