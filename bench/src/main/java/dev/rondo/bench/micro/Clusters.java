package dev.rondo.bench.micro;

import dev.rondo.balancer.cluster.Cluster;
import dev.rondo.balancer.config.Configuration;
import dev.rondo.balancer.config.ConfigurationLoader;
import dev.rondo.balancer.config.Loaded;
import dev.rondo.balancer.connect.Resolver;
import dev.rondo.balancer.telemetry.Recorder;
import dev.rondo.balancer.telemetry.Telemetry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Pools to pick from and to route to, made from YAML as an operator writes it. */
final class Clusters {
    private static final int MAX_IDLE = 256;

    private Clusters() {}

    static Configuration configuration(String yaml) throws IOException {
        Path file = Files.createTempFile("rondo-bench", ".yaml");
        try {
            Files.writeString(file, yaml);
            return switch (ConfigurationLoader.load(file, Map.of(), Map.of())) {
                case Loaded.Valid valid -> valid.configuration();
                case Loaded.Broken broken ->
                    throw new IllegalStateException(broken.problems().toString());
            };
        } finally {
            Files.delete(file);
        }
    }

    /** Nothing is connected to: a resolver is only asked by requests. */
    static Cluster of(Configuration configuration) {
        Recorder recorder = new Telemetry(1, null).recorder(0);
        Resolver resolver = new Resolver(Resolver::system, Duration.ofHours(1));
        Cluster cluster = new Cluster(new Cluster.Surroundings(
                resolver, List.of(recorder), () -> 0, new Random(1), (pool, transition) -> {}));
        var gone = cluster.apply(configuration, MAX_IDLE);
        if (!gone.isEmpty()) throw new IllegalStateException("a new cluster had backends already");
        return cluster;
    }
}
