package dev.rondo.balancer.health;

import dev.rondo.balancer.config.StatusRanges;
import io.helidon.common.buffers.DataReader.InsufficientDataAvailableException;
import io.helidon.common.uri.UriInfo;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Method;
import io.helidon.webclient.api.ClientUri;
import io.helidon.webclient.api.Proxy;
import io.helidon.webclient.http1.Http1Client;
import io.helidon.webclient.http1.Http1ClientRequest;
import io.helidon.webclient.http1.Http1ClientResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Passes when a request is answered as expected: by the status and, where asked for, by a text in the first 64 KiB of the body.
 * A redirect is an answer like any other and is not followed.
 */
public final class HttpCheck implements Check {
    /**
     * What is asked and expected.
     *
     * @param method RFC 9110 §9
     * @param target path and query, sent exactly so
     * @param host what {@code Host} says; null for where the backend is
     * @param expected the statuses that pass
     * @param bodyContains what the body must contain, as UTF-8; null where the body does not matter and is not read
     */
    public record Terms(
            String method,
            String target,
            @Nullable String host,
            StatusRanges expected,
            @Nullable String bodyContains) {}

    private final Connector connector;
    private final Terms terms;
    private final Method method;
    private final ClientUri uri;
    private final Http1Client client = Http1Client.builder()
            .proxy(Proxy.noProxy())
            .followRedirects(false)
            .sendExpectContinue(false)
            .shareConnectionCache(false)
            .servicesDiscoverServices(false)
            .build();

    /** One that asks and expects {@code terms} on connections that {@code connector} makes. */
    public HttpCheck(Connector connector, Terms terms) {
        this.connector = connector;
        this.terms = terms;
        this.method = Method.create(terms.method());
        this.uri = ClientUri.create(UriInfo.builder()
                .host("localhost") // only to have one: the connection is made already and Host is set
                .path(new ExactTarget(terms.target()))
                .build());
    }

    @Override
    public CheckResult run(Place place, Deadline deadline) {
        try (CheckConnection connection = new CheckConnection(connector.connect(place, deadline), deadline)) {
            try {
                return judge(ask(place, connection), connection);
            } catch (RuntimeException | IOException e) {
                return failure(e, connection, deadline);
            }
        } catch (CheckEnded e) {
            return e.result();
        }
    }

    /**
     * The final answer's head. The WebClient takes an interim answer (RFC 9110 §15.2) for the final one; asked once more, with
     * nothing sent, it reads the next.
     */
    private Http1ClientResponse ask(Place place, CheckConnection connection) {
        while (true) {
            Http1ClientRequest request = client.method(method)
                    .uri(uri)
                    .connection(connection)
                    .header(HeaderNames.HOST, terms.host() == null ? place.authority() : terms.host())
                    .header(HeaderNames.USER_AGENT, "rondo-health-check")
                    .header(HeaderValues.CONNECTION_CLOSE);
            Http1ClientResponse response = request.request();
            int status = response.status().code();
            if (status < 100 || status > 199 || status == 101) return response;
            connection.mute();
        }
    }

    private CheckResult judge(Http1ClientResponse response, CheckConnection connection) throws IOException {
        int status = response.status().code();
        if (!terms.expected().contains(status)) {
            return CheckResult.failed("status " + status + ", expected " + terms.expected());
        }
        String wanted = terms.bodyContains();
        if (wanted == null) return CheckResult.passed("status " + status);
        boolean bodiless = method.equals(Method.HEAD) || status == 204 || status == 304; // RFC 9112 §6.3
        if (!bodiless && contains(response, wanted, connection)) {
            return CheckResult.passed("status " + status + ", body has \"" + wanted + "\"");
        }
        return CheckResult.failed("body lacks \"" + wanted + "\"");
    }

    private static boolean contains(Http1ClientResponse response, String wanted, CheckConnection connection)
            throws IOException {
        BodySearch search = new BodySearch(wanted);
        byte[] buffer = new byte[8 * 1024];
        try {
            InputStream body = response.inputStream();
            for (int count; !search.isFull() && (count = body.read(buffer)) >= 0; ) {
                if (search.add(buffer, count)) return true;
            }
            return false;
        } catch (InsufficientDataAvailableException e) {
            if (connection.isCut()) {
                // in the middle of a chunk too long to be read whole: what has come of it is still in the reader
                byte[] rest = connection.reader().readBytes(connection.reader().available());
                return search.add(rest, rest.length);
            }
            boolean endsWithConnection = !response.headers().contains(HeaderNames.CONTENT_LENGTH)
                    && !response.headers().contains(HeaderNames.TRANSFER_ENCODING);
            if (endsWithConnection)
                return false; // RFC 9112 §6.3: a whole body, which the WebClient takes for a broken one
            throw e;
        }
    }

    private static CheckResult failure(Exception e, CheckConnection connection, Deadline deadline) {
        if (deadline.isOver() || e.getCause() instanceof SocketTimeoutException) return deadline.missed();
        if (Thread.currentThread().isInterrupted()) return CheckResult.notMade("stopped");
        return CheckResult.failed(
                switch (e) {
                    case InsufficientDataAvailableException _ -> {
                        if (connection.isCut()) yield "the answer's head is too long";
                        yield connection.hasBegun()
                                ? "connection closed before the answer's end"
                                : "connection closed without an answer";
                    }
                    case IOException _, UncheckedIOException _ -> "connection reset";
                    default -> "the answer is not HTTP/1.1";
                });
    }
}
