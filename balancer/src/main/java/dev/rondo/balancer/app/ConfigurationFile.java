package dev.rondo.balancer.app;

import dev.rondo.balancer.config.ConfigurationLoader;
import dev.rondo.balancer.config.Loaded;
import dev.rondo.balancer.config.Problem;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Parameters;

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

    /** Reads and checks the file, and prints every problem; null where it cannot be run. */
    Loaded.@Nullable Valid load(PrintWriter errors) {
        return switch (ConfigurationLoader.load(file, System.getenv(), properties())) {
            case Loaded.Valid valid -> {
                print(valid.warnings(), "warning: ", errors);
                yield valid;
            }
            case Loaded.Broken broken -> {
                print(broken.problems(), "", errors);
                yield null;
            }
        };
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
