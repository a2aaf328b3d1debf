package dev.rondo.balancer.testkit;

import java.util.List;

/**
 * An answer as a client saw it.
 *
 * @param status three digits
 * @param reason phrase, may be empty
 * @param minor 1 for HTTP/1.1, 0 for HTTP/1.0
 * @param fields in order
 * @param framing what tells where the body ends
 * @param body without framing, one character a byte
 * @param trailers of a chunked body
 * @param complete whether all of the body came; never true for one that ended by RST
 * @param interims the 1xx answers before this one
 */
public record Answer(
        int status,
        String reason,
        int minor,
        List<Field> fields,
        Framing framing,
        String body,
        List<Field> trailers,
        boolean complete,
        List<Answer> interims) {
    /** What tells where a body ends. */
    public enum Framing {
        NONE,
        LENGTH,
        CHUNKED,
        CLOSE
    }

    /** Whether 1xx and not a switch of protocols. */
    public boolean interim() {
        return status < 200 && status != 101;
    }

    /** Whether the sender says that this is the last answer on its connection. */
    public boolean last() {
        if (framing == Framing.CLOSE || !complete) return true;
        if (Field.lists(fields, "connection", "close")) return true;
        return minor == 0 && !Field.lists(fields, "connection", "keep-alive");
    }

    /** The values of all lines named {@code name}. */
    public List<String> values(String name) {
        return Field.values(fields, name);
    }

    Answer after(List<Answer> earlier) {
        return new Answer(status, reason, minor, fields, framing, body, trailers, complete, List.copyOf(earlier));
    }

    @Override
    public String toString() {
        return status + " " + reason + " " + fields + " " + framing + (complete ? "" : " INCOMPLETE") + "\n"
                + Bytes.shown(body);
    }
}
