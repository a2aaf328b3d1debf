package dev.rondo.balancer.app;

import static dev.rondo.balancer.testkit.Configurations.on;
import static dev.rondo.balancer.testkit.Messages.OK;
import static dev.rondo.balancer.testkit.Messages.get;
import static dev.rondo.balancer.testkit.PoolChange.change;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rondo.balancer.admin.OpenApi;
import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.config.OutlierConfig;
import dev.rondo.balancer.config.PoolConfig;
import dev.rondo.balancer.testkit.BothEngines;
import dev.rondo.balancer.testkit.RawBackend;
import dev.rondo.balancer.testkit.RawClient;
import java.io.IOException;
import java.time.Duration;

/** What the API says of pools that live, against its document. */
@SuppressWarnings("StringConcatToTextBlock") // HTTP ends its lines with CRLF, a text block with LF
class LivePoolsTest {
    private static final String BROKEN = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n";
    private static final String BUSY =
            "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 3600\r\nContent-Length: 0\r\n\r\n";

    private static PoolConfig strict(PoolConfig pool) {
        Duration hour = Duration.ofHours(1);
        return change().outliers(new OutlierConfig(true, 1, hour, hour, 50, hour, 5, 100, 1.9, 0, hour))
                .apply(pool);
    }

    @BothEngines
    void theBenchedAreAsDocumented(EngineKind engine) throws Exception {
        try (RawBackend broken = RawBackend.answering(BROKEN);
                RawBackend busy = RawBackend.answering(BUSY);
                RawBackend one = RawBackend.answering(OK);
                RawBackend other = RawBackend.answering(OK);
                Rondo rondo = Rondo.start(on(engine)
                        .backends(broken.port(), busy.port(), one.port(), other.port())
                        .policies(LivePoolsTest::strict)
                        .build());
                RawClient client = RawClient.connect(rondo.port())) {
            for (int i = 0; i < 20; i++) {
                client.send(get("/"));
                assertThat(client.answer().status()).isEqualTo(200);
            }
            JsonNode pools = pools(rondo);
            assertThat(OpenApi.read().problems("Pools", pools)).isEmpty();
            JsonNode backends = pools.at("/pools/0/backends");
            assertThat(backends.at("/0/ejection/number").asInt()).isEqualTo(1);
            assertThat(backends.at("/1/ejection/number").asInt(-1)).isZero();
            assertThat(backends.at("/1/state").asText()).isEqualTo("ejected");
            assertThat(backends.at("/2/ejection").isNull()).isTrue();
        }
    }

    private static JsonNode pools(Rondo rondo) throws IOException {
        return OpenApi.JSON.readTree(
                RawClient.ask(rondo.adminPort(), "/api/v1/pools").body());
    }
}
