package dev.rondo.balancer.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class DescriptorsTest {
    @Test
    void aSmallProcessKeepsFewerConnections() throws Exception {
        assertThat(Descriptors.share(0, 256, 4, 320)).isEqualTo(new Descriptors(48, 8));
    }

    @Test
    void aLargeProcessKeepsWhatIsConfigured() throws Exception {
        assertThat(Descriptors.share(0, 256, 4, 1_048_576)).isEqualTo(new Descriptors(523_680, 256));
    }

    @Test
    void whatIsWantedIsGivenAndLeavesLessForIdleOnes() throws Exception {
        assertThat(Descriptors.share(60, 256, 4, 320)).isEqualTo(new Descriptors(60, 2));
        assertThat(Descriptors.share(64, 256, 4, 320)).isEqualTo(new Descriptors(64, 0));
    }

    @Test
    void moreThanThereCanBeIsRefused() {
        assertThatThrownBy(() -> Descriptors.share(65, 256, 4, 320))
                .isInstanceOf(IOException.class)
                .hasMessage(
                        "server.max-tcp-connections: 65 connections need 322 file descriptors and the process may open"
                                + " 320; raise the limit (ulimit -n) or set at most 64");
    }

    @Property
    void whatIsSharedOutIsThere(
            @ForAll @IntRange(max = 1000) int maxIdle,
            @ForAll @IntRange(min = 1, max = 1000) int keepers,
            @ForAll @IntRange(min = 220, max = 2_000_000) int limit)
            throws IOException {
        Descriptors shared = Descriptors.share(0, maxIdle, keepers, limit);
        long most = 2L * shared.connections() + (long) shared.idleUpstream() * keepers;
        assertThat(most).isLessThanOrEqualTo(limit - 192L);
    }
}
