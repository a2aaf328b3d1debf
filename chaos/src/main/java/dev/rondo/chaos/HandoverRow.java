package dev.rondo.chaos;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** The balancer itself is ended in order, again and again, and another takes its port when it has gone. */
final class HandoverRow implements Scenario {
    @Override
    public String name() {
        return "handover";
    }

    @Override
    public String event() {
        return "SIGTERM to the balancer, which drains; a successor takes its port afterwards";
    }

    @Override
    public void play(Stage stage) throws IOException, InterruptedException {
        List<Backend> backends = stage.backends(2);
        String configuration = "access-log: off\ndrain: {delay: 200ms}\n" + stage.list(backends, "");
        Balancer balancer = Balancer.start(stage, "rondo", configuration, List.of(), stage.log("rondo"));
        Load load = stage.load("handover", balancer.url("/"), "--duration", "1h");
        int drains = stage.size(100, 10);
        int wrong = 0;
        for (int i = 0; i < drains; i++) {
            Clock.pass(Duration.ofMillis(500));
            balancer.signal("TERM");
            if (Children.ended(balancer.process(), 40) != 0) wrong++;
            balancer.startSuccessor(stage.log("rondo"));
        }
        Clock.pass(Duration.ofMillis(500));
        Load.Ledger ledger = stage.count("handover", load.stop());
        long accepted = ledger.number("failed")
                - ledger.failedByCause().getOrDefault("GET refused", 0L)
                - ledger.failedByCause().getOrDefault("POST refused", 0L);
        stage.note("refused connections are those between two processes: nobody had accepted them");
        stage.must(
                "accepted requests failed in " + drains + " drains, 0",
                accepted == 0,
                accepted + " " + ledger.failedByCause());
        stage.must("processes that did not end with 0, 0", wrong == 0, wrong);
        stage.must(
                "requests executed twice, 0",
                stage.books().duplicates() == 0,
                stage.books().duplicates());
    }
}
