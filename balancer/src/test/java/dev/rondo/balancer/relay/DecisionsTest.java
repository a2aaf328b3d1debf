package dev.rondo.balancer.relay;

import static dev.rondo.balancer.testkit.Configurations.on;
import static dev.rondo.balancer.testkit.Messages.OK;
import static dev.rondo.balancer.testkit.PoolChange.change;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.config.Affinity;
import dev.rondo.balancer.config.Balancing;
import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.config.Strategy;
import dev.rondo.balancer.testkit.Balancer;
import dev.rondo.balancer.testkit.BothEngines;
import dev.rondo.balancer.testkit.RawBackend;
import dev.rondo.balancer.testkit.RawClient;
import dev.rondo.balancer.testkit.RefusingPort;
import io.helidon.json.JsonArray;
import io.helidon.json.JsonObject;
import io.helidon.json.JsonParser;
import java.util.List;

/** What the API says of requests that were relayed, and of one that was not sent. */
@SuppressWarnings("StringConcatToTextBlock") // HTTP ends its lines with CRLF, a text block with LF
class DecisionsTest {
    private static JsonObject api(Balancer rondo, String target) throws Exception {
        try (RawClient admin = RawClient.connect(rondo.adminPort())) {
            admin.send("GET /api/v1" + target + " HTTP/1.1\r\nHost: admin\r\nConnection: close\r\n\r\n");
            return JsonParser.create(admin.answer().body()).readJsonObject();
        }
    }

    private static void ask(Balancer rondo, String id, String host) throws Exception {
        try (RawClient client = RawClient.connect(rondo.port())) {
            client.send("GET /" + id + " HTTP/1.1\r\nHost: " + host + "\r\nX-Request-Id: " + id + "\r\n\r\n");
            client.answer();
        }
    }

    private static List<JsonObject> list(JsonObject from, String name) {
        JsonArray array = from.arrayValue(name).orElseThrow();
        return array.values().stream().map(value -> value.asObject()).toList();
    }

    private static List<String> words(List<JsonObject> from, String name) {
        return from.stream().map(each -> each.stringValue(name).orElse("-")).toList();
    }

    @BothEngines
    void theLedgerTellsWhatBecameOfEachRequest(EngineKind engine) throws Exception {
        try (RawBackend good = RawBackend.answering(OK);
                RefusingPort dead = new RefusingPort();
                Balancer rondo = on(engine)
                        .backend("good", good.port(), 1)
                        .backend("dead", dead.port(), 1)
                        .route("good.test", "/", "good")
                        .route("dead.test", "/", "dead")
                        .start()) {
            ask(rondo, "one", "good.test");
            ask(rondo, "two", "dead.test");
            ask(rondo, "three", "none.test");
            rondo.awaitNothingLeft();

            List<JsonObject> decisions = list(api(rondo, "/decisions"), "decisions");
            assertThat(words(decisions, "requestId")).containsExactlyInAnyOrder("three", "two", "one");
            JsonObject one =
                    list(api(rondo, "/decisions?request-id=one"), "decisions").getFirst();
            assertThat(one.intValue("status")).contains(200);
            assertThat(words(list(one, "attempts"), "backend")).containsExactly("b" + good.port());
            JsonObject two =
                    list(api(rondo, "/decisions?pool=dead"), "decisions").getFirst();
            assertThat(two.stringValue("requestId")).contains("two");
            assertThat(two.stringValue("endedBy")).contains("upstream");
            assertThat(words(list(two, "attempts"), "outcome")).contains("connect-refused");
            assertThat(api(rondo, "/pools/dead/backends/b" + dead.port()).longValue("failures"))
                    .hasValue((long) list(two, "attempts").size());
            JsonObject three =
                    list(api(rondo, "/decisions?request-id=three"), "decisions").getFirst();
            assertThat(three.stringValue("reason")).contains("no-route");
            assertThat(list(three, "attempts")).isEmpty();
        }
    }

    @BothEngines
    void anExplanationKnowsTheCookie(EngineKind engine) throws Exception {
        Affinity affinity = new Affinity("lb", null, Affinity.SameSite.LAX, false, true, null);
        try (RawBackend one = RawBackend.answering(OK);
                RawBackend other = RawBackend.answering(OK);
                Balancer rondo = on(engine)
                        .backends(one.port(), other.port())
                        .policies(change().strategy(Strategy.RANDOM).balancing(Balancing.DEFAULT.queue(), affinity))
                        .start();
                RawClient client = RawClient.connect(rondo.port())) {
            client.send("GET /1 HTTP/1.1\r\nHost: lb.test\r\n\r\n");
            String cookie = client.answer().values("set-cookie").getFirst();
            String pair = cookie.substring(0, cookie.indexOf(';'));
            JsonObject explained = api(rondo, "/explain?header=Cookie:" + pair.replace("=", "%3D"));
            int asked = one.requests().isEmpty() ? other.port() : one.port();
            assertThat(explained.stringValue("backend")).contains("b" + asked);
            assertThat(explained.stringValue("reason")).contains("its affinity cookie names it");
            assertThat(api(rondo, "/explain").stringValue("reason").orElseThrow())
                    .contains("chance");
        }
    }

    @BothEngines
    void anExplanationSendsNothing(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.answering(OK);
                Balancer rondo = on(engine)
                        .backend("api", backend.port(), 1)
                        .backend("api", 9, 0)
                        .route("*.a.test", "/v1", "api")
                        .start()) {
            JsonObject found = api(rondo, "/explain?host=x.a.test:80&path=/v1/orders");
            assertThat(found.objectValue("route").orElseThrow().stringValue("host"))
                    .contains("*.a.test");
            assertThat(found.objectValue("route").orElseThrow().stringValue("pathPrefix"))
                    .contains("/v1");
            assertThat(found.stringValue("pool")).contains("api");
            assertThat(found.stringValue("backend")).contains("b" + backend.port());
            assertThat(words(list(found, "candidates"), "why"))
                    .containsExactly("nothing is held against it", "its weight is 0");
            assertThat(words(list(found, "candidates"), "state")).containsExactly("up", "draining");

            JsonObject lost = api(rondo, "/explain?host=a.test&path=/v1");
            assertThat(lost.stringValue("reason")).contains("no route matches this host and path");
            assertThat(list(lost, "candidates")).isEmpty();
            assertThat(api(rondo, "/explain?pool=api")
                            .value("route")
                            .orElseThrow()
                            .toString())
                    .isEqualTo("null");
            assertThat(list(api(rondo, "/decisions"), "decisions")).isEmpty();
            assertThat(api(rondo, "/pools/api/backends/b" + backend.port()).longValue("picks"))
                    .hasValue(0L);
        }
    }
}
