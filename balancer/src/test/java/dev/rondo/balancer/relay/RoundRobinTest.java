package dev.rondo.balancer.relay;

import static dev.rondo.balancer.testkit.Configurations.on;
import static dev.rondo.balancer.testkit.Messages.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.testkit.Balancer;
import dev.rondo.balancer.testkit.BothEngines;
import dev.rondo.balancer.testkit.RawBackend;
import dev.rondo.balancer.testkit.RawClient;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The rotation, through real sockets: strict, and one for all loops. */
@SuppressWarnings("StringConcatToTextBlock") // HTTP ends its lines with CRLF, a text block with LF
class RoundRobinTest {
    private static final int CLIENTS = 8;
    private static final int EACH = 300;

    @BothEngines
    void oneAfterTheOther(EngineKind engine) throws Exception {
        try (RawBackend a = RawBackend.echoing();
                RawBackend b = RawBackend.echoing();
                RawBackend c = RawBackend.echoing();
                Balancer rondo =
                        on(engine).backends(a.port(), b.port(), c.port()).start()) {
            List<RawBackend> order = List.of(a, b, c);
            for (int i = 0; i < 9; i++) {
                try (RawClient client = RawClient.connect(rondo.port())) {
                    client.send(get("/" + i));
                    assertThat(client.answer().status()).isEqualTo(200);
                }
                assertThat(order.get(i % 3).takeRequest().target()).isEqualTo("/" + i);
            }
        }
    }

    @BothEngines
    void everyBackendGetsExactlyItsShare(EngineKind engine) throws Exception {
        try (RawBackend a = RawBackend.echoing();
                RawBackend b = RawBackend.echoing();
                RawBackend c = RawBackend.echoing();
                Balancer rondo =
                        on(engine).backends(a.port(), b.port(), c.port()).start();
                ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
            List<Callable<Void>> jobs = new ArrayList<>();
            for (int n = 0; n < CLIENTS; n++) {
                String prefix = "/" + n + "/";
                jobs.add(() -> {
                    try (RawClient client = RawClient.connect(rondo.port())) {
                        for (int i = 0; i < EACH; i++) {
                            client.send(get(prefix + i));
                            assertThat(client.answer().body()).isEqualTo("GET|" + prefix + i + "|");
                        }
                    }
                    return null;
                });
            }
            for (Future<Void> done : clients.invokeAll(jobs)) done.get();
            assertThat(List.of(
                            a.requests().size(),
                            b.requests().size(),
                            c.requests().size()))
                    .containsOnly(CLIENTS * EACH / 3);
        }
    }
}
