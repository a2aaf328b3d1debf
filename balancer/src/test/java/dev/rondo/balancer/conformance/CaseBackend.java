package dev.rondo.balancer.conformance;

import dev.rondo.balancer.testkit.Peer;
import dev.rondo.balancer.testkit.RawBackend;
import dev.rondo.balancer.testkit.Request;
import dev.rondo.balancer.testkit.Violation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The backend of a lane: echoes, plays the upstream case that is on, and writes down what it got. Shared by the threads of
 * its connections and the lane's own, under its monitor.
 */
final class CaseBackend implements RawBackend.Script {
    /** How long a backend that answers early waits for the client to have its answer before it hangs up. */
    private static final long EARLY_MILLIS = 300;

    /**
     * What came since the case began.
     *
     * @param whole requests that came whole
     * @param partial heads of requests that were cut short
     * @param violations of the grammar, or of of a rule on reuse or marks
     */
    record Log(List<Request> whole, List<String> partial, List<String> violations) {}

    private List<Request> whole = new ArrayList<>();
    private List<String> partial = new ArrayList<>();
    private List<String> violations = new ArrayList<>();
    private @Nullable UpstreamCase current;
    private CompletableFuture<Void> headCame = new CompletableFuture<>();
    private CompletableFuture<Void> clientHasAnswer = new CompletableFuture<>();

    /** Starts a case. */
    synchronized void begin(@Nullable UpstreamCase next) {
        current = next;
        headCame = new CompletableFuture<>();
        clientHasAnswer = new CompletableFuture<>();
    }

    /** What came since the last call. */
    synchronized Log take() {
        Log log = new Log(whole, partial, violations);
        whole = new ArrayList<>();
        partial = new ArrayList<>();
        violations = new ArrayList<>();
        return log;
    }

    /** Completes when the first head of this case has come. */
    synchronized CompletableFuture<Void> headCame() {
        return headCame;
    }

    /** Completed by the client of this case when it has its answer. */
    synchronized CompletableFuture<Void> clientHasAnswer() {
        return clientHasAnswer;
    }

    private synchronized @Nullable UpstreamCase played(Request.Head head) {
        headCame.complete(null);
        return current != null && head.target().equals("/u/" + current.id()) ? current : null;
    }

    private synchronized void violated(String what) {
        violations.add(what);
    }

    private synchronized void cutShort(String what) {
        partial.add(what);
    }

    private synchronized void came(Request request) {
        whole.add(request);
    }

    @Override
    public void serve(Peer peer) throws Exception {
        try {
            converse(peer);
        } catch (Violation e) {
            violated(String.valueOf(e.getMessage()));
            peer.send("HTTP/1.1 400 Bad\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        }
    }

    private void converse(Peer peer) throws IOException, InterruptedException {
        String spoilt = "";
        while (true) {
            Request.Head head;
            try {
                head = peer.head();
            } catch (java.io.EOFException e) {
                cutShort("head cut short: " + peer.received());
                return;
            }
            if (head == null) return;
            if (!spoilt.isEmpty()) violated("upstream connection reused after the ambiguous answer of " + spoilt);
            spoilt = "";
            if (!head.values(Lane.MARK_NAME).equals(List.of(Lane.MARK))) {
                violated("a request without exactly one mark, smuggled in: " + head);
            }
            UpstreamCase played = played(head);
            if (played != null && played.early()) {
                answerEarly(peer, played);
                return;
            }
            Request request;
            try {
                request = peer.body(head);
            } catch (java.io.EOFException e) {
                cutShort(head.method() + " " + head.target() + " cut short");
                return;
            }
            came(request);
            if (played == null) {
                peer.send(echo(request));
                continue;
            }
            peer.send(played.raw());
            switch (played.end()) {
                case KEEP -> {}
                case CLOSE -> {
                    return;
                }
                case RST -> {
                    peer.reset();
                    return;
                }
                case STALL -> {
                    peer.awaitEnd();
                    return;
                }
            }
            if (played.noReuse()) spoilt = played.id();
        }
    }

    private void answerEarly(Peer peer, UpstreamCase played) throws IOException, InterruptedException {
        peer.send(played.raw());
        try {
            clientHasAnswer().get(EARLY_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException | java.util.concurrent.ExecutionException e) {
            // A proxy that uploads first and listens later loses the answer now, as it would in earnest.
        }
    }

    static String echo(Request request) {
        String body = "E|" + request.method() + "|" + request.target() + "|"
                + request.body().length();
        return "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " + body.length() + "\r\n\r\n"
                + (request.method().equals("HEAD") ? "" : body);
    }
}
