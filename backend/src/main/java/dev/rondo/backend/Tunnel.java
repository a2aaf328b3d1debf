package dev.rondo.backend;

import dev.rondo.backend.Served.Ending;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.webserver.spi.ServerConnection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A connection after its upgrade: sends the 101, runs the echo to its end and records the whole as one request. */
final class Tunnel implements ServerConnection {
    private final String head;
    private final TunnelWire wire;
    private final Echo echo;
    private final boolean dropped;
    private final Surroundings surroundings;
    private final String target;
    private final @Nullable String client;
    private volatile @Nullable Thread thread;

    /** A tunnel that starts with {@code head}, and ends right behind it when it is {@code dropped}. */
    Tunnel(
            String head,
            TunnelWire wire,
            Echo echo,
            boolean dropped,
            Surroundings surroundings,
            String target,
            @Nullable String client) {
        this.head = head;
        this.wire = wire;
        this.echo = echo;
        this.dropped = dropped;
        this.surroundings = surroundings;
        this.target = target;
        this.client = client;
    }

    @Override
    public void handle(Limit limit) {
        thread = Thread.currentThread();
        Instant at = surroundings.clock().instant();
        long start = surroundings.nanos().getAsLong();
        try {
            wire.write(head.getBytes(StandardCharsets.US_ASCII));
            if (!dropped) {
                echo.run();
            }
        } finally {
            long nanos = surroundings.nanos().getAsLong() - start;
            surroundings
                    .accessLog()
                    .accept(new Served(
                            at,
                            client,
                            "GET",
                            target,
                            101,
                            wire.bytesIn(),
                            wire.bytesOut(),
                            nanos,
                            dropped ? Ending.CUT : Ending.TUNNELED,
                            null));
        }
    }

    /** Zero: a tunnel may be silent for as long as both ends like. */
    @Override
    public Duration idleTime() {
        return Duration.ZERO;
    }

    @Override
    public void close(boolean interrupt) {
        boolean told = echo.sayGoodbye();
        Thread reader = thread;
        if (reader != null && (interrupt || !told)) {
            reader.interrupt();
        }
    }
}
