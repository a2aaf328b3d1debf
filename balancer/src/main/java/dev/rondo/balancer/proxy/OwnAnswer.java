package dev.rondo.balancer.proxy;

import dev.rondo.balancer.http.ByteSink;
import dev.rondo.balancer.telemetry.Reason;

/** An answer that Rondo gives itself: one line of text with the reason and the request id. */
final class OwnAnswer {
    private OwnAnswer() {}

    /**
     * Appends a whole answer.
     *
     * @param head whether the request was HEAD: then without body
     * @param close whether the connection ends with it
     * @param exposed whether {@code Proxy-Status} (RFC 9209) is added
     * @return length of the body that was appended
     */
    static int appendTo(
            ByteSink out, Reason reason, String requestId, byte[] date, boolean head, boolean close, String exposed) {
        int status = Status.of(reason);
        StringBuilder body = new StringBuilder(96);
        body.append("Rondo: ").append(status).append(' ').append(Status.phrase(status));
        body.append(": ").append(reason.word()).append(" (request ");
        for (int i = 0; i < requestId.length(); i++) {
            char c = requestId.charAt(i);
            body.append(c > ' ' && c < 0x7f && c != '<' && c != '>' && c != '&' ? c : '?');
        }
        body.append(")\n");

        out.put("HTTP/1.1 ").putDecimal(status).put(" ").put(Status.phrase(status));
        out.put("\r\nDate: ").put(date);
        out.put("\r\nContent-Type: text/plain; charset=utf-8\r\nX-Content-Type-Options: nosniff\r\nContent-Length: ");
        out.putDecimal(body.length());
        if (!exposed.isEmpty()) {
            out.put("\r\nProxy-Status: ").put(exposed).put("; error=").put(Status.proxyErrorType(reason));
        }
        if (status == 503) out.put("\r\nRetry-After: 1");
        if (close) out.put("\r\nConnection: close");
        out.put("\r\n\r\n");
        if (head) return 0;
        out.put(body.toString());
        return body.length();
    }
}
