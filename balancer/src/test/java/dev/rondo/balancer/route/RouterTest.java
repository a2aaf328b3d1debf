package dev.rondo.balancer.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.cluster.Cluster;
import dev.rondo.balancer.cluster.Pool;
import dev.rondo.balancer.config.Configuration;
import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.connect.Resolver;
import dev.rondo.balancer.testkit.Configurations;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RouterTest {
    /** A route is written as {@code host path}, with {@code any} for every host; its pool has the route's number. */
    private static Router router(String... routes) {
        Configurations configurations = Configurations.on(EngineKind.VIRTUAL_THREADS);
        for (int i = 0; i < routes.length; i++) {
            String[] parts = routes[i].split(" ", 2);
            configurations.backend("p" + i, 1, 1).route(parts[0].equals("any") ? null : parts[0], parts[1], "p" + i);
        }
        Configuration configuration = configurations.build();
        try (Resolver resolver = new Resolver(host -> List.of(InetAddress.getLoopbackAddress()), Duration.ofDays(1))) {
            Cluster cluster = new Cluster(
                    new Cluster.Surroundings(resolver, List.of(), () -> 0, new Random(0), (pool, change) -> {}));
            cluster.apply(configuration, 16);
            return new Router(configuration.routes(), cluster);
        }
    }

    private static final Router ROUTER = router(
            "any /", // p0
            "any /api", // p1
            "any /api/v1", // p2
            "a.test /", // p3
            "a.test /api", // p4
            "*.a.test /", // p5
            "*.b.a.test /x", // p6
            "192.0.2.1 /", // p7
            "[2001:db8::1] /"); // p8

    private static @Nullable String name(@Nullable Pool pool) {
        return pool == null ? null : pool.config().name();
    }

    @ParameterizedTest
    @CsvSource({
        "a.test, /, p3",
        "a.test, /api, p4",
        "a.test, /apiary, p3",
        "A.TeSt, /, p3",
        "a.test:8080, /api/x, p4",
        "a.test., /, p3",
        "a.test.:80, /, p3",
        "x.a.test, /, p5",
        "x.y.a.test, /, p5",
        "b.a.test, /x, p5",
        "c.b.a.test, /x, p6",
        "c.b.a.test, /x/y, p6",
        "c.b.a.test, /xy, p5",
        "C.B.A.TEST.:1, /x, p6",
        "xa.test, /, p0",
        ".a.test, /, p5",
        "test, /, p0",
        "192.0.2.1, /, p7",
        "192.0.2.1:80, /, p7",
        "[2001:db8::1], /, p8",
        "[2001:DB8::1]:80, /, p8",
        "[2001:db8::2], /, p0",
        "other, /api, p1",
        "other, /api/, p1",
        "other, /api/v1, p2",
        "other, /api/v1/x, p2",
        "other, /api/v10, p1",
        "other, /API, p0",
        "other, //api, p0",
        "other, *, p0",
        ", /api, p1"
    })
    void theMostSpecificRouteWins(@Nullable String authority, String path, String pool) {
        assertThat(name(ROUTER.route(authority, path))).isEqualTo(pool);
    }

    @Test
    void whatNoRouteHasFallsThroughToTheNextHost() {
        Router router = router("a.test /a", "*.test /b", "any /c");
        assertThat(name(router.route("a.test", "/a"))).isEqualTo("p0");
        assertThat(name(router.route("a.test", "/b"))).isEqualTo("p1");
        assertThat(name(router.route("a.test", "/c"))).isEqualTo("p2");
        assertThat(router.route("a.test", "/d")).isNull();
        assertThat(router.route("a.test", "/")).isNull();
        assertThat(router.route(null, "/a")).isNull();
    }

    @Test
    void aSingleRouteForEverythingNeedsNoLook() {
        assertThat(name(router("any /").only())).isEqualTo("p0");
        assertThat(name(router("any /").route("x", "*"))).isEqualTo("p0");
        assertThat(router("any /a").only()).isNull();
        assertThat(router("a.test /").only()).isNull();
        assertThat(router("any /", "any /a").only()).isNull();
        assertThat(router("any /", "*.test /").only()).isNull();
    }
}
