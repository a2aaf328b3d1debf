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
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

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
                .addCheck(new Check("data-port", HealthCheckType.LIVENESS, () -> dataPort(probes)))
                .addCheck(new Check("traffic", HealthCheckType.READINESS, () -> traffic(probes)))
                .addCheck(new Check("start", HealthCheckType.STARTUP, () -> start(probes)))
                .build();
        return ObserveFeature.builder()
                .observersDiscoverServices(false)
                .addObserver(observer)
                .weight(BEFORE_OTHERS)
                .build();
    }

    /**
     * What a check has found.
     *
     * @param down why it fails; null where it passes
     * @param remarks what is told either way
     */
    private record Finding(@Nullable String down, List<String> remarks) {
        static final Finding WELL = new Finding(null, List.of());

        static Finding down(String why) {
            return new Finding(why, List.of());
        }
    }

    private static Finding start(Probes probes) {
        return probes.started().getAsBoolean() ? Finding.WELL : Finding.down("the data listener is not open yet");
    }

    private static Finding traffic(Probes probes) {
        String down = start(probes).down;
        return new Finding(
                down != null ? down : probes.notReady().get().orElse(null),
                probes.remarks().get());
    }

    /**
     * A listener that has failed leaves the process up and the port closed; only a connection tells. Before the start there is
     * nothing to connect to, and a restart would not make it come sooner: that is for the start check to say. At the end there is
     * nothing any more, and a restart would cut what is still answered. A port that lets nobody in and refuses nobody is full: a
     * restart would end all that it works on, under a load that needs it.
     */
    private static Finding dataPort(Probes probes) {
        if (!probes.started().getAsBoolean() || probes.ending().getAsBoolean()) return Finding.WELL;
        int port = probes.dataPort().getAsInt();
        try (Socket socket = new Socket()) {
            InetAddress host = ListeningPort.reachable(probes.dataHost());
            socket.connect(new InetSocketAddress(host, port), Math.toIntExact(CONNECT_WITHIN.toMillis()));
            return Finding.WELL;
        } catch (SocketTimeoutException e) {
            return new Finding(
                    null,
                    List.of("port " + port + " let nobody in for " + CONNECT_WITHIN.toSeconds()
                            + " s: its queue of connections is full"));
        } catch (IOException | IllegalArgumentException e) {
            return Finding.down("no connection to " + probes.dataHost() + ":" + port + " within "
                    + CONNECT_WITHIN.toSeconds() + " s (" + e.getMessage() + ")");
        }
    }

    private record Check(String name, HealthCheckType type, Supplier<Finding> asked) implements HealthCheck {
        @Override
        public HealthCheckResponse call() {
            Finding found = asked.get();
            String down = found.down;
            HealthCheckResponse.Builder response = HealthCheckResponse.builder().status(down == null);
            if (down != null) response.detail("reason", down);
            if (!found.remarks.isEmpty()) response.detail("remarks", String.join("; ", found.remarks));
            return response.build();
        }
    }
}
