package dev.rondo.chaos;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** A backend of two answers half of its requests with 503. */
final class HalfFailingRow implements Scenario {
    private static final long NOTICED = 500;

    @Override
    public String name() {
        return "half-503";
    }

    @Override
    public String event() {
        return "a backend of two answers 503 to half of its requests";
    }

    @Override
    public void play(Stage stage) throws IOException, InterruptedException {
        List<Backend> backends = stage.backends(2);
        Balancer balancer = stage.balancer(stage.list(backends, ""));
        Load load = stage.load("half", balancer.url("/"), "--duration", stage.size(20, 10) + "s");
        Clock.pass(Duration.ofSeconds(2));
        long begin = Clock.millis();
        backends.getFirst().tell("fail 503 0.5");
        long ejected =
                Clock.elapsed(Duration.ofSeconds(6), () -> balancer.state("b1").equals("ejected"));
        Load.Ledger ledger = stage.count("half", load.ledger(Duration.ofSeconds(60)));
        Clock.pass(Duration.ofSeconds(1));
        double exhausted = balancer.metric("rondo_retry_budget_exhausted_total", "");
        long gets = ledger.failed(each -> each.method().equals("GET"));
        long late = AccessLog.read(stage.accessLog()).stream()
                .filter(line -> line.begin() > begin + ejected + NOTICED && line.status() >= 400)
                .count();
        stage.must(
                "GETs failed, no more than those for which the budget had nothing left, " + (long) exhausted,
                gets <= exhausted,
                gets);
        stage.must("share of GETs failed, 1 % at most", gets <= ledger.sent() * 0.7 * 0.01, gets);
        stage.must("ejected in a pool of two, within 6 s", ejected >= 0, ejected + " ms");
        stage.must("failed after that, 0", ejected >= 0 && late == 0, late);
        stage.must(
                "requests executed twice, 0",
                stage.books().duplicates() + stage.books().repeats() == 0,
                stage.books().repeats());
    }
}
