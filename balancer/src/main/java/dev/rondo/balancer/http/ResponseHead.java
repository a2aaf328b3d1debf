package dev.rondo.balancer.http;

import static dev.rondo.balancer.http.BadMessage.malformed;

import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;

/** The head of an answer (RFC 9112 §4): what it says, and how it is written on to a client. Reused; not thread-safe. */
public final class ResponseHead extends Head {
    private static final byte[] HTTP11 = Octets.ascii("HTTP/1.1 ");
    private static final byte[] CHUNKED_LINE = Octets.ascii("Transfer-Encoding: chunked\r\n");
    private static final byte[] CLOSE_LINE = Octets.ascii("Connection: close\r\n");
    private static final byte[] KEEP_ALIVE_LINE = Octets.ascii("Connection: keep-alive\r\n");
    private static final byte[] DATE = Octets.ascii("Date: ");

    /** What an answer's connection field says to the client. */
    public enum Persistence {
        /** Nothing: HTTP/1.1 stays open by itself. */
        IMPLIED,
        /** {@code Connection: keep-alive}, for a client of HTTP/1.0 that asked for it. */
        KEEP_ALIVE,
        /** {@code Connection: close}. */
        CLOSE
    }

    private int status;
    private int statusStart;
    private int statusLineEnd;
    private int upgradeField;

    /** A head with nothing in it. */
    public ResponseHead(Limits limits) {
        super(limits);
        clear();
    }

    @Override
    public void clear() {
        super.clear();
        status = statusStart = statusLineEnd = 0;
        upgradeField = -1;
    }

    /**
     * Reads what {@link #feed} has taken whole.
     *
     * @throws BadMessage where a rule is broken; the connection is of no further use then
     */
    public void parse() throws BadMessage {
        byte[] b = bytes;
        int p = start;
        if (length() < 12) throw malformed("status line");
        minorVersion = version(p);
        p += 8;
        if (b[p++] != ' ') throw malformed("status line");
        statusStart = p;
        for (int i = 0; i < 3; i++) {
            if (!Octets.isDigit(b[p])) throw malformed("status");
            status = status * 10 + b[p++] - '0';
        }
        if (status < 100 || status > 599 || (b[p] != ' ' && b[p] != '\r')) throw malformed("status"); // RFC 9110 §15
        while (Octets.is(Octets.VALUE, b[p])) p++;
        if (b[p] != '\r' || b[p + 1] != '\n') throw malformed("reason phrase");
        statusLineEnd = p;
        fieldsStart = p + 2;
        understandFields();
    }

    @Override
    void understand(int field) throws BadMessage {
        FieldName name = name(field);
        switch (name) {
            case CONTENT_LENGTH -> contentLength(field);
            case TRANSFER_ENCODING -> {
                transferEncoding(field);
                drop(field);
            }
            case CONNECTION -> {
                drop(field);
                connection(field);
            }
            case UPGRADE -> {
                if (upgradeField < 0) upgradeField = field;
                drop(field);
            }
            default -> {
                if (name.isHopByHop()) drop(field);
            }
        }
    }

    /** The status, 100 to 599. */
    public int status() {
        return status;
    }

    /**
     * For how many seconds {@code Retry-After} asks (RFC 9110 §10.2.3); 0 where there is none, or nothing that can be read.
     *
     * @param nowMillis since the epoch, where it names a date
     */
    public long retryAfter(long nowMillis) {
        String value = value(FieldName.RETRY_AFTER);
        if (value == null) return 0;
        try {
            if (!value.isEmpty() && Octets.isDigit((byte) value.charAt(0))) return Long.parseLong(value);
            Instant until = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            return Math.max(0, (until.toEpochMilli() - nowMillis) / 1000);
        } catch (NumberFormatException | DateTimeParseException e) {
            return 0;
        }
    }

    /** Whether another head follows (RFC 9110 §15.2); 101 ends HTTP on the connection and is not meant. */
    public boolean isInterim() {
        return status < 200 && status != 101;
    }

    /** How the body ends, RFC 9112 §6.3. */
    public BodyKind bodyKind(boolean toHead) {
        if (toHead || status < 200 || status == 204 || status == 304) return BodyKind.NONE;
        if (chunked) return BodyKind.CHUNKED;
        if (contentLength < 0) return BodyKind.UNTIL_CLOSE;
        return contentLength > 0 ? BodyKind.LENGTH : BodyKind.NONE;
    }

    /** As {@link #writeTo(ByteSink, boolean, boolean, Persistence, byte[], HeaderRules, byte[])}, without a cookie. */
    public void writeTo(
            ByteSink out,
            boolean asChunked,
            boolean asLength,
            Persistence persistence,
            byte @Nullable [] date,
            HeaderRules rules) {
        writeTo(out, asChunked, asLength, persistence, date, rules, null);
    }

    /**
     * Appends the head as the client gets it.
     *
     * @param asChunked whether the body is written in the chunked coding
     * @param asLength whether {@code Content-Length} is passed on where there is one
     * @param cookie a whole {@code Set-Cookie} line that is added; null for none
     * @param date an IMF-fixdate for an answer that has none (RFC 9110 §6.6.1); null for an interim answer
     */
    public void writeTo(
            ByteSink out,
            boolean asChunked,
            boolean asLength,
            Persistence persistence,
            byte @Nullable [] date,
            HeaderRules rules,
            byte @Nullable [] cookie) {
        int from = out.length;
        int lines = 0;
        boolean dated = date == null || rules.replaces(FieldName.DATE);
        for (int i = 0; i < count(); i++) {
            if (name(i) == FieldName.CONTENT_LENGTH && !asLength) drop(i);
            dated |= name(i) == FieldName.DATE;
        }
        out.put(HTTP11).put(bytes, statusStart, statusLineEnd).put(CRLF);
        lines += copyFields(out, rules);
        if (asChunked) {
            out.put(CHUNKED_LINE);
            lines++;
        } else if (asLength) {
            lines += writeDroppedLength(out);
        }
        if (!dated && date != null) {
            out.put(DATE).put(date).put(CRLF);
            lines++;
        }
        lines += writeConnection(out, persistence);
        lines += rules.appendTo(out);
        if (cookie != null) {
            out.put(cookie);
            lines++;
        }
        out.put(CRLF);
        WrittenHead.check(out, from, lines);
    }

    private int writeConnection(ByteSink out, Persistence persistence) {
        if (status == 101 && upgradeField >= 0) {
            out.put("Connection: Upgrade\r\nUpgrade: ");
            out.put(bytes, valueStart(upgradeField), valueEnd(upgradeField)).put(CRLF);
            return 2;
        }
        switch (persistence) {
            case IMPLIED -> {
                return 0;
            }
            case KEEP_ALIVE -> out.put(KEEP_ALIVE_LINE);
            case CLOSE -> out.put(CLOSE_LINE);
        }
        return 1;
    }
}
