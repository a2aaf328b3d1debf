package dev.rondo.balancer.app;

import dev.rondo.balancer.config.ConfigurationLoader;
import dev.rondo.balancer.config.Loaded;
import dev.rondo.balancer.config.Problem;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The file that a command reads, under the environment and the system properties of this process. */
final class ConfigurationFile {
    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "FILE",
            defaultValue = "rondo.yaml",
            description = "The configuration; ${DEFAULT-VALUE} where none is given.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    Path file;

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec command;

    /** Reads and checks the file, and prints every problem; null where it cannot be run. */
    Loaded.@Nullable Valid load() {
        PrintWriter errors = errors();
        Loaded loaded = read();
        if (loaded instanceof Loaded.Broken broken) print(broken.problems(), "", errors);
        if (!(loaded instanceof Loaded.Valid valid)) return null;
        print(valid.warnings(), "warning: ", errors);
        return valid;
    }

    /** Reads and checks the file, and prints nothing. */
    Loaded read() {
        return ConfigurationLoader.load(file, System.getenv(), properties());
    }

    /** Where the command that reads the file prints what it was asked for. */
    PrintWriter out() {
        return Objects.requireNonNull(command).commandLine().getOut();
    }

    /** Where it prints why it failed; for {@code run} there may be no command line. */
    PrintWriter errors() {
        return command == null
                ? new PrintWriter(System.err, true, Charset.defaultCharset())
                : command.commandLine().getErr();
    }

    private static void print(List<Problem> problems, String before, PrintWriter errors) {
        for (Problem problem : problems) errors.println(before + problem);
        errors.flush();
    }

    private static Map<String, String> properties() {
        Properties properties = System.getProperties();
        Map<String, String> copy = new HashMap<>();
        for (String name : properties.stringPropertyNames()) copy.put(name, properties.getProperty(name));
        return copy;
    }
}
