package dev.rondo.chaos;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Three times what the backends can do. */
final class OverloadRow implements Scenario {
    private static final int WORKERS = 8;
    private static final int SERVICE_MILLIS = 50;
    private static final int CAPACITY = 2 * WORKERS * 1_000 / SERVICE_MILLIS;
    private static final double QUICK = 50;
    private static final long NORMAL = 5_000;
    private static final long SPARE_HEAP = 8 << 20;

    @Override
    public String name() {
        return "overload";
    }

    @Override
    public String event() {
        return "three times the capacity of two backends, which do " + CAPACITY + " requests/s";
    }

    @Override
    public void play(Stage stage) throws IOException, InterruptedException {
        List<Backend> backends = stage.backends(2);
        for (Backend backend : backends) {
            backend.tell("workers " + WORKERS);
            backend.tell("delay " + SERVICE_MILLIS);
        }
        // a few more than workers, so that none of them waits for the way of a request
        Balancer balancer = stage.balancer(
                "queue: {size: 16, timeout: 25ms}\n" + stage.list(backends, ", max-requests: " + (WORKERS + 2)));
        String url = balancer.url("/");
        load(stage, url, "warm", CAPACITY / 2, 5).ledger(Duration.ofSeconds(60));
        long heap = balancer.heap();
        int seconds = stage.size(60, 10);
        Load.Ledger over = stage.count(
                "over", load(stage, url, "over", 3 * CAPACITY, seconds).ledger(Duration.ofMinutes(2)));
        Load.Ledger after =
                stage.count("after", load(stage, url, "after", CAPACITY / 2, 10).ledger(Duration.ofSeconds(60)));
        long grown = balancer.heap() - heap;

        double goodput = over.good() / over.json().doubleValue("seconds", 1);
        stage.must("goodput in " + seconds + " s, " + 0.9 * CAPACITY + "/s", goodput >= 0.9 * CAPACITY, goodput);
        stage.must(
                "p99 of 503, " + QUICK + " ms",
                over.took("status-503", "p99") <= QUICK,
                over.took("status-503", "p99") + ", max " + over.took("status-503", "max"));
        long others = over.failedByCause().entrySet().stream()
                .filter(each -> !each.getKey().endsWith(" status-503"))
                .mapToLong(each -> each.getValue())
                .sum();
        stage.must("failed otherwise, 0", others == 0, over.failedByCause());
        long late = after.failed(each -> each.millis() > NORMAL);
        stage.must("normal " + NORMAL + " ms after", late == 0, late + " failed later");
        stage.must("heap after a collection grown by less than " + SPARE_HEAP, grown < SPARE_HEAP, grown);
    }

    private static Load load(Stage stage, String url, String prefix, int rate, int seconds) throws IOException {
        return stage.load(prefix, url, Load.warmFor(seconds, "--rate", "" + rate, "--connections", "256"));
    }
}
