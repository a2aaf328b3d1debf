package dev.rondo.balancer.relay;

import static dev.rondo.balancer.testkit.Configurations.on;
import static dev.rondo.balancer.testkit.Messages.OK;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.testkit.Balancer;
import dev.rondo.balancer.testkit.BothEngines;
import dev.rondo.balancer.testkit.RawBackend;
import dev.rondo.balancer.testkit.RawClient;
import dev.rondo.balancer.testkit.Request;

/** {@code TE}, which belongs to one hop and is told to the next by us. */
@SuppressWarnings("StringConcatToTextBlock") // HTTP ends its lines with CRLF, a text block with LF
class HopByHopTest {
    private static Request seen(EngineKind engine, String fields) throws Exception {
        try (RawBackend backend = RawBackend.answering(OK);
                Balancer rondo = on(engine).backends(backend.port()).start();
                RawClient client = RawClient.connect(rondo.port())) {
            client.send("GET / HTTP/1.1\r\nHost: lb.test\r\n" + fields + "\r\n");
            assertThat(client.answer().status()).isEqualTo(200);
            return backend.takeRequest();
        }
    }

    @BothEngines
    void theWishForTrailersIsPassedOnWhateverTheOrder(EngineKind engine) throws Exception {
        for (String fields : new String[] {
            "Connection: TE\r\nTE: trailers\r\n",
            "TE: trailers\r\nConnection: TE\r\n",
            "connection: close, te\r\nte: gzip;q=0.5, trailers\r\n"
        }) {
            Request request = seen(engine, fields);
            assertThat(request.values("te")).as(fields).containsExactly("trailers");
            assertThat(request.values("connection")).as(fields).containsExactly("TE");
        }
    }
}
