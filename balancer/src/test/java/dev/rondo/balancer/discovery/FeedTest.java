package dev.rondo.balancer.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.cluster.Found;
import dev.rondo.balancer.config.BackendConfig;
import dev.rondo.balancer.config.BackendSource;
import dev.rondo.balancer.wire.Ticker;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What a feed says of itself while it tells; on the test's own thread. */
class FeedTest {
    private static final BackendSource WEB = new BackendSource.Dns("web", 8080, false, Duration.ofSeconds(5), 1, 0);
    private static final List<Found> ONE =
            List.of(new Found(new BackendConfig("one", URI.create("http://10.0.0.1:8080"), 1)));

    private final List<String> seen = new ArrayList<>();
    private boolean broken;
    private final Feed feed = new Feed(
            "pool",
            WEB,
            _ -> {},
            new Feed.Means(Ticker.SYSTEM, new Random(1), _ -> {}, (_, _, found) -> tell(found)),
            new Tally());

    private void tell(List<Found> found) {
        if (broken) throw new IllegalStateException("the cluster does not take it");
        seen.add(found.size() + (feed.hasAnswered() ? " answered" : " awaited"));
    }

    @Test
    void whoeverSeesThatItHasAnsweredFindsTheBackendsInTheirPool() {
        feed.found(ONE);
        assertThat(seen).containsExactly("1 awaited");
        assertThat(feed.hasAnswered()).isTrue();
        assertThat(feed.status().endpoints()).isEqualTo(1);
        feed.found(ONE);
        assertThat(seen).as("nothing has changed").hasSize(1);
    }

    @Test
    void whatCouldNotBeToldIsToldAgain() {
        broken = true;
        try {
            feed.found(ONE);
        } catch (IllegalStateException expected) {
            seen.add(String.valueOf(expected.getMessage()));
        }
        broken = false;
        feed.found(ONE);
        assertThat(seen).containsExactly("the cluster does not take it", "1 awaited");
    }
}
