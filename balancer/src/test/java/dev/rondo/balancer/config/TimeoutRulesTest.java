package dev.rondo.balancer.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever the top and a pool say of their timeouts: they hold as they were said, or the file is refused with a reason. */
class TimeoutRulesTest {
    /** Seconds; 0 says nothing. */
    record Said(int connect, int response, int attempt, int request) {
        String yaml() {
            return "{tunnel: 2h" + member("connect", connect) + member("response", response)
                    + member("attempt", attempt) + member("request", request) + "}";
        }

        private static String member(String key, int seconds) {
            return seconds == 0 ? "" : ", " + key + ": " + seconds + "s";
        }

        Said over(Said top) {
            return new Said(
                    connect == 0 ? top.connect : connect,
                    response == 0 ? top.response : response,
                    attempt == 0 ? top.attempt : attempt,
                    request == 0 ? top.request : request);
        }

        /** With what holds where nobody says anything; a request of 0 seconds is not limited. */
        Said whole() {
            int answer = response == 0 ? 60 : response;
            int shorter = request == 0 ? answer : Math.min(answer, request);
            return new Said(connect == 0 ? 2 : connect, answer, attempt == 0 ? shorter : attempt, request);
        }

        boolean fits() {
            return connect <= response
                    && connect <= attempt
                    && (request == 0 || (attempt <= request && connect <= request));
        }
    }

    @Property
    void asSaidOrRefused(@ForAll("timeouts") Said top, @ForAll("timeouts") Said pool) {
        Loaded loaded = ConfigurationLoader.load(
                "timeouts: " + top.yaml() + "\npools: {a: {timeouts: " + pool.yaml() + ", backends: [\"http://a\"]}}\n",
                new Findings("f"),
                Map.of(),
                Map.of());
        Said expected = pool.over(top).whole();
        if (!top.whole().fits() || !expected.fits()) {
            assertThat(loaded).isInstanceOf(Loaded.Broken.class);
            return;
        }
        assertThat(loaded).isInstanceOf(Loaded.Valid.class);
        PoolTimeouts bound = ((Loaded.Valid) loaded)
                .configuration()
                .pools()
                .firstEntry()
                .getValue()
                .timeouts();
        assertThat(new Said(
                        (int) bound.connect().toSeconds(),
                        (int) bound.response().toSeconds(),
                        (int) bound.attempt().toSeconds(),
                        (int) bound.request().toSeconds()))
                .isEqualTo(expected);
    }

    @Provide
    Arbitrary<Said> timeouts() {
        Arbitrary<Integer> seconds = Arbitraries.of(0, 0, 0, 1, 2, 3, 5, 30, 90);
        return Combinators.combine(seconds, seconds, seconds, seconds).as(Said::new);
    }
}
