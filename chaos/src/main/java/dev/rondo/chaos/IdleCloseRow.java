package dev.rondo.chaos;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Backends close connections that have been idle for 0 to 200 ms, by chance. */
final class IdleCloseRow implements Scenario {
    /** Of the unkeyed POSTs that fail, one for so many requests may. */
    private static final int REQUESTS_FOR_EACH = 10_000;

    @Override
    public String name() {
        return "idle-close";
    }

    @Override
    public String event() {
        return "backends close idle connections at random, after 0 to 200 ms";
    }

    @Override
    public void play(Stage stage) throws IOException, InterruptedException {
        List<Backend> backends = stage.backends(2);
        Balancer balancer = stage.balancer(stage.list(backends, ""));
        for (Backend backend : backends) backend.tell("idle 200");
        int requests = stage.size(100_000, 10_000);
        Load load = stage.load(
                "idle",
                balancer.url("/"),
                "--requests",
                Integer.toString(requests),
                "--rate",
                "1500",
                "--connections",
                "32");
        Load.Ledger ledger = stage.count("idle", load.ledger(Duration.ofMinutes(5)));
        long posts = ledger.failed(each -> each.method().equals("POST"));
        stage.note(requests + " requests, repeated on a fresh connection: "
                + (long) balancer.metric("rondo_stale_repeats_total", ""));
        stage.must("GETs failed, 0", ledger.number("failed") == posts, ledger.failedByCause());
        int most = requests / REQUESTS_FOR_EACH;
        stage.must("POSTs failed, " + most + " at most", posts <= most, posts);
        stage.must(
                "requests executed twice, 0",
                stage.books().duplicates() + stage.books().repeats() == 0,
                stage.books().duplicates());
    }
}
