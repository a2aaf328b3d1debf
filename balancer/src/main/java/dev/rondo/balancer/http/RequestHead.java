package dev.rondo.balancer.http;

import static dev.rondo.balancer.http.BadMessage.malformed;

import org.jspecify.annotations.Nullable;

/** The head of a request (RFC 9112 §3): what it says, and how it is written on to a backend. Reused; not thread-safe. */
public final class RequestHead extends Head {
    private static final byte[] CONTINUE = Octets.ascii("100-continue");
    private static final byte[] VERSION_LINE_END = Octets.ascii(" HTTP/1.1\r\n");
    private static final byte[] HOST = Octets.ascii("Host: ");
    private static final byte[] CHUNKED_LINE = Octets.ascii("Transfer-Encoding: chunked\r\n");
    private static final int LONGEST_METHOD = 64;

    private @Nullable Method method;
    private int methodEnd;
    private int target;
    private int targetEnd;
    /** Where path and query begin: behind the authority in absolute-form. */
    private int path;

    private int host;
    private int hostEnd;
    private int hostField;
    private boolean absoluteForm;
    private boolean expectContinue;
    private boolean teTrailers;
    private int upgradeField;
    private long maxForwards;

    /** A head with nothing in it. */
    public RequestHead(Limits limits) {
        super(limits);
        clear();
    }

    @Override
    public void clear() {
        super.clear();
        method = null;
        methodEnd = target = targetEnd = path = host = hostEnd = 0;
        hostField = upgradeField = -1;
        absoluteForm = expectContinue = teTrailers = false;
        maxForwards = -1;
    }

    /**
     * Reads what {@link #feed} has taken whole.
     *
     * @throws BadMessage where a rule is broken; the connection is of no further use then
     */
    public void parse() throws BadMessage {
        parseRequestLine();
        understandFields();
        if (upgradeField >= 0 && !isUpgradeKept()) upgradeField = -1;
        if (absoluteForm) return; // RFC 9112 §3.2.2: the authority of the target replaces Host
        if (hostField < 0) {
            if (!isHttp10()) throw malformed("no host");
        } else if (host == hostEnd) {
            throw malformed("empty host");
        }
    }

    private void parseRequestLine() throws BadMessage {
        byte[] b = bytes;
        int p = start;
        while (Octets.is(Octets.TOKEN, b[p])) p++;
        methodEnd = p;
        if (p == start || b[p] != ' ') throw malformed("method");
        if (p - start > LONGEST_METHOD) throw new BadMessage(BadMessage.Fault.UNSUPPORTED_METHOD, "method too long");
        target = ++p;
        while (Octets.is(Octets.TARGET, b[p])) p++;
        targetEnd = p;
        if (p == target || b[p] != ' ') throw malformed("request target");
        if (targetEnd - target > limits().target()) {
            throw new BadMessage(BadMessage.Fault.TARGET_TOO_LONG, "request target too long");
        }
        p++;
        minorVersion = version(p);
        p += 8;
        if (b[p] != '\r' || b[p + 1] != '\n') throw malformed("request line");
        fieldsStart = p + 2;
        method = Method.of(b, start, methodEnd);
        if (method == Method.CONNECT) throw new BadMessage(BadMessage.Fault.UNSUPPORTED_METHOD, "CONNECT");
        parseTarget();
    }

    /** RFC 9112 §3.2. */
    private void parseTarget() throws BadMessage {
        byte[] b = bytes;
        path = target;
        if (b[target] == '/') return;
        if (b[target] == '*' && targetEnd - target == 1 && method == Method.OPTIONS) return;
        int scheme = schemeLength();
        if (scheme == 0) throw malformed("request target");
        absoluteForm = true;
        int authority = target + scheme;
        int end = authority;
        while (end < targetEnd && b[end] != '/' && b[end] != '?') end++;
        checkHost(authority, end);
        if (authority == end) throw malformed("empty host");
        host = authority;
        hostEnd = end;
        path = end;
    }

    private int schemeLength() {
        for (String scheme : new String[] {"http://", "https://"}) {
            byte[] lower = Octets.ascii(scheme);
            int end = target + lower.length;
            if (end <= targetEnd && Octets.equalsIgnoreCase(bytes, target, end, lower)) return lower.length;
        }
        return 0;
    }

    @Override
    void understand(int field) throws BadMessage {
        FieldName name = name(field);
        switch (name) {
            case HOST -> {
                if (hostField >= 0) throw malformed("more than one host");
                hostField = field;
                checkHost(valueStart(field), valueEnd(field));
                if (!absoluteForm) {
                    host = valueStart(field);
                    hostEnd = valueEnd(field);
                }
            }
            case CONTENT_LENGTH -> contentLength(field);
            case TRANSFER_ENCODING -> {
                transferEncoding(field);
                drop(field);
            }
            case CONNECTION -> {
                drop(field);
                connection(field);
            }
            case EXPECT -> {
                if (isHttp10()) drop(field); // RFC 9110 §10.1.1
                else if (valueIs(field, CONTINUE)) expectContinue = true;
                else throw new BadMessage(BadMessage.Fault.UNKNOWN_EXPECTATION, "unknown expectation");
            }
            case TE -> {
                teTrailers |= hasTrailersToken(field);
                drop(field);
            }
            case UPGRADE -> {
                if (upgradeField < 0) upgradeField = field;
                drop(field);
            }
            case MAX_FORWARDS -> {
                if (method == Method.TRACE || method == Method.OPTIONS) maxForwards = decimal(field);
                if (maxForwards > 0) drop(field);
            }
            default -> {
                if (name.isHopByHop()) drop(field);
            }
        }
    }

    /** Upgrades are passed on for HTTP/1.1, without a body, and never to h2c, which would hide requests from us. */
    private boolean isUpgradeKept() {
        if (!connectionUpgrade || isHttp10() || bodyKind() != BodyKind.NONE) return false;
        for (String protocol : value(upgradeField).split(",", -1)) {
            if (protocol.strip().regionMatches(true, 0, "h2", 0, 2)) return false;
        }
        return !value(upgradeField).isBlank();
    }

    private boolean hasTrailersToken(int field) {
        for (String coding : value(field).split(",", -1)) {
            if (coding.strip().split(";", 2)[0].strip().equalsIgnoreCase("trailers")) return true;
        }
        return false;
    }

    /** {@code uri-host [ ":" port ]}, RFC 9110 §7.2; an empty one passes here. */
    private void checkHost(int from, int to) throws BadMessage {
        byte[] b = bytes;
        int p = from;
        if (p < to && b[p] == '[') {
            p++;
            int literal = p;
            while (p < to && (Octets.hex(b[p]) >= 0 || b[p] == ':' || b[p] == '.')) p++;
            if (p == literal || p == to || b[p++] != ']') throw malformed("host");
        } else {
            while (p < to && Octets.is(Octets.HOST, b[p])) p++;
            if (p == from && p < to) throw malformed("host");
        }
        if (p == to) return;
        if (b[p++] != ':') throw malformed("host");
        int port = 0;
        for (; p < to; p++) {
            if (!Octets.isDigit(b[p])) throw malformed("host");
            port = port * 10 + b[p] - '0';
            if (port > 65_535) throw malformed("host");
        }
    }

    /** The method where it is a known one. */
    public @Nullable Method knownMethod() {
        return method;
    }

    /** The method as sent; empty before {@link #parse} got so far. */
    public String methodText() {
        Method known = method;
        if (known != null) return known.name();
        return methodEnd > start ? text(start, methodEnd) : "";
    }

    /** The target as sent, one character a byte; empty before {@link #parse} got so far. */
    public String targetText() {
        return text(target, targetEnd);
    }

    /** Whether the client says by {@code Idempotency-Key} that a second sending is known for one. */
    public boolean hasIdempotencyKey() {
        return came(FieldName.IDEMPOTENCY_KEY) && value(FieldName.IDEMPOTENCY_KEY) != null;
    }

    /** The value of the first cookie with this name (RFC 6265 §5.4); null where there is none. */
    public @Nullable String cookie(String name) {
        if (!came(FieldName.COOKIE)) return null;
        for (int i = 0; i < count(); i++) {
            if (name(i) != FieldName.COOKIE || isDropped(i)) continue;
            for (String pair : value(i).split(";", -1)) {
                int equals = pair.indexOf('=');
                if (equals > 0 && pair.substring(0, equals).strip().equals(name)) {
                    return pair.substring(equals + 1).strip();
                }
            }
        }
        return null;
    }

    /** Whether this is HEAD. */
    public boolean isHead() {
        return method == Method.HEAD;
    }

    /** The path, without the query: {@code /} for an authority alone, {@code *} for {@code OPTIONS *}. */
    public String path() {
        int end = path;
        while (end < targetEnd && bytes[end] != '?') end++;
        return end == path ? "/" : text(path, end);
    }

    /** Host and port as the client means them: of the target in absolute-form, else of {@code Host}; null without. */
    public @Nullable String authority() {
        return host == hostEnd ? null : text(host, hostEnd);
    }

    boolean hasAuthority() {
        return host != hostEnd;
    }

    ByteSink appendAuthority(ByteSink out) {
        return out.put(bytes, host, hostEnd);
    }

    /** How the body ends: NONE, LENGTH or CHUNKED. */
    public BodyKind bodyKind() {
        if (chunked) return BodyKind.CHUNKED;
        return contentLength > 0 ? BodyKind.LENGTH : BodyKind.NONE;
    }

    /** Whether the client waits for {@code 100 Continue} before it sends the body. */
    public boolean isExpectContinue() {
        return expectContinue;
    }

    /** Whether the request asks for another protocol, and the backend is told so. */
    public boolean isUpgrade() {
        return upgradeField >= 0;
    }

    /** {@code Max-Forwards} of a TRACE or OPTIONS request, -1 where there is none (RFC 9110 §7.6.2). */
    public long maxForwards() {
        return maxForwards;
    }

    /**
     * Appends the head as a backend gets it: every end-to-end field as it came and in its order, framing written once.
     *
     * @param authority what {@code Host} says where the client sent none (HTTP/1.0)
     */
    public void writeTo(ByteSink out, Forwarding forwarding, HeaderRules rules, byte[] authority, byte[] requestId) {
        int from = out.length;
        byte[] newHost = rules.host();
        boolean keepsHost = newHost == null && hostField >= 0 && !absoluteForm;
        if (hostField >= 0 && !keepsHost) drop(hostField);
        forwarding.dropReplaced(this);

        writeRequestLine(out);
        int lines = 0;
        if (!keepsHost) {
            out.put(HOST);
            if (newHost != null) out.put(newHost);
            else if (host < hostEnd) out.put(bytes, host, hostEnd);
            else out.put(authority);
            out.put(CRLF);
            lines++;
        }
        lines += copyFields(out, rules);
        lines += writeHopByHop(out);
        lines += forwarding.appendTo(out, this, rules, requestId);
        lines += rules.appendTo(out);
        out.put(CRLF);
        WrittenHead.check(out, from, lines);
    }

    private void writeRequestLine(ByteSink out) {
        if (!absoluteForm && minorVersion == 1) {
            out.put(bytes, start, targetEnd).put(VERSION_LINE_END);
            return;
        }
        out.put(bytes, start, methodEnd).put(' ');
        if (path == targetEnd) out.put(method == Method.OPTIONS ? '*' : '/'); // RFC 9112 §3.2.4
        else if (bytes[path] == '?') out.put('/').put(bytes, path, targetEnd);
        else out.put(bytes, path, targetEnd);
        out.put(VERSION_LINE_END);
    }

    private int writeHopByHop(ByteSink out) {
        int lines = 0;
        if (chunked) {
            out.put(CHUNKED_LINE);
            lines++;
        } else {
            lines += writeDroppedLength(out);
        }
        if (isUpgrade()) {
            out.put("Connection: Upgrade\r\nUpgrade: ");
            out.put(bytes, valueStart(upgradeField), valueEnd(upgradeField)).put(CRLF);
            lines += 2;
        } else if (teTrailers) { // RFC 9110 §10.1.4: TE is listed in Connection
            out.put("Connection: TE\r\nTE: trailers\r\n");
            lines += 2;
        }
        if (maxForwards > 0) {
            out.put("Max-Forwards: ").putDecimal(maxForwards - 1).put(CRLF);
            lines++;
        }
        return lines;
    }
}
