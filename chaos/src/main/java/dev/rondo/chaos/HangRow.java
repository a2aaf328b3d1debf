package dev.rondo.chaos;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** A backend of two hangs: it takes connections, by its kernel, and answers nothing. */
final class HangRow implements Scenario {
    private static final double TIMEOUT = 1_000;
    private static final double NOISE = 5;
    private static final Duration LONG = Duration.ofSeconds(60);

    @Override
    public String name() {
        return "hang";
    }

    @Override
    public String event() {
        return "a backend of two hangs (SIGSTOP)";
    }

    @Override
    public void play(Stage stage) throws IOException, InterruptedException {
        List<Backend> backends = stage.backends(2);
        Balancer balancer = stage.balancer("""
                timeouts: {connect: 500ms, response: 1s}
                health-check: {path: /health, interval: 500ms, timeout: 400ms, fall: 2}
                """ + stage.list(backends, ""));
        String url = balancer.url("/");
        String[] options = Load.warmFor(stage.size(10, 4), "--connections", "256");
        Load.Ledger warm = stage.count("warm", stage.load("warm", url, options).ledger(LONG));
        Load.Ledger before =
                stage.count("before", stage.load("before", url, options).ledger(LONG));
        Load during = stage.load("during", url, Load.warmFor(5, "--connections", "256"));
        Clock.pass(Load.WARM_UP.plusMillis(1_500));
        backends.getFirst().signal("STOP");
        Load.Ledger hung = stage.count("during", during.ledger(LONG));
        String state = balancer.state("b1");
        Load.Ledger after =
                stage.count("after", stage.load("after", url, options).ledger(LONG));
        backends.getFirst().signal("CONT");
        stage.must(
                "nothing failed before",
                warm.failed(_ -> true) + before.failed(_ -> true) == 0,
                before.failedByCause());
        double longest = Math.max(hung.took("good", "max"), hung.took("status-504", "max"));
        stage.must(
                "bounded by the timeout and one repetition, " + 2 * TIMEOUT + " ms", longest <= 2 * TIMEOUT, longest);
        stage.must("failed only by that timeout", hung.failed(each -> each.status() != 504) == 0, hung.failedByCause());
        stage.must("out of rotation", state.equals("down") || state.equals("ejected"), state);
        stage.must("nothing fails after that", after.failed(_ -> true) == 0, after.failedByCause());
        double allowed = Math.max(2 * before.took("good", "p99"), before.took("good", "p99") + NOISE);
        stage.must(
                "p99 no more than twice that before (or " + NOISE + " ms more), " + allowed + " ms",
                after.took("good", "p99") <= allowed,
                after.took("good", "p99"));
        long back =
                Clock.elapsed(Duration.ofSeconds(10), () -> balancer.state("b1").equals("up"));
        stage.must("back when it goes on, within 10 s", back >= 0, back + " ms");
    }
}
