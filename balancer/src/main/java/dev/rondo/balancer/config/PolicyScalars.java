package dev.rondo.balancer.config;

import java.util.List;
import java.util.SequencedMap;

/** What the keys of {@link PolicyDescription} have of their own. */
final class PolicyScalars {
    private static final SequencedMap<String, Object> STATUS_SCHEMA = Scalars.schema(
            "type",
            List.of("integer", "string"),
            "minimum",
            200,
            "maximum",
            599,
            "pattern",
            "^\\s*[2-5][0-9]{2}(\\s*[-,]\\s*[2-5][0-9]{2})*\\s*$");

    static final Type.Scalar<HashOn> HASH_ON = Scalars.checked(
            "client-ip, header:NAME, cookie:NAME, path",
            Scalars.schema(
                    "type", "string", "pattern", "^(client-ip|path|(header|cookie):" + NetworkScalars.TOKEN + ")$"),
            PolicyScalars::hashOn);

    static final Type.Scalar<String> AFFINITY_COOKIE = Scalars.orOff(
            Scalars.matching(
                    "cookie name",
                    NetworkScalars.TOKEN,
                    "is not a cookie name (RFC 6265 §4.1.1); use letters, digits, dashes and underscores"),
            "");

    static final Type.Scalar<String> CHECK_PATH = Scalars.orOff(
            Scalars.checked(
                    "path, with or without a query",
                    Scalars.schema("type", "string", "pattern", "^/"),
                    PolicyScalars::checkPath),
            "");

    static final Type.Scalar<String> CHECK_METHOD = Scalars.matching(
            "method", "(?!CONNECT)[A-Z][A-Z-]{0,31}", "is not a method; write GET, HEAD or OPTIONS, in upper case");

    static final Type.Scalar<String> CHECK_HOST =
            Scalars.checked("host, with or without a port", Scalars.schema("type", "string"), PolicyScalars::checkHost);

    static final Type.Scalar<String> BODY_TEXT = Scalars.matching(
            "text", "[^\\x00-\\x1f\\x7f]{1,1024}", "is not a text of one line and up to 1024 characters");

    static final Type.Scalar<StatusRanges> STATUSES = Scalars.severalOf(
            "list of statuses and ranges",
            Scalars.checked("status or range", STATUS_SCHEMA, StatusRanges::parse),
            STATUS_SCHEMA,
            StatusRanges::parse);

    private PolicyScalars() {}

    private static HashOn hashOn(String text) {
        if (text.equals("client-ip")) return new HashOn.ClientIp();
        if (text.equals("path")) return new HashOn.Path();
        int colon = text.indexOf(':');
        String kind = colon < 0 ? text : text.substring(0, colon);
        String name = colon < 0 ? "" : text.substring(colon + 1);
        if (!kind.equals("header") && !kind.equals("cookie"))
            throw new IllegalArgumentException("is not known; use client-ip, header:NAME, cookie:NAME or path");
        if (!NetworkScalars.isToken(name))
            throw new IllegalArgumentException(
                    "does not name a " + kind + " (RFC 9110 §5.6.2); write " + kind + ":NAME");
        return kind.equals("header") ? new HashOn.Header(name) : new HashOn.Cookie(name);
    }

    private static String checkPath(String text) {
        if (text.length() > 8192) throw new IllegalArgumentException("is longer than 8192 characters");
        if (!text.startsWith("/")) throw new IllegalArgumentException("does not begin with a slash");
        if (text.contains("#")) throw new IllegalArgumentException("has a fragment, which no request has");
        if (!NetworkScalars.isPath(text.replace('?', '/')))
            throw new IllegalArgumentException(
                    "has a character in it that no path has (RFC 3986 §3.3); percent-encode it");
        return text;
    }

    private static String checkHost(String text) {
        try {
            NetworkScalars.hostAndPort(text);
        } catch (IllegalArgumentException _) {
            throw new IllegalArgumentException("is not a host; write shop.example.com or shop.example.com:8080");
        }
        return text;
    }
}
