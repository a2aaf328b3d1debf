package dev.rondo.chaos;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A backend of two is killed, again and again, and comes back. */
final class KillRow implements Scenario {
    private static final long INTERVAL = 500;
    private static final int RISE = 2;
    private static final long OUT = 1_000;
    /** Of a check's interval, which is longer by chance, and of what is started on this machine beside it. */
    private static final long SLACK = 1_000;
    /** A kept connection may be taken before its end is seen. */
    private static final long UNSEEN = 50;

    private record Kill(Backend victim, long at, long back) {}

    @Override
    public String name() {
        return "kill";
    }

    @Override
    public String event() {
        return "a backend of two is killed (SIGKILL) and comes back";
    }

    @Override
    public void play(Stage stage) throws IOException, InterruptedException {
        List<Backend> backends = stage.backends(2);
        Balancer balancer = stage.balancer("health-check: {path: /health, interval: " + INTERVAL
                + "ms, timeout: 400ms, fall: 2, rise: " + RISE + "}\n" + stage.list(backends, ""));
        Load load = stage.load("kill", balancer.url("/"), "--duration", "1h");
        Clock.pass(Duration.ofSeconds(2));
        List<Kill> kills = new ArrayList<>();
        int rounds = stage.size(10, 4);
        for (int i = 0; i < rounds; i++) {
            Backend victim = backends.get(i % 2);
            long at = Clock.millis();
            victim.kill();
            Clock.pass(Duration.ofMillis(2_500));
            long back = Clock.millis();
            victim.start();
            kills.add(new Kill(victim, at, back));
            Clock.pass(Duration.ofSeconds(4));
        }
        Load.Ledger ledger = stage.count("kill", load.stop());
        Clock.pass(Duration.ofSeconds(1));
        stage.note(rounds + " kills");
        judge(stage, ledger, kills);
    }

    private static void judge(Stage stage, Load.Ledger ledger, List<Kill> kills) throws IOException {
        Map<String, AccessLog.Line> lines = AccessLog.read(stage.accessLog()).stream()
                .collect(Collectors.toMap(AccessLog.Line::id, line -> line, (first, again) -> again));
        long elsewhere = ledger.failed(each -> !wasInFlight(lines.get(each.id()), kills));
        long late = 0;
        for (Kill kill : kills) {
            late += lines.values().stream()
                    .flatMap(line -> line.attempts().stream())
                    .filter(attempt -> attempt.backend().equals(kill.victim.id()))
                    .filter(attempt -> attempt.begin() > kill.at + OUT && attempt.begin() < kill.back)
                    .count();
        }
        stage.must("GETs failed, 0", ledger.failed(each -> each.method().equals("GET")) == 0, ledger.failedByCause());
        stage.must("POSTs failed that were not in flight at the killed one, 0", elsewhere == 0, elsewhere);
        stage.must(
                "POSTs executed twice, 0",
                stage.books().duplicates() == 0,
                stage.books().duplicates());
        stage.must("attempts at the killed one later than " + OUT + " ms after, 0", late == 0, late);
        long longest = longestReturn(kills);
        long allowed = INTERVAL * RISE * 12 / 10 + SLACK;
        stage.must(
                "back in rotation by rise, within " + allowed + " ms",
                longest >= 0 && longest <= allowed,
                longest + " ms at most");
    }

    private static boolean wasInFlight(AccessLog.@Nullable Line line, List<Kill> kills) {
        return line != null
                && kills.stream()
                        .anyMatch(kill -> line.wasAt(kill.victim.id())
                                && line.begin() <= kill.at + UNSEEN
                                && line.begin() > kill.at - OUT);
    }

    /** From its start to the first request that it executes; -1 where there was none. */
    private static long longestReturn(List<Kill> kills) throws IOException {
        long longest = 0;
        for (Kill kill : kills) {
            long first = -1;
            for (Books.Entry entry : Books.entries(kill.victim.ledger())) {
                if (entry.millis() < kill.back || !entry.kind().equals("+")) continue;
                first = entry.millis() - kill.back;
                break;
            }
            if (first < 0) return -1;
            longest = Math.max(longest, first);
        }
        return longest;
    }
}
