package dev.rondo.balancer.http;

/**
 * The second lock against request smuggling: reads a head that is about to be sent with other eyes than the parser's. A
 * failure is a fault of ours, whatever a peer did to bring it about, and nothing is sent.
 */
final class WrittenHead {
    private static final byte[] CONTENT_LENGTH = Octets.ascii("content-length");
    private static final byte[] TRANSFER_ENCODING = Octets.ascii("transfer-encoding");

    private WrittenHead() {}

    /**
     * Checks that {@code out} holds from {@code from} on one start line, {@code fields} field lines and an empty line, with no
     * CR or LF elsewhere, no NUL, and at most one field that frames the body.
     *
     * @throws IllegalStateException where it does not
     */
    static void check(ByteSink out, int from, int fields) {
        byte[] b = out.bytes;
        int lines = 0;
        int framing = 0;
        int lineStart = from;
        int end = out.length;
        for (int i = from; i < end; i++) {
            while (i + Words.SIZE <= end && Words.noLineEndNorNul(Words.at(b, i))) i += Words.SIZE;
            if (i == end) break;
            byte octet = b[i];
            if (octet > '\r' || octet < 0) continue;
            if (octet == 0) throw refused("NUL");
            if (octet == '\n' && (i == from || b[i - 1] != '\r')) throw refused("line end");
            if (octet != '\r') continue;
            if (i + 1 == out.length || b[i + 1] != '\n') throw refused("line end");
            if (lineStart == i && i + 2 != out.length) throw refused("empty line");
            if (named(b, lineStart, i, CONTENT_LENGTH) || named(b, lineStart, i, TRANSFER_ENCODING)) framing++;
            lines++;
            lineStart = i + 2;
        }
        if (lineStart != out.length || lines != fields + 2) throw refused("line count");
        if (framing > 1) throw refused("framing");
    }

    private static boolean named(byte[] b, int from, int to, byte[] lower) {
        int colon = from + lower.length;
        return colon < to && b[colon] == ':' && Octets.equalsIgnoreCase(b, from, colon, lower);
    }

    private static IllegalStateException refused(String what) {
        return new IllegalStateException("refused to send a head: " + what);
    }
}
