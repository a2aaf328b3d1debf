package dev.rondo.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line of {@code make bench}. */
@Command(
        name = "make bench",
        description = "Measures Rondo beside nginx and HAProxy on this machine, one at a time. Run it on a quiet one.",
        mixinStandardHelpOptions = true)
public final class Main implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(
            names = "--row",
            paramLabel = "NAME",
            split = ",",
            defaultValue = "compared",
            description = "Rows: compared (those of the table), scale, all, or names.")
    private List<String> wanted = List.of();

    @Option(
            names = "--rounds",
            defaultValue = "3",
            description = "Turns of each proxy, 1 to 20; ${DEFAULT-VALUE} if not given.")
    private int rounds;

    @Option(
            names = "--seconds",
            defaultValue = "6",
            description = "Seconds of a turn, 1 to 60; ${DEFAULT-VALUE} if not given.")
    private int seconds;

    @Option(
            names = "--warmup",
            defaultValue = "10",
            description =
                    "Seconds for which a JVM is warmed up at least, 1 to 120; ${DEFAULT-VALUE} if not given. Up to five times as"
                            + " long, until its compilers rest.")
    private int warmup;

    @Option(
            names = "--jvm",
            paramLabel = "FLAGS",
            defaultValue = "",
            description = "Flags for Rondo's JVM, behind those of the image.")
    private String jvm = "";

    @Option(names = "--plots", paramLabel = "DIRECTORY", description = "Where plots are copied to: docs, for example.")
    private @Nullable Path plots;

    private Main() {}

    /** Runs the rows that {@code args} name and exits: 0 when all were measured, 1 when not, 2 for wrong arguments. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new Main()).execute(args));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        check(rounds, 1, 20, "--rounds");
        check(seconds, 1, 60, "--seconds");
        check(warmup, 1, 120, "--warmup");
        List<Row> rows = rows();
        Path root = Path.of("").toAbsolutePath();
        Path work = root.resolve("bench/target/bench");
        var pace = new Workbench.Pace(rounds, seconds, warmup);
        try {
            Tools tools = Tools.find();
            Files.createDirectories(work);
            List<String> flags = Stream.of(jvm.split(" ", -1))
                    .filter(flag -> !flag.isEmpty())
                    .toList();
            try (Workbench bench = new Workbench(root, work, tools, pace, flags)) {
                return run(bench, rows) ? 0 : 1;
            }
        } catch (BenchException e) {
            System.err.println("bench: " + e.getMessage());
            return 1;
        }
    }

    private void check(int value, int least, int most, String option) {
        if (value >= least && value <= most) return;
        throw new ParameterException(spec.commandLine(), option + ": " + value + " is not " + least + " to " + most);
    }

    private List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        for (String name : wanted) {
            List<Row> found =
                    switch (name) {
                        case "compared" -> Rows.compared();
                        case "scale" -> Rows.scale();
                        case "all" -> Rows.all();
                        default ->
                            Rows.all().stream()
                                    .filter(row -> row.name().equals(name))
                                    .toList();
                    };
            if (found.isEmpty()) {
                List<String> names = Rows.all().stream().map(Row::name).toList();
                throw new ParameterException(
                        spec.commandLine(),
                        "there is no row " + name + "; there are compared, scale, all, micro, "
                                + String.join(", ", names));
            }
            rows.addAll(found);
        }
        return rows;
    }

    private boolean run(Workbench bench, List<Row> rows) throws IOException, InterruptedException {
        String machine = machine(bench);
        System.out.println(machine);
        int estimate = rows.stream().mapToInt(row -> row.seconds(bench.pace())).sum();
        Workbench.say(rows.size() + " rows, about " + (1 + estimate / 60) + " minutes");
        boolean complete = true;
        for (Row row : rows) {
            Workbench.say(row.name());
            try {
                List<Report> reports = row.run(bench);
                for (Report report : reports) System.out.println(report.table());
                Report.write(
                        bench.work().resolveSibling("results").resolve(row.name() + ".tsv"),
                        row.name(),
                        machine,
                        reports);
                publish(bench, row);
            } catch (BenchException e) {
                System.err.println("bench: " + row.name() + " was not measured: " + e.getMessage());
                complete = false;
            }
        }
        return complete;
    }

    private void publish(Workbench bench, Row row) throws IOException {
        Path plot = bench.work().resolveSibling("plots").resolve(row.name() + ".svg");
        if (plots == null || !(row instanceof ScaleRow)) return;
        Files.createDirectories(plots);
        Files.copy(plot, plots.resolve(row.name() + ".svg"), StandardCopyOption.REPLACE_EXISTING);
    }

    /** What the figures depend on. */
    private static String machine(Workbench bench) throws IOException {
        String model = Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse(System.getProperty("os.arch"));
        Instant now = Clock.systemUTC().instant().truncatedTo(ChronoUnit.SECONDS);
        return String.join(
                "\n",
                now + ", " + Runtime.getRuntime().availableProcessors() + " processors, " + model + ", Linux "
                        + System.getProperty("os.version"),
                "load of the machine before: "
                        + Files.readString(Path.of("/proc/loadavg")).strip(),
                bench.pace().rounds() + " rounds of " + bench.pace().seconds() + " s",
                bench.nginx().version() + ", " + bench.haproxy().version(),
                bench.rondo().version());
    }
}
