package dev.rondo.balancer.prove;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Reads answers of one connection, as strictly as a client must that is to notice what is broken (RFC 9112 §6.3). Bodies are
 * thrown away but for the first line.
 */
final class AnswerReader {
    private static final int BUFFER = 16 << 10;
    private static final int LONGEST_LINE = 64 << 10;
    private static final int MOST_FIELDS = 1000;
    private static final int LONGEST_NAME = 60;
    private static final Pattern STATUS_LINE = Pattern.compile("HTTP/1\\.[01] [1-5][0-9]{2}( .*)?");

    /** The connection ended where more had to come, or what came is not HTTP. */
    static final class Broken extends IOException {
        private static final long serialVersionUID = 1;
        private final Cause why;

        Broken(Cause why) {
            super(why.word());
            this.why = why;
        }

        Cause why() {
            return why;
        }
    }

    private final InputStream in;
    private final byte[] buffer = new byte[BUFFER];
    private int next;
    private int end;
    private boolean begun;
    private final StringBuilder firstLine = new StringBuilder();
    private boolean firstLineEnded;

    AnswerReader(InputStream in) {
        this.in = in;
    }

    /** Whether a byte of the answer that is being read, or was read last, has come. */
    boolean isBegun() {
        return begun;
    }

    /** Whether bytes are left over that belong to no answer. */
    boolean hasMore() {
        return next < end;
    }

    /** Reads the next final answer; interim ones (1xx) are passed over. */
    Answer read() throws IOException {
        begun = false;
        firstLine.setLength(0);
        firstLineEnded = false;
        String line = line();
        while (true) {
            if (!STATUS_LINE.matcher(line).matches()) throw new Broken(Cause.MALFORMED);
            int status = Integer.parseInt(line.substring(9, 12));
            Fields fields = fields(line.startsWith("HTTP/1.1"));
            if (status == 101) throw new Broken(Cause.MALFORMED); // nothing was asked to be upgraded
            if (status >= 200) {
                boolean delimited = body(status, fields);
                String server = fields.server.isEmpty() ? firstLine.toString() : fields.server;
                return new Answer(status, printable(server), fields.kept && delimited);
            }
            line = line();
        }
    }

    private static final class Fields {
        private boolean kept;
        private boolean chunked;
        private long length = -1;
        private String server = "";
    }

    private Fields fields(boolean kept) throws IOException {
        Fields fields = new Fields();
        fields.kept = kept;
        for (int i = 0; i < MOST_FIELDS; i++) {
            String line = line();
            if (line.isEmpty()) return fields;
            int colon = line.indexOf(':');
            if (colon < 1) throw new Broken(Cause.MALFORMED);
            String value = line.substring(colon + 1).strip();
            switch (line.substring(0, colon).toLowerCase(Locale.ROOT)) {
                case "content-length" -> {
                    if (!value.matches("[0-9]{1,18}")) throw new Broken(Cause.MALFORMED);
                    fields.length = Long.parseLong(value);
                }
                case "transfer-encoding" -> {
                    if (!value.equalsIgnoreCase("chunked")) throw new Broken(Cause.MALFORMED); // we have sent no TE
                    fields.chunked = true;
                }
                case "connection" -> {
                    String options = "," + value.toLowerCase(Locale.ROOT).replace(" ", "") + ",";
                    if (options.contains(",close,")) fields.kept = false;
                    else if (options.contains(",keep-alive,")) fields.kept = true;
                }
                case "x-served-by" -> fields.server = value;
                default -> {}
            }
        }
        throw new Broken(Cause.MALFORMED);
    }

    /** Whether its end is not that of the connection. */
    private boolean body(int status, Fields fields) throws IOException {
        if (status == 204 || status == 304) return true;
        if (fields.chunked) {
            chunks();
            return true;
        }
        if (fields.length >= 0) {
            skip(fields.length);
            return true;
        }
        while (fill()) take(end - next);
        return false;
    }

    private void chunks() throws IOException {
        while (true) {
            String size = line().split(";", 2)[0].strip();
            if (!size.matches("[0-9A-Fa-f]{1,15}")) throw new Broken(Cause.MALFORMED);
            long length = Long.parseLong(size, 16);
            if (length == 0) break;
            skip(length);
            if (!line().isEmpty()) throw new Broken(Cause.MALFORMED);
        }
        int trailers = 0;
        while (!line().isEmpty()) if (++trailers > MOST_FIELDS) throw new Broken(Cause.MALFORMED);
    }

    private void skip(long count) throws IOException {
        for (long left = count; left > 0; ) {
            need();
            int some = (int) Math.min(left, end - next);
            take(some);
            left -= some;
        }
    }

    /** Passes over bytes of the body; of its first line as much is kept as a name may have. */
    private void take(int count) {
        for (int i = next; i < next + count && !firstLineEnded; i++) {
            firstLineEnded = buffer[i] == '\n' || firstLine.length() == LONGEST_NAME;
            if (!firstLineEnded) firstLine.append((char) (buffer[i] & 0xff));
        }
        next += count;
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        while (line.length() < LONGEST_LINE) {
            need();
            char c = (char) (buffer[next++] & 0xff);
            if (c == '\n') {
                if (line.isEmpty() || line.charAt(line.length() - 1) != '\r') throw new Broken(Cause.MALFORMED);
                line.setLength(line.length() - 1);
                return line.toString();
            }
            line.append(c);
        }
        throw new Broken(Cause.MALFORMED);
    }

    private void need() throws IOException {
        if (next == end && !fill()) throw new Broken(begun ? Cause.CUT : Cause.CLOSED);
    }

    private boolean fill() throws IOException {
        if (next < end) return true;
        int count = in.read(buffer);
        if (count < 0) return false;
        begun = true;
        next = 0;
        end = count;
        return true;
    }

    private static String printable(String name) {
        String latin = new String(name.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
        String plain = latin.replaceAll("\\p{Cntrl}", "").strip();
        return plain.substring(0, Math.min(LONGEST_NAME, plain.length()));
    }
}
