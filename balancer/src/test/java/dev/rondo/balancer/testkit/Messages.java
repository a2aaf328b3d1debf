package dev.rondo.balancer.testkit;

import java.util.List;

/** Messages that many tests send. */
public final class Messages {
    /** A small answer with all the fields that a proxy would have to add. */
    public static final String OK =
            "HTTP/1.1 200 OK\r\nDate: Mon, 23 Nov 2026 03:00:00 GMT\r\nContent-Length: 2\r\n\r\nok";

    /** The fields that Rondo may add to a request. */
    public static final List<String> ADDED =
            List.of("x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "forwarded", "via", "x-request-id");

    private Messages() {}

    /** A GET with nothing but a Host. */
    public static String get(String target) {
        return "GET " + target + " HTTP/1.1\r\nHost: lb.test\r\n\r\n";
    }

    /** A POST with a Content-Length. */
    public static String post(String target, String body) {
        return "POST " + target + " HTTP/1.1\r\nHost: lb.test\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }
}
