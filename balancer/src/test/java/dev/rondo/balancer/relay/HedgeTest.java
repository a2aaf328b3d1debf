package dev.rondo.balancer.relay;

import static dev.rondo.balancer.testkit.Configurations.on;
import static dev.rondo.balancer.testkit.Messages.OK;
import static dev.rondo.balancer.testkit.Messages.get;
import static dev.rondo.balancer.testkit.PoolChange.change;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.config.Affinity;
import dev.rondo.balancer.config.Balancing;
import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.config.HedgeConfig;
import dev.rondo.balancer.config.OutlierConfig;
import dev.rondo.balancer.config.PoolConfig;
import dev.rondo.balancer.config.RetryConfig;
import dev.rondo.balancer.config.Strategy;
import dev.rondo.balancer.testkit.Answer;
import dev.rondo.balancer.testkit.Balancer;
import dev.rondo.balancer.testkit.BothEngines;
import dev.rondo.balancer.testkit.Peer;
import dev.rondo.balancer.testkit.RawBackend;
import dev.rondo.balancer.testkit.RawClient;
import dev.rondo.balancer.testkit.Request;
import dev.rondo.balancer.testkit.Silence;
import io.helidon.json.JsonObject;
import io.helidon.json.JsonParser;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A second attempt for what is slow: who wins, and that nothing of the one who loses is left. */
@SuppressWarnings("StringConcatToTextBlock") // HTTP ends its lines with CRLF, a text block with LF
class HedgeTest {
    private static final String BUSY = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\nbusy";
    private static final String HINT = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
    private static final RetryConfig ONE_AT_A_TIME =
            new RetryConfig(2, RetryConfig.DEFAULT.on(), 0, 1, RetryConfig.DEFAULT.replayBuffer());

    private static final int CROWD = 300;
    private static final int FEW = 4;

    /** All clients have one address here: the first attempt of every request goes to the same backend. */
    private static UnaryOperator<PoolConfig> hedged(RetryConfig retry, @Nullable Affinity affinity) {
        return change().strategy(Strategy.RENDEZVOUS)
                .balancing(Balancing.DEFAULT.queue(), affinity)
                .outliers(OutlierConfig.OFF)
                .retry(retry)
                .hedge(new HedgeConfig(0.5, Duration.ofMillis(1)));
    }

    private static String ok(String body) {
        return "HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    /**
     * Two backends, and what an attempt gets depends on the target: the first play is for the first that comes to where requests
     * go, the second for the first that comes to the other, whoever is heard earlier; the further plays are for who comes later.
     */
    private static final class Stage implements AutoCloseable {
        private final Map<String, List<RawBackend.Script>> plays = new ConcurrentHashMap<>();
        private final Map<String, Visits> came = new ConcurrentHashMap<>();
        private final RawBackend one = RawBackend.start(peer -> serve(peer, 0));
        private final RawBackend other = RawBackend.start(peer -> serve(peer, 1));
        private final int home;
        final Balancer rondo;

        private static final class Visits {
            private final boolean[] been = new boolean[2];
            private int count;
            private int further = 2;

            synchronized int next(boolean home) {
                count++;
                int which = home ? 0 : 1;
                if (been[which]) return further++;
                been[which] = true;
                return which;
            }

            synchronized int count() {
                return count;
            }
        }

        Stage(EngineKind engine, UnaryOperator<PoolConfig> policies) throws Exception {
            rondo = on(engine)
                    .loops(1)
                    .backends(one.port(), other.port())
                    .policies(policies)
                    .start();
            assertThat(ask("/warm").status()).isEqualTo(200);
            home = one.requests().isEmpty() ? 1 : 0;
            for (int i = 0; i < 3; i++) assertThat(ask("/warm").status()).isEqualTo(200);
            rondo.awaitSample("rondo_hedge_delay_seconds", "");
        }

        private void serve(Peer peer, int at) throws Exception {
            for (Request request; (request = peer.request()) != null; ) {
                List<RawBackend.Script> play = plays.get(request.target());
                if (play == null) {
                    peer.send(OK);
                } else {
                    play.get(came(request.target()).next(at == home)).serve(peer);
                }
            }
        }

        private Visits came(String target) {
            return came.computeIfAbsent(target, key -> new Visits());
        }

        /** Where the second attempts go. */
        RawBackend second() {
            return home == 0 ? other : one;
        }

        /** How many attempts came for {@code target}. */
        int attempts(String target) {
            return came(target).count();
        }

        void play(String target, RawBackend.Script... attempts) {
            plays.put(target, List.of(attempts));
        }

        /** Asks when whoever asked before has given back what it had of the budget. */
        Answer askNext(String target) throws IOException {
            rondo.awaitNothingLeft();
            return ask(target);
        }

        Answer ask(String target) throws IOException {
            try (RawClient client = RawClient.connect(rondo.port())) {
                client.send(get(target));
                return client.answer();
            }
        }

        void awaitEnded(String how, int count) throws IOException {
            rondo.awaitSample("rondo_hedges_total", "outcome=\"" + how + "\"", count);
        }

        /** What the ledger says of each attempt, in its order. */
        List<String> outcomes(String target) throws IOException {
            rondo.awaitNothingLeft();
            try (RawClient admin = RawClient.connect(rondo.adminPort())) {
                admin.send("GET /api/v1/decisions HTTP/1.1\r\nHost: admin\r\nConnection: close\r\n\r\n");
                return JsonParser.create(admin.answer().body())
                        .readJsonObject()
                        .arrayValue("decisions")
                        .orElseThrow()
                        .values()
                        .stream()
                        .map(value -> value.asObject())
                        .filter(one -> one.stringValue("target").orElseThrow().equals(target))
                        .flatMap(one -> one.arrayValue("attempts").orElseThrow().values().stream())
                        .map(value -> outcome(value.asObject()))
                        .toList();
            }
        }

        private static String outcome(JsonObject attempt) {
            return attempt.stringValue("outcome").orElseThrow();
        }

        @Override
        public void close() throws IOException {
            rondo.awaitNothingLeft();
            rondo.close();
            one.close();
            other.close();
        }
    }

    /** A latch that a script opens when the balancer has ended its connection. */
    private static RawBackend.Script silent(CountDownLatch closed) {
        return peer -> {
            peer.awaitEnd();
            closed.countDown();
        };
    }

    private static void opened(CountDownLatch latch) throws InterruptedException {
        assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    }

    /** With a budget of one: what a second attempt has taken of it is there again for the next. */
    @BothEngines
    void whoAnswersFirstWinsAndTheOtherIsClosed(EngineKind engine) throws Exception {
        CountDownLatch closed = new CountDownLatch(4);
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch askedAgain = new CountDownLatch(1);
        try (Stage stage = new Stage(engine, hedged(ONE_AT_A_TIME, null))) {
            stage.play("/slow", silent(closed), peer -> peer.send(ok("second")));
            stage.play(
                    "/hints", silent(closed), peer -> peer.send(HINT).send(HINT).send(ok("second")));
            stage.play(
                    "/first",
                    peer -> {
                        opened(asked);
                        peer.send(ok("first"));
                    },
                    peer -> {
                        asked.countDown();
                        silent(closed).serve(peer);
                    });
            stage.play(
                    "/hinted",
                    peer -> {
                        peer.send(HINT);
                        opened(askedAgain);
                        peer.send(ok("first"));
                    },
                    peer -> {
                        askedAgain.countDown();
                        silent(closed).serve(peer);
                    });
            assertThat(stage.askNext("/slow").body()).isEqualTo("second");
            Answer unhinted = stage.askNext("/hints");
            assertThat(unhinted.body()).isEqualTo("second");
            assertThat(unhinted.interims()).isEmpty();
            assertThat(stage.askNext("/first").body()).isEqualTo("first");
            Answer hinted = stage.askNext("/hinted");
            assertThat(hinted.body()).isEqualTo("first");
            assertThat(hinted.interims()).hasSize(1);
            opened(closed);
            stage.awaitEnded("won", 2);
            stage.awaitEnded("lost", 2);
            assertThat(stage.outcomes("/slow")).containsExactly("outpaced", "ok");
            assertThat(stage.outcomes("/first")).containsExactly("outpaced", "ok");
        }
    }

    @BothEngines
    void oneThatFailsLeavesItToTheOther(EngineKind engine) throws Exception {
        try (Stage stage = new Stage(engine, hedged(RetryConfig.DEFAULT, null))) {
            stage.play(
                    "/busy-second",
                    peer -> {
                        stage.awaitEnded("failed", 1);
                        peer.send(ok("first"));
                    },
                    peer -> peer.send(BUSY));
            assertThat(stage.askNext("/busy-second").body()).isEqualTo("first");
            assertThat(stage.outcomes("/busy-second")).containsExactly("ok", "ok");

            Pair reset = new Pair();
            stage.play("/reset-first", reset.first(Peer::reset), reset.second(peer -> peer.send(ok("second"))));
            assertThat(stage.askNext("/reset-first").body()).isEqualTo("second");

            Pair busy = new Pair();
            stage.play(
                    "/busy-first", busy.first(peer -> peer.send(BUSY)), busy.second(peer -> peer.send(ok("second"))));
            assertThat(stage.askNext("/busy-first").body()).isEqualTo("second");
            stage.rondo.awaitNothingLeft();
            assertThat(stage.attempts("/busy-first")).isEqualTo(2);

            Pair bothBusy = new Pair();
            stage.play("/both-busy", bothBusy.first(peer -> peer.send(BUSY)), bothBusy.second(peer -> peer.send(BUSY)));
            Answer answer = stage.askNext("/both-busy");
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.body()).isEqualTo("busy");
            assertThat(stage.attempts("/both-busy"))
                    .as("nobody is left to be asked")
                    .isEqualTo(2);

            Pair bothReset = new Pair();
            stage.play(
                    "/both-reset",
                    bothReset.first(Peer::reset),
                    bothReset.second(Peer::reset),
                    peer -> peer.send(ok("third")));
            assertThat(stage.askNext("/both-reset").body()).isEqualTo("third");
        }
    }

    /** A first attempt that fails when the second has come, and a second that ends when the first has failed. */
    private static final class Pair {
        private final CountDownLatch asked = new CountDownLatch(1);
        private final CountDownLatch failed = new CountDownLatch(1);

        RawBackend.Script first(RawBackend.Script failing) {
            return peer -> {
                opened(asked);
                failing.serve(peer);
                failed.countDown();
            };
        }

        RawBackend.Script second(RawBackend.Script then) {
            return peer -> {
                asked.countDown();
                opened(failed);
                then.serve(peer);
            };
        }
    }

    @BothEngines
    void onlyWhatIsSafeAndHasNoBodyIsSentTwice(EngineKind engine) throws Exception {
        CountDownLatch closed = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        Affinity affinity = new Affinity("rondo", null, Affinity.SameSite.LAX, false, true, null);
        try (Stage stage = new Stage(engine, hedged(RetryConfig.DEFAULT, affinity));
                RawClient post = RawClient.connect(stage.rondo.port());
                RawClient put = RawClient.connect(stage.rondo.port());
                RawClient body = RawClient.connect(stage.rondo.port());
                RawClient upgrade = RawClient.connect(stage.rondo.port());
                RawClient stuck = RawClient.connect(stage.rondo.port())) {
            RawBackend.Script waits = peer -> {
                opened(goOn);
                peer.send(ok("only"));
            };
            for (String target : List.of("/post", "/put", "/body", "/upgrade", "/stuck"))
                stage.play(target, waits, waits);
            stage.play("/slow", silent(closed), peer -> peer.send(ok("second")));
            String cookie = stage.ask("/warm").values("set-cookie").getFirst().split(";", 2)[0];

            post.send("POST /post HTTP/1.1\r\nHost: lb.test\r\nContent-Length: 0\r\n\r\n");
            put.send("PUT /put HTTP/1.1\r\nHost: lb.test\r\nContent-Length: 0\r\n\r\n");
            body.send("GET /body HTTP/1.1\r\nHost: lb.test\r\nContent-Length: 1\r\n\r\nx");
            upgrade.send("GET /upgrade HTTP/1.1\r\nHost: lb.test\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n");
            stuck.send("GET /stuck HTTP/1.1\r\nHost: lb.test\r\nCookie: " + cookie + "\r\n\r\n");
            for (String target : List.of("/post", "/put", "/body", "/upgrade", "/stuck")) {
                while (stage.attempts(target) == 0) Thread.onSpinWait();
            }
            // came later than all of them, and has waited long enough
            assertThat(stage.ask("/slow").body()).isEqualTo("second");
            goOn.countDown();
            assertThat(post.answer("POST").body()).isEqualTo("only");
            assertThat(put.answer("PUT").body()).isEqualTo("only");
            for (RawClient client : List.of(body, upgrade, stuck))
                assertThat(client.answer().body()).isEqualTo("only");
            for (String target : List.of("/post", "/put", "/body", "/upgrade", "/stuck")) {
                assertThat(stage.attempts(target)).as(target).isEqualTo(1);
            }
        }
    }

    @BothEngines
    void bothEndWhenNobodyWaits(EngineKind engine) throws Exception {
        CountDownLatch asked = new CountDownLatch(2);
        CountDownLatch closed = new CountDownLatch(4);
        CountDownLatch failed = new CountDownLatch(1);
        try (Stage stage = new Stage(engine, hedged(RetryConfig.DEFAULT, null))) {
            RawBackend.Script never = silent(closed);
            RawBackend.Script second = peer -> {
                asked.countDown();
                never.serve(peer);
            };
            stage.play("/leaves", never, second);
            try (RawClient client = RawClient.connect(stage.rondo.port())) {
                client.send(get("/leaves"));
                while (asked.getCount() == 2) Thread.onSpinWait();
            }
            stage.awaitEnded("called-off", 1);
            assertThat(stage.outcomes("/leaves")).containsExactly("client-abort", "client-abort");

            // the first has failed, and it is the second that is waited for
            stage.play(
                    "/drained",
                    peer -> {
                        opened(asked);
                        peer.reset();
                        failed.countDown();
                        closed.countDown();
                    },
                    second);
            try (RawClient client = RawClient.connect(stage.rondo.port())) {
                client.send(get("/drained"));
                opened(failed);
                client.leave();
            }
            stage.awaitEnded("called-off", 2);
            opened(closed);
        }
    }

    @BothEngines
    void aProcessThatEndsCutsBoth(EngineKind engine) throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch closed = new CountDownLatch(2);
        Stage stage = new Stage(engine, hedged(RetryConfig.DEFAULT, null));
        stage.play("/slow", silent(closed), peer -> {
            asked.countDown();
            silent(closed).serve(peer);
        });
        try (RawClient client = RawClient.connect(stage.rondo.port())) {
            client.send(get("/slow"));
            opened(asked);
            opened(stage.rondo.drain());
            opened(closed);
        } finally {
            stage.one.close();
            stage.other.close();
            stage.rondo.close();
        }
    }

    /** A crowd of requests to backends that answer, dawdle, break and refuse as they like, from clients that may leave. */
    @BothEngines
    void nothingIsLeftWhateverHappens(EngineKind engine) throws Exception {
        RetryConfig few = new RetryConfig(2, RetryConfig.DEFAULT.on(), 0, FEW, 0);
        CountDownLatch closed = new CountDownLatch(FEW);
        CountDownLatch asked = new CountDownLatch(FEW);
        try (Stage stage = new Stage(engine, hedged(few, null))) {
            Random random = new Random(4);
            for (int i = 0; i < CROWD; i++) {
                // the first, its hedge, two more, and each but the hedge once more where its kept connection broke
                RawBackend.Script[] attempts = new RawBackend.Script[7];
                for (int j = 0; j < attempts.length; j++) attempts[j] = whim(random.nextInt(6));
                stage.play("/crowd" + i, attempts);
            }
            AtomicInteger next = new AtomicInteger();
            List<Thread> clients = new ArrayList<>();
            List<String> wrong = new CopyOnWriteArrayList<>();
            for (int i = 0; i < 16; i++) {
                clients.add(Thread.ofVirtual().start(() -> {
                    for (int n; (n = next.getAndIncrement()) < CROWD; ) {
                        try (RawClient client = RawClient.connect(stage.rondo.port())) {
                            client.send(get("/crowd" + n));
                            if (n % 5 == 0 && stage.attempts("/crowd" + n) < 2) continue;
                            int status = client.answer().status();
                            if (status != 200 && status != 502 && status != 503) wrong.add(n + ": " + status);
                        } catch (IOException e) {
                            wrong.add(n + ": " + e);
                        }
                    }
                }));
            }
            for (Thread client : clients) client.join();
            assertThat(wrong).isEmpty();
            stage.rondo.awaitNothingLeft();

            // the whole budget is there again: as many as it allows get a second attempt at the same time
            List<RawClient> slow = new ArrayList<>();
            for (int i = 0; i < FEW; i++) {
                stage.play("/last" + i, silent(closed), peer -> {
                    asked.countDown();
                    opened(asked);
                    peer.send(ok("second"));
                });
                RawClient client = RawClient.connect(stage.rondo.port());
                slow.add(client.send(get("/last" + i)));
            }
            for (RawClient client : slow) {
                assertThat(client.answer().body()).isEqualTo("second");
                client.close();
            }
            opened(closed);
        }
    }

    private static RawBackend.Script whim(int which) {
        return switch (which) {
            case 0 -> peer -> peer.send(OK);
            case 1 -> peer -> pause(peer).send(OK);
            case 2 -> peer -> pause(peer).send(BUSY);
            case 3 -> peer -> pause(peer).reset();
            case 4 -> peer -> pause(peer.send(HINT)).close();
            default -> peer -> pause(peer).send(ok("late"));
        };
    }

    /** Lets some time pass in which the balancer sends nothing, or hangs up. */
    private static Peer pause(Peer peer) throws IOException {
        peer.socket().setSoTimeout(25);
        try {
            peer.bytes(1);
        } catch (Silence nothing) {
            // as it should be
        }
        return peer;
    }

    @BothEngines
    void thereIsNoneWithoutBudgetOrBackend(EngineKind engine) throws Exception {
        RetryConfig nothing = new RetryConfig(2, RetryConfig.DEFAULT.on(), 0, 0, 0);
        try (Stage stage = new Stage(engine, hedged(nothing, null))) {
            stage.play("/slow", peer -> {
                stage.awaitEnded("no-budget", 1);
                peer.send(ok("first"));
            });
            assertThat(stage.ask("/slow").body()).isEqualTo("first");
            assertThat(stage.attempts("/slow")).isEqualTo(1);
            assertThat(stage.outcomes("/slow")).containsExactly("ok");
            assertThat(stage.rondo.metric("rondo_retry_budget_exhausted_total", ""))
                    .isEqualTo(1);
        }
    }

    @BothEngines
    void oneThatCannotConnectChangesNothing(EngineKind engine) throws Exception {
        try (Stage stage = new Stage(engine, hedged(RetryConfig.DEFAULT, null))) {
            stage.second().close(); // it refuses from now on
            stage.play("/slow", peer -> {
                stage.awaitEnded("failed", 1);
                peer.send(ok("first"));
            });
            assertThat(stage.ask("/slow").body()).isEqualTo("first");
            assertThat(stage.outcomes("/slow")).contains("ok").doesNotContain("outpaced");
        }
    }
}
