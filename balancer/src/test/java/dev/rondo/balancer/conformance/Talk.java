package dev.rondo.balancer.conformance;

import dev.rondo.balancer.testkit.Answer;
import dev.rondo.balancer.testkit.End;
import dev.rondo.balancer.testkit.RawClient;
import dev.rondo.balancer.testkit.Silence;
import dev.rondo.balancer.testkit.Violation;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * One client connection of a case, and what came of it.
 *
 * @param finals final answers, in order
 * @param interims 1xx answers
 * @param closed whether the connection ended
 * @param reset whether by RST
 * @param findings what is wrong whatever the case
 * @param transcript both directions
 */
record Talk(
        List<Answer> finals,
        List<Answer> interims,
        boolean closed,
        boolean reset,
        List<String> findings,
        String transcript) {
    private static final AtomicLong SERIAL = new AtomicLong();
    private static final int MOST_ANSWERS = 64;

    List<Integer> statuses() {
        return finals.stream().map(Answer::status).toList();
    }

    /**
     * Sends, then reads until it is certain that nothing more comes: to the end of the connection where the last answer
     * announces it, else to the answer of one more request on it, which shows that the connection is in step.
     *
     * @param port of the proxy
     * @param segments sent in order; each after the first when the proxy reacts to the one before
     * @param dribble whether one byte a write
     * @param method of the request that each final answer belongs to
     * @param needed number of final answers
     * @param halfClose whether to half-close behind the segments
     */
    static Talk hold(
            int port,
            CaseBackend backend,
            List<String> segments,
            boolean dribble,
            IntFunction<String> method,
            int needed,
            boolean halfClose)
            throws IOException {
        List<Answer> finals = new ArrayList<>();
        List<Answer> interims = new ArrayList<>();
        List<String> findings = new ArrayList<>();
        boolean closed = false;
        try (RawClient client = RawClient.connect(port)) {
            CompletableFuture<Void> reaction = new CompletableFuture<>();
            CompletableFuture<Object> go = CompletableFuture.anyOf(reaction, backend.headCame());
            Thread sender = Thread.ofVirtual().start(() -> send(client, segments, dribble, halfClose, go));
            boolean probed = false;
            try {
                while (finals.size() < MOST_ANSWERS) {
                    if (!probed && !halfClose && ended(finals, needed)) {
                        if (finals.getLast().status() == 101) break;
                        probed = true;
                        String why = probe(client, sender);
                        if (why == null) break;
                        if (why.isEmpty()) {
                            closed = true;
                            break;
                        }
                        findings.add(why);
                        break;
                    }
                    Answer answer = client.next(method.apply(finals.size()));
                    if (answer == null) {
                        closed = true;
                        break;
                    }
                    reaction.complete(null);
                    if (answer.interim()) {
                        interims.add(answer);
                    } else {
                        finals.add(answer);
                        backend.clientHasAnswer().complete(null);
                        if (!answer.complete() || answer.framing() == Answer.Framing.CLOSE) {
                            closed = true;
                            break;
                        }
                    }
                }
            } catch (Violation e) {
                findings.add("bytes to the client: " + e.getMessage());
            } catch (Silence e) {
                findings.add("neither bytes nor the end of the connection came");
            } catch (EOFException e) {
                findings.add("the connection ended within a head");
                closed = true;
            }
            return new Talk(finals, interims, closed, client.endSoFar() == End.RST, findings, client.transcript());
        }
    }

    /** Whether all answers have come and the connection is said to go on. */
    private static boolean ended(List<Answer> finals, int needed) {
        return finals.size() >= needed && !finals.getLast().last();
    }

    /** Null when the connection is in step, empty when it ended, else what is wrong. */
    private static @Nullable String probe(RawClient client, Thread sender) throws IOException {
        String target = "/probe/" + SERIAL.incrementAndGet();
        try {
            sender.join();
            client.send("GET " + target + " HTTP/1.1\r\nHost: lb.test\r\n\r\n");
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        } catch (java.net.SocketException e) {
            // closed; reading tells
        }
        Answer answer = client.next("GET");
        if (answer == null) return "";
        if (answer.status() == 200 && answer.body().equals("E|GET|" + target + "|0")) return null;
        return "the connection is out of step: the next request was answered with " + answer;
    }

    private static void send(
            RawClient client, List<String> segments, boolean dribble, boolean halfClose, CompletableFuture<Object> go) {
        try {
            for (int i = 0; i < segments.size(); i++) {
                if (i > 0) go.join();
                if (dribble) client.dribble(segments.get(i));
                else client.send(segments.get(i));
            }
            if (halfClose) client.finish();
        } catch (IOException e) {
            // The proxy need not read what it rejects.
        }
    }

    /** A request on a connection of its own, whose answer must be its own and nothing else; null when it is. */
    static @Nullable String canary(int port) throws IOException {
        String target = "/canary/" + SERIAL.incrementAndGet();
        try (RawClient client = RawClient.connect(port)) {
            client.send("GET " + target + " HTTP/1.1\r\nHost: lb.test\r\nConnection: close\r\n\r\n");
            Answer answer = client.answer();
            if (answer.status() != 200 || !answer.body().equals("E|GET|" + target + "|0")) {
                return "a later request got " + answer;
            }
            return client.end() == End.OPEN ? "the canary's connection stays open" : null;
        } catch (IOException e) {
            return "a later request failed: " + e.getMessage();
        }
    }
}
