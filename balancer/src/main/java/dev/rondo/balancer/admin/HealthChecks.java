package dev.rondo.balancer.admin;

import dev.rondo.balancer.listener.ListeningPort;
import io.helidon.health.HealthCheck;
import io.helidon.health.HealthCheckResponse;
import io.helidon.health.HealthCheckType;
import io.helidon.webserver.observe.ObserveFeature;
import io.helidon.webserver.observe.health.HealthObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** {@code /health/live}, {@code /health/ready}, {@code /health/started} and all three at {@code /health}. */
final class HealthChecks {
    private static final Duration CONNECT_WITHIN = Duration.ofSeconds(1);

    /** Over that of the other routes, whose last one answers every path that is left. */
    private static final double BEFORE_OTHERS = 200;

    private HealthChecks() {}

    static ObserveFeature feature(Probes probes) {
        HealthObserver observer = HealthObserver.builder()
                .endpoint("/health")
                .details(true)
                .useSystemServices(false)
                .addCheck(new Check("data-port", HealthCheckType.LIVENESS, () -> unreachable(probes), List::of))
                .addCheck(new Check("traffic", HealthCheckType.READINESS, () -> notReady(probes), probes.remarks()))
                .addCheck(new Check("start", HealthCheckType.STARTUP, () -> notStarted(probes), List::of))
                .build();
        return ObserveFeature.builder()
                .observersDiscoverServices(false)
                .addObserver(observer)
                .weight(BEFORE_OTHERS)
                .build();
    }

    private static Optional<String> notStarted(Probes probes) {
        return probes.started().getAsBoolean() ? Optional.empty() : Optional.of("the data listener is not open yet");
    }

    private static Optional<String> notReady(Probes probes) {
        return notStarted(probes).or(probes.notReady());
    }

    /**
     * A listener that has failed leaves the process up and the port closed; only a connection tells. Before the start there is
     * nothing to connect to, and a restart would not make it come sooner: that is for the start check to say.
     */
    private static Optional<String> unreachable(Probes probes) {
        if (!probes.started().getAsBoolean()) {
            return Optional.empty();
        }
        int port = probes.dataPort().getAsInt();
        try (Socket socket = new Socket()) {
            InetAddress host = ListeningPort.reachable(probes.dataHost());
            socket.connect(new InetSocketAddress(host, port), Math.toIntExact(CONNECT_WITHIN.toMillis()));
            return Optional.empty();
        } catch (IOException | IllegalArgumentException e) {
            return Optional.of("no connection to " + probes.dataHost() + ":" + port + " within "
                    + CONNECT_WITHIN.toSeconds() + " s (" + e.getMessage() + ")");
        }
    }

    /** Down with the reason where {@code failure} gives one; remarks are told either way. */
    private record Check(
            String name, HealthCheckType type, Supplier<Optional<String>> failure, Supplier<List<String>> remarks)
            implements HealthCheck {
        @Override
        public HealthCheckResponse call() {
            Optional<String> reason = failure.get();
            HealthCheckResponse.Builder response = HealthCheckResponse.builder().status(reason.isEmpty());
            reason.ifPresent(why -> response.detail("reason", why));
            List<String> remarked = remarks.get();
            if (!remarked.isEmpty()) response.detail("remarks", String.join("; ", remarked));
            return response.build();
        }
    }
}
