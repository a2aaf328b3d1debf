package dev.rondo.balancer.http;

import java.util.EnumSet;
import java.util.Set;

/** The trailer section of a chunked body (RFC 9112 §7.1.2). Reused; not thread-safe. */
final class Trailers extends Fields {
    /** What frames, routes, authenticates or describes a message is of no use behind it (RFC 9110 §6.5.1). */
    private static final Set<FieldName> ALLOWED = EnumSet.of(FieldName.OTHER);

    /** Takes a whole section, its empty line included. */
    void parse(ByteSink section) throws BadMessage {
        bytes = section.bytes;
        parseFields(0);
        for (int i = 0; i < count(); i++) if (!ALLOWED.contains(name(i))) drop(i);
    }

    /** Appends the lines that may be passed on. */
    void writeTo(ByteSink out, HeaderRules rules) {
        for (int i = 0; i < count(); i++) {
            boolean keep = !isDropped(i) && !rules.replaces(bytes, nameStart(i), nameEnd(i));
            if (keep) out.put(bytes, nameStart(i), valueEnd(i)).put('\r').put('\n');
        }
    }

    void clear() {
        forgetFields();
    }
}
