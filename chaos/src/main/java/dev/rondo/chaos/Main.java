package dev.rondo.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line of {@code make chaos} and {@code make soak}. */
@Command(
        name = "make chaos",
        description = "Does what goes wrong in production to a running balancer, under load, and counts what is lost.",
        mixinStandardHelpOptions = true)
public final class Main implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(names = "--row", paramLabel = "NAME", split = ",", description = "Rows; all but soak if not given.")
    private List<String> wanted = List.of();

    @Option(names = "--quick", description = "The small size of each row, about five minutes for all.")
    private boolean quick;

    @Option(names = "--minutes", paramLabel = "N", description = "Plays soak for that long.")
    private @Nullable Integer minutes;

    @Option(names = "--seed", defaultValue = "1", description = "Of all chance; ${DEFAULT-VALUE} if not given.")
    private long seed;

    private Main() {}

    /** Exits with 0 when everything held, 1 when something was missed, 2 for wrong arguments. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new Main()).execute(args));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path root = Path.of("").toAbsolutePath();
        Path jar = root.resolve("balancer/target/rondo.jar");
        if (!Files.exists(jar)) {
            System.err.println("chaos: " + jar + " is missing: run make package");
            return 1;
        }
        boolean good = true;
        for (Scenario scenario : scenarios()) {
            good &= play(scenario, jar, root.resolve("chaos/target/rows").resolve(scenario.name()));
        }
        System.out.println(good ? "PASS: everything held" : "MISSED: see above");
        return good ? 0 : 1;
    }

    private List<Scenario> scenarios() {
        if (minutes != null) {
            if (minutes < 1) throw new ParameterException(spec.commandLine(), "--minutes takes 1 or more");
            return List.of(new SoakRow(Duration.ofMinutes(minutes)));
        }
        List<Scenario> all = List.of(
                new KillRow(),
                new HangRow(),
                new HalfFailingRow(),
                new AllDownRow(),
                new IdleCloseRow(),
                new ReloadsRow(),
                new BrokenReloadRow(),
                new RollingRow(),
                new HandoverRow(),
                new OverloadRow(),
                new DescriptorsRow(),
                new FullDiskRow(),
                new ClockRow());
        if (wanted.isEmpty()) return all;
        List<Scenario> some = new ArrayList<>();
        for (String name : wanted) {
            some.add(all.stream()
                    .filter(row -> row.name().equals(name))
                    .findFirst()
                    .orElseThrow(() -> {
                        List<String> names = all.stream().map(Scenario::name).toList();
                        return new ParameterException(
                                spec.commandLine(),
                                "there is no row " + name + "; there are " + String.join(", ", names));
                    }));
        }
        return some;
    }

    private boolean play(Scenario scenario, Path jar, Path directory) throws IOException, InterruptedException {
        System.out.println(scenario.name() + ": " + scenario.event());
        clear(directory);
        long begin = System.nanoTime();
        try (Stage stage = new Stage(jar, directory, seed, quick)) {
            String trouble = null;
            try {
                scenario.play(stage);
            } catch (IOException e) {
                trouble = e.getMessage();
            }
            stage.findings().forEach(System.out::println);
            System.out.println("          " + stage.books().line());
            if (trouble != null) System.out.println("  MISSED  it could not be played to its end: " + trouble);
            boolean good = trouble == null && !stage.isMissed();
            long seconds = Duration.ofNanos(System.nanoTime() - begin).toSeconds();
            System.out.println((good ? "PASS " : "MISSED ") + scenario.name() + " in " + seconds + " s, seed " + seed
                    + (quick ? ", small size" : "") + "; files in " + directory + "\n");
            return good;
        }
    }

    /** Nothing of an earlier play counts. */
    private static void clear(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) return;
        try (var files = Files.list(directory)) {
            for (Path file : files.toList()) Files.delete(file);
        }
    }
}
