package dev.rondo.chaos;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Mixed load for long, and one thing after the other that goes wrong, by chance. */
final class SoakRow implements Scenario {
    private static final Duration SETTLE = Duration.ofSeconds(3);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long SPARE_HEAP = 6 << 20;
    private static final int SPARE_DESCRIPTORS = 40;

    /** How much it uses, at one moment. */
    private record Sample(long heap, int descriptors) {}

    private final Duration time;
    private int changes;

    SoakRow(Duration time) {
        this.time = time;
    }

    @Override
    public String name() {
        return "soak";
    }

    @Override
    public String event() {
        return time.toMinutes() + " minutes of mixed load with random faults";
    }

    @Override
    public void play(Stage stage) throws IOException, InterruptedException {
        SplittableRandom random = new SplittableRandom(stage.seed());
        List<Backend> backends = stage.backends(3);
        Balancer balancer = stage.balancer(configuration(stage, backends));
        Load load = stage.load("soak", balancer.url("/"), "--duration", "24h", "--connections", "128");
        Tunnels tunnels = new Tunnels(balancer.port(), 4);
        List<Sample> samples = new ArrayList<>();
        long end = System.nanoTime() + time.toNanos();
        int faults = 0;
        while (System.nanoTime() < end) {
            fault(stage, balancer, backends, random);
            if (++faults % 4 == 0) samples.add(new Sample(balancer.heap(), balancer.descriptors()));
            Clock.pass(Duration.ofMillis(200 + random.nextInt(1_500)));
        }
        for (Backend backend : backends) {
            Clock.await(
                    PATIENCE.multipliedBy(6), backend.id() + " does not come back", () -> balancer.state(backend.id())
                            .equals("up"));
        }
        Load.Ledger ledger = stage.count("soak", load.stop());
        tunnels.end(); // those through a backend that was killed have ended
        Load.Ledger calm = stage.count(
                "calm",
                stage.load("calm", balancer.url("/"), "--duration", "5s").ledger(PATIENCE));
        stage.note(faults + " faults, longest gap " + ledger.json().doubleValue("longestGapMs", 0) + " ms");
        stage.must(
                "ledger balanced: lost, 0",
                stage.books().lost() == 0,
                stage.books().lost());
        stage.must(
                "POSTs executed twice, 0",
                stage.books().duplicates() == 0,
                stage.books().duplicates());
        stage.must("nothing fails when all is over", calm.number("failed") == 0, calm.failedByCause());
        flat(stage, samples);
    }

    private String configuration(Stage stage, List<Backend> backends) {
        return "timeouts: {connect: 500ms, response: 1s, idle: " + (30 + changes++ % 9) + "s}\n"
                + "health-check: {path: /health, interval: 500ms, timeout: 400ms, fall: 2, rise: 1}\n"
                + "outlier-detection: {base-ejection-time: 2s, max-ejection-time: 10s}\n" + stage.list(backends, "");
    }

    private void fault(Stage stage, Balancer balancer, List<Backend> backends, SplittableRandom random)
            throws IOException, InterruptedException {
        Backend victim = backends.get(random.nextInt(backends.size()));
        String path = "/pools/default/backends/" + victim.id();
        switch (random.nextInt(8)) {
            case 0 -> {
                victim.kill();
                Clock.pass(Duration.ofMillis(random.nextInt(2_000)));
                victim.start();
            }
            case 1 -> {
                victim.signal("STOP");
                Clock.pass(Duration.ofMillis(random.nextInt(2_500)));
                victim.signal("CONT");
            }
            case 2 -> {
                victim.tell("fail 503 0.5");
                Clock.pass(Duration.ofMillis(random.nextInt(2_000)));
                victim.tell("fail 0 0");
            }
            case 3 -> stage.configure(balancer, configuration(stage, backends));
            case 4 -> {
                balancer.post(path + "/drain");
                Clock.pass(Duration.ofMillis(random.nextInt(2_000)));
                balancer.post(path + "/undrain");
            }
            case 5 -> {
                victim.stop();
                victim.start();
            }
            case 6 -> victim.tell("idle " + random.nextInt(200));
            default -> victim.tell("delay " + random.nextInt(20));
        }
        Clock.pass(SETTLE.dividedBy(6));
    }

    /** The least of the last third beside the least of the first: what is in use by chance stands in neither. */
    private static void flat(Stage stage, List<Sample> samples) {
        int third = samples.size() / 3;
        if (third == 0) {
            stage.must("samples of heap and descriptors, 3", false, samples.size());
            return;
        }
        List<Sample> first = samples.subList(0, third);
        List<Sample> last = samples.subList(samples.size() - third, samples.size());
        long heap = last.stream().mapToLong(Sample::heap).min().orElse(0)
                - first.stream().mapToLong(Sample::heap).min().orElse(0);
        int files = last.stream().mapToInt(Sample::descriptors).min().orElse(0)
                - first.stream().mapToInt(Sample::descriptors).min().orElse(0);
        stage.must(
                "heap after a collection grown by less than " + SPARE_HEAP,
                heap < SPARE_HEAP,
                heap + " in " + samples.size() + " samples");
        stage.must("descriptors grown by less than " + SPARE_DESCRIPTORS, files < SPARE_DESCRIPTORS, files);
    }
}
