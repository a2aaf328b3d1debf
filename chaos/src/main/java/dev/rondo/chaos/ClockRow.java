package dev.rondo.chaos;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/** The wall clock of the balancer's process is set, an hour ahead and an hour back, as NTP or a person does. */
final class ClockRow implements Scenario {
    private static final int HOUR = 3_600;
    private static final long TOLERANCE = 60_000;

    @Override
    public String name() {
        return "clock";
    }

    @Override
    public String event() {
        return "the wall clock is set by an hour, both ways";
    }

    @Override
    public void play(Stage stage) throws IOException, InterruptedException {
        Path library = stage.file("step.so");
        if (!compile(stage, library)) {
            stage.note("SKIPPED: there is no C compiler (cc) to make what moves the clock of a process");
            return;
        }
        Path step = stage.file("step");
        set(step, 0);
        List<Backend> backends = stage.backends(2);
        String configuration = "access-log: {format: json, path: \"" + stage.accessLog() + "\"}\ndrain: {delay: 0s}\n"
                + "health-check: {path: /health, interval: 500ms, timeout: 400ms}\n" + stage.list(backends, "");
        List<String> moved = List.of("env", "LD_PRELOAD=" + library, "CHAOS_STEP=" + step);
        Balancer balancer = Balancer.start(stage, "rondo", configuration, moved, stage.log("rondo"));
        Load load = stage.load("clock", balancer.url("/"), "--duration", "1h");
        Duration pause = Duration.ofSeconds(stage.size(10, 2));
        Clock.pass(Load.WARM_UP);
        for (int seconds : new int[] {HOUR, -HOUR, 0, -HOUR, HOUR, 0}) {
            Clock.pass(pause);
            set(step, seconds);
        }
        Clock.pass(pause);
        String state = balancer.state("b1") + " " + balancer.state("b2");
        Load.Ledger ledger = stage.count("clock", load.stop());
        Clock.pass(Duration.ofSeconds(1));
        List<AccessLog.Line> lines = AccessLog.read(stage.accessLog());
        long now = Clock.millis();
        long ahead =
                lines.stream().filter(line -> line.begin() > now + TOLERANCE).count();
        long behind =
                lines.stream().filter(line -> line.begin() < now - HOUR * 500L).count();
        stage.must("its clock went both ways", ahead > 0 && behind > 0, ahead + " lines ahead, " + behind + " behind");
        stage.must("requests failed, 0", ledger.number("failed") == 0, ledger.failedByCause());
        stage.must("slowest answer, 1000 ms", ledger.took("good", "max") <= 1_000, ledger.took("good", "max"));
        stage.must("backends stay up", state.equals("up up"), state);
    }

    private static boolean compile(Stage stage, Path library) throws IOException, InterruptedException {
        Path source = stage.file("step.c");
        try (InputStream in = ClockRow.class.getResourceAsStream("step.c")) {
            Files.write(source, Objects.requireNonNull(in).readAllBytes());
        }
        try {
            Process cc = new ProcessBuilder(
                            "cc", "-shared", "-fPIC", "-O1", "-o", library.toString(), source.toString(), "-ldl")
                    .redirectErrorStream(true)
                    .redirectOutput(stage.file("cc.log").toFile())
                    .start();
            return cc.waitFor() == 0;
        } catch (IOException e) {
            return false; // no such command
        }
    }

    /** In place: the process has it mapped. */
    private static void set(Path step, int seconds) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.nativeOrder());
        Files.write(step, bytes.putInt(seconds).array(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }
}
