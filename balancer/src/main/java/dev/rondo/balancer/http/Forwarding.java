package dev.rondo.balancer.http;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a backend is told about the client of one connection: {@code X-Forwarded-*}, {@code Via} and {@code X-Request-Id}, and
 * {@code Forwarded} (RFC 7239) if asked. What a peer that is not trusted says of these is thrown away. Immutable.
 */
public final class Forwarding {
    private static final byte[] FOR = Octets.ascii("X-Forwarded-For: ");
    private static final byte[] PROTO = Octets.ascii("X-Forwarded-Proto: http\r\n");
    private static final byte[] HOST = Octets.ascii("X-Forwarded-Host: ");
    private static final byte[] REQUEST_ID = Octets.ascii("X-Request-Id: ");
    private static final byte[] CRLF = Octets.ascii("\r\n");

    private final String peerText;
    private final byte[] peer;
    private final boolean trusted;
    private final byte @Nullable [] forwardedFor;
    private final byte[] via11;
    private final byte[] via10;

    /**
     * @param peer address of the peer, without port, IPv6 without brackets
     * @param trusted whether the peer is one of the trusted proxies
     * @param forwarded whether {@code Forwarded} is written as well
     * @param via the pseudonym in {@code Via}
     */
    public Forwarding(String peer, boolean trusted, boolean forwarded, String via) {
        this.peerText = peer;
        this.peer = Octets.ascii(peer);
        this.trusted = trusted;
        String node = peer.indexOf(':') >= 0 ? "\"[" + peer + "]\"" : peer; // RFC 7239 §6
        this.forwardedFor = forwarded ? Octets.ascii("Forwarded: for=" + node + ";proto=http") : null;
        this.via11 = Octets.ascii("Via: 1.1 " + via + "\r\n");
        this.via10 = Octets.ascii("Via: 1.0 " + via + "\r\n");
    }

    /** The client's address: the peer's, or behind a trusted proxy the last one that proxy names. */
    public String client(RequestHead head) {
        String named = trusted ? lastLine(head) : "";
        String last = named.substring(named.lastIndexOf(',') + 1).strip();
        return last.isEmpty() ? peerText : last;
    }

    /** Some proxies append a line of their own: the last line is what the peer says itself. */
    private static String lastLine(RequestHead head) {
        for (int i = head.count() - 1; i >= 0; i--) {
            if (head.name(i) == FieldName.X_FORWARDED_FOR && !head.isDropped(i)) return head.value(i);
        }
        return "";
    }

    void dropReplaced(RequestHead head) {
        if (!head.came(FieldName.X_FORWARDED_FOR)
                && !head.came(FieldName.X_FORWARDED_PROTO)
                && !head.came(FieldName.X_FORWARDED_HOST)
                && !head.came(FieldName.FORWARDED)
                && !head.came(FieldName.X_REQUEST_ID)) return;
        for (int i = 0; i < head.count(); i++) {
            switch (head.name(i)) {
                case X_FORWARDED_FOR -> head.drop(i); // written anew in one line, see appendTo
                case X_FORWARDED_PROTO, X_FORWARDED_HOST, FORWARDED -> {
                    if (!trusted) head.drop(i);
                }
                case X_REQUEST_ID -> {
                    if (head.valueStart(i) == head.valueEnd(i)) head.drop(i); // no id at all
                }
                default -> {}
            }
        }
    }

    /** Appends what {@code rules} do not replace; gives the number of lines. */
    int appendTo(ByteSink out, RequestHead head, HeaderRules rules, byte[] requestId) {
        int lines = 1;
        if (!rules.replaces(FieldName.X_FORWARDED_FOR)) {
            out.put(FOR);
            if (trusted) appendEarlierHops(out, head);
            out.put(peer).put(CRLF);
            lines++;
        }
        if (!has(head, FieldName.X_FORWARDED_PROTO) && !rules.replaces(FieldName.X_FORWARDED_PROTO)) {
            out.put(PROTO);
            lines++;
        }
        boolean hasAuthority = head.hasAuthority();
        boolean namesHost = !has(head, FieldName.X_FORWARDED_HOST) && !rules.replaces(FieldName.X_FORWARDED_HOST);
        if (hasAuthority && namesHost) {
            head.appendAuthority(out.put(HOST)).put(CRLF);
            lines++;
        }
        if (forwardedFor != null && !rules.replaces(FieldName.FORWARDED)) {
            out.put(forwardedFor);
            if (hasAuthority) head.appendAuthority(out.put(";host=\"")).put('"');
            out.put(CRLF);
            lines++;
        }
        out.put(head.isHttp10() ? via10 : via11);
        if (head.value(FieldName.X_REQUEST_ID) == null && !rules.replaces(FieldName.X_REQUEST_ID)) {
            out.put(REQUEST_ID).put(requestId).put(CRLF);
            lines++;
        }
        return lines;
    }

    private boolean has(RequestHead head, FieldName name) {
        return trusted && head.value(name) != null;
    }

    private static void appendEarlierHops(ByteSink out, RequestHead head) {
        for (int i = 0; i < head.count(); i++) {
            if (head.name(i) != FieldName.X_FORWARDED_FOR || head.valueStart(i) == head.valueEnd(i)) continue;
            out.put(Arrays.copyOfRange(head.bytes, head.valueStart(i), head.valueEnd(i)))
                    .put(", ");
        }
    }
}
