package dev.rondo.balancer.relay;

import static dev.rondo.balancer.testkit.Configurations.on;
import static dev.rondo.balancer.testkit.Messages.OK;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.testkit.Answer;
import dev.rondo.balancer.testkit.Balancer;
import dev.rondo.balancer.testkit.BothEngines;
import dev.rondo.balancer.testkit.RawBackend;
import dev.rondo.balancer.testkit.RawClient;

/** Hosts and path prefixes, and what is said where none matches. */
@SuppressWarnings("StringConcatToTextBlock") // HTTP ends its lines with CRLF, a text block with LF
class RoutingTest {
    private static Answer ask(int port, String host, String path) throws Exception {
        try (RawClient client = RawClient.connect(port)) {
            client.send("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
            return client.answer();
        }
    }

    private static String named(String name) {
        return OK.replace("Content-Length: 2", "Content-Length: " + name.length())
                .replace("\r\n\r\nok", "\r\n\r\n" + name);
    }

    @BothEngines
    void theLongestPrefixOnSegmentBordersWins(EngineKind engine) throws Exception {
        try (RawBackend root = RawBackend.answering(named("root"));
                RawBackend api = RawBackend.answering(named("api"));
                RawBackend deep = RawBackend.answering(named("deep"));
                RawBackend wild = RawBackend.answering(named("wild"));
                Balancer rondo = on(engine)
                        .backend("root", root.port(), 1)
                        .backend("api", api.port(), 1)
                        .backend("deep", deep.port(), 1)
                        .backend("wild", wild.port(), 1)
                        .route("a.test", "/", "root")
                        .route("a.test", "/api", "api")
                        .route("a.test", "/api/deep", "deep")
                        .route("*.a.test", "/", "wild")
                        .start()) {
            int port = rondo.port();
            assertThat(ask(port, "a.test", "/").body()).isEqualTo("root");
            assertThat(ask(port, "A.TEST:8080", "/x").body()).isEqualTo("root");
            assertThat(ask(port, "a.test", "/api").body()).isEqualTo("api");
            assertThat(ask(port, "a.test", "/api?x=/deep").body()).isEqualTo("api");
            assertThat(ask(port, "a.test", "/api/").body()).isEqualTo("api");
            assertThat(ask(port, "a.test", "/apix").body()).isEqualTo("root");
            assertThat(ask(port, "a.test", "/api/deep/er").body()).isEqualTo("deep");
            assertThat(ask(port, "a.test", "/api/deeper").body()).isEqualTo("api");
            assertThat(ask(port, "b.a.test", "/api").body()).isEqualTo("wild");
            assertThat(ask(port, "c.b.a.test", "/").body()).isEqualTo("wild");
        }
    }

    @BothEngines
    void noRouteIsSaidWithoutSecrets(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.answering(OK);
                Balancer rondo = on(engine)
                        .backend("secret-pool", backend.port(), 1)
                        .route("a.test", "/known", "secret-pool")
                        .start()) {
            Answer answer = ask(rondo.port(), "other.test", "/known");
            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.values("content-type").getFirst()).startsWith("text/plain");
            assertThat(answer.body())
                    .containsIgnoringCase("rondo")
                    .contains("no-route")
                    .doesNotContain("secret-pool", String.valueOf(backend.port()));
            assertThat(ask(rondo.port(), "a.test", "/unknown").status()).isEqualTo(404);
            assertThat(backend.connections()).isZero();
        }
    }
}
