package dev.rondo.balancer.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LedgerTest {
    private static final long PLENTY = 1 << 20;

    /** Number {@code n} of those that are recorded, over a second after the one before it. */
    private static Exchange numbered(int n) {
        return new Exchange(
                Exchanges.START + n * 1_000L,
                "192.0.2.7",
                "GET",
                "/" + n,
                "HTTP/1.1",
                null,
                null,
                null,
                "id",
                null,
                null,
                List.of(),
                200,
                n,
                0,
                1,
                Reason.OK);
    }

    private static List<String> targets(List<Exchange> exchanges) {
        return exchanges.stream().map(Exchange::target).toList();
    }

    @Test
    void keepsTheLastNewestFirst() {
        RecentExchanges recent = new RecentExchanges(3, PLENTY);
        assertThat(recent.newestFirst()).isEmpty();
        recent.add(numbered(0));
        assertThat(targets(recent.newestFirst())).containsExactly("/0");
        for (int i = 1; i < 20; i++) {
            recent.add(numbered(i));
            assertThat(recent.newestFirst()).hasSize(Math.min(i + 1, 3));
        }
        assertThat(targets(recent.newestFirst())).containsExactly("/19", "/18", "/17");
    }

    @Test
    void aFullRingIsReadWhole() {
        RecentExchanges recent = new RecentExchanges(4, PLENTY);
        for (int i = 0; i < 9; i++) recent.add(numbered(i));
        assertThat(targets(recent.newestFirst())).containsExactly("/8", "/7", "/6", "/5");
    }

    @Test
    void longHeadsPushMoreOut() {
        RecentExchanges recent = new RecentExchanges(1_000, 100_000);
        for (int i = 0; i < 50; i++) recent.add(numbered(i));
        Exchange large = Exchanges.withTarget("/" + "x".repeat(32 * 1024));
        for (int i = 0; i < 5; i++) recent.add(large);
        assertThat(recent.newestFirst()).containsExactly(large, large, large);
        recent.add(Exchanges.withTarget("/" + "x".repeat(200_000))); // more than there is room for in all
        assertThat(recent.newestFirst()).hasSize(3);
        for (int i = 0; i < 1_000; i++) recent.add(numbered(i));
        assertThat(recent.newestFirst()).hasSizeBetween(150, 200).doesNotContain(large);
    }

    @Test
    void lanesArePutTogetherByTime() {
        Ledger ledger = new Ledger(3);
        for (int i = 0; i < 12; i++) ledger.lane(i % 2).add(numbered(i));
        assertThat(targets(ledger.newestFirst()))
                .isEqualTo(IntStream.iterate(11, i -> i >= 0, i -> i - 1)
                        .mapToObj(i -> "/" + i)
                        .toList());
    }

    @Test
    void overAllLanesTheLastThousandAreLeft() {
        Ledger ledger = new Ledger(3);
        for (int i = 0; i < 5_000; i++) ledger.lane(i % 3).add(numbered(i));
        assertThat(targets(ledger.newestFirst()))
                .isEqualTo(IntStream.iterate(4_999, i -> i >= 4_000, i -> i - 1)
                        .mapToObj(i -> "/" + i)
                        .toList());
    }

    /** What a lane has ended last is what it shows first, though the clock was set back in between. */
    @Test
    void theOrderWithinALaneDoesNotGoByTheClock() {
        Ledger ledger = new Ledger(1);
        ledger.lane(0).add(numbered(9));
        ledger.lane(0).add(numbered(3));
        assertThat(targets(ledger.newestFirst())).containsExactly("/3", "/9");
    }

    @Test
    void aReaderNeverSeesAnEntryOutOfOrderWhileItIsWritten() throws InterruptedException {
        RecentExchanges recent = new RecentExchanges(8, PLENTY);
        int writes = 300_000;
        CountDownLatch begun = new CountDownLatch(1);
        Thread writer = Thread.ofPlatform().start(() -> {
            for (int i = 0; i < writes; i++) {
                recent.add(numbered(i));
                if (i == 8) begun.countDown();
            }
        });
        begun.await();
        long last = -1;
        while (last < writes - 1) {
            List<Exchange> seen = recent.newestFirst();
            for (int i = 1; i < seen.size(); i++) {
                assertThat(seen.get(i).bytesIn()).isEqualTo(seen.get(i - 1).bytesIn() - 1);
            }
            if (seen.isEmpty()) continue; // all of them were written over meanwhile
            assertThat(seen.getFirst().bytesIn()).isGreaterThanOrEqualTo(last);
            last = seen.getFirst().bytesIn();
        }
        writer.join();
    }

    @Test
    void everyRecordedExchangeIsThere() {
        Telemetry telemetry = new Telemetry(2, null);
        Exchange refused = Exchanges.refused(null, Reason.NO_ROUTE, 404);
        telemetry.recorder(1).record(refused);
        assertThat(telemetry.ledger().newestFirst()).containsExactly(refused);
    }

    @Test
    void failuresAreThoseOfTheBackend() {
        assertThat(Exchanges.attempt(Exchanges.ONE, Reason.OK, 200, 1).failed()).isFalse();
        assertThat(Exchanges.attempt(Exchanges.ONE, Reason.OK, 500, 1).failed()).isFalse();
        assertThat(Exchanges.attempt(Exchanges.ONE, Reason.OK, 502, 1).failed()).isTrue();
        assertThat(Exchanges.attempt(Exchanges.ONE, Reason.OK, 504, 1).failed()).isTrue();
        assertThat(Exchanges.attempt(Exchanges.ONE, Reason.CONNECT_REFUSED, 0, 1)
                        .failed())
                .isTrue();
        assertThat(Exchanges.attempt(Exchanges.ONE, Reason.CLIENT_ABORT, 0, 1).failed())
                .isFalse();
        assertThat(Exchanges.attempt(Exchanges.ONE, Reason.STALE_CONNECTION, 0, 1)
                        .failed())
                .isFalse();
        Telemetry telemetry = new Telemetry(1, null);
        telemetry.recorder(0).record(Exchanges.answered(Exchanges.ONE, "GET", 503, 1_000));
        telemetry.recorder(0).record(Exchanges.answered(Exchanges.ONE, "GET", 200, 1_000));
        assertThat(telemetry.totals().apply(Exchanges.ONE).failures()).isEqualTo(1);
        assertThat(telemetry.totals().apply(Exchanges.TWO).failures()).isZero();
    }
}
