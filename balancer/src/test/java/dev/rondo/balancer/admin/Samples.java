package dev.rondo.balancer.admin;

import dev.rondo.balancer.admin.PoolView.BackendView;
import dev.rondo.balancer.admin.PoolView.Load;
import dev.rondo.balancer.admin.PoolView.State;
import dev.rondo.balancer.admin.PoolView.Tier;
import dev.rondo.balancer.telemetry.Attempt;
import dev.rondo.balancer.telemetry.BackendLabels;
import dev.rondo.balancer.telemetry.Exchange;
import dev.rondo.balancer.telemetry.Ledger;
import dev.rondo.balancer.telemetry.Reason;
import dev.rondo.balancer.telemetry.Telemetry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a balancer might tell: every field with something in it in one place, and with nothing in another. */
final class Samples {
    static final Instant AT = Instant.parse("2026-11-23T03:10:12.007Z");

    static final BackendView ONE = new BackendView(
            "server-1",
            "http://localhost:5000",
            List.of("127.0.0.1", "0:0:0:0:0:0:0:1"),
            State.UP,
            AT,
            "2 checks in a row \"passed\"",
            false,
            4,
            1.5,
            100,
            new Load(2, 3, 4, 5, 6, 7),
            new PoolView.Check(AT, true, "200 OK", 1_204_567),
            new PoolView.Ejection(2, AT),
            List.of(new PoolView.Transition(AT, State.PROBATION, State.UP, "2 checks in a row passed")));

    static final BackendView TWO = new BackendView(
            "10.0.0.1:80/é",
            "http://10.0.0.1",
            List.of(),
            State.UNKNOWN,
            AT,
            "no check has ended yet",
            true,
            1,
            0,
            0,
            new Load(0, 0, 0, 0, 0, 0),
            null,
            null,
            List.of());

    private Samples() {}

    /** Writes down what it was asked, and does as it was told before. */
    static final class Recorded implements Operations {
        final List<String> asked = new ArrayList<>();

        @Nullable
        String whyNot;

        ReloadResult result =
                new ReloadResult.Taken(true, List.of("server.port stays 8080 until the process is started again"));

        private Optional<String> record(String what) {
            asked.add(what);
            return Optional.ofNullable(whyNot);
        }

        @Override
        public Optional<String> drain(String pool, String backend) {
            return record("drain " + pool + " " + backend);
        }

        @Override
        public Optional<String> undrain(String pool, String backend) {
            return record("undrain " + pool + " " + backend);
        }

        @Override
        public Optional<String> weight(String pool, String backend, int weight) {
            return record("weight " + pool + " " + backend + " " + weight);
        }

        @Override
        public Optional<String> unweigh(String pool, String backend) {
            return record("unweigh " + pool + " " + backend);
        }

        @Override
        public ReloadResult reload() {
            asked.add("reload");
            return result;
        }
    }

    static Sources sources(Ledger ledger, Operations operations) {
        List<PoolView> pools = List.of(
                new PoolView(
                        "default",
                        "round-robin",
                        Tier.HEALTHY,
                        3,
                        new PoolView.Source("Service shop/api", 2, AT, 7, "not allowed"),
                        List.of(ONE, TWO)),
                new PoolView(
                        "empty",
                        "rendezvous",
                        Tier.NONE,
                        0,
                        new PoolView.Source("DNS name web", 0, null, 0, null),
                        List.of(TWO)),
                new PoolView("listed", "random", Tier.NONE, 0, List.of()));
        return new Sources(() -> pools, Samples::explain, ledger, operations);
    }

    /** Repeats the question in its reason. */
    private static Explanation explain(Explanation.Question question) {
        if ("nowhere".equals(question.host()))
            return new Explanation(null, null, null, null, "no route matches", List.of());
        return new Explanation(
                new Explanation.Route(question.host(), question.path()),
                "default",
                "round-robin",
                "server-1",
                question.toString(),
                List.of(
                        new Explanation.Candidate("server-1", State.UP, true, true, "its turn"),
                        new Explanation.Candidate("10.0.0.1:80/é", State.UNKNOWN, false, false, "not checked")));
    }

    /** One exchange that failed over, one that no backend was asked for, one whose every text is hostile; the last is the newest. */
    static Telemetry telemetry() {
        Telemetry telemetry = new Telemetry(2, null);
        BackendLabels one = new BackendLabels("default", "server-1", 0);
        BackendLabels two = new BackendLabels("default", "server-2", 1);
        Attempt failed = new Attempt(two, "", false, Reason.CONNECT_REFUSED, 0, 110_000, 302_000);
        Attempt answered = new Attempt(one, "127.0.0.1:5000", true, Reason.OK, 200, 450_000, 11_900_999);
        telemetry.recorder(0).record(exchange(1, "GET", "a", "default", List.of(failed, answered), Reason.OK));
        telemetry.recorder(1).record(exchange(2, "POST", "b", null, List.of(), Reason.NO_ROUTE));
        telemetry
                .recorder(0)
                .record(exchange(3, "G\"\\\u0000\n\u00ff\u0085", "c", "default", List.of(answered), Reason.OK));
        return telemetry;
    }

    private static Exchange exchange(
            int second, String method, String requestId, @Nullable String pool, List<Attempt> attempts, Reason reason) {
        return new Exchange(
                AT.plusSeconds(second).toEpochMilli(),
                "192.0.2.7",
                method,
                "/" + method,
                "HTTP/1.1",
                pool,
                null,
                null,
                requestId,
                pool,
                pool,
                attempts,
                200,
                3,
                9,
                12_750_999,
                reason);
    }
}
