package dev.rondo.balancer.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ExchangeQueueTest {
    private static final long PLENTY = 1 << 20;

    @Test
    void keepsTheOrderAndCountsWhatDoesNotFit() {
        ExchangeQueue queue = new ExchangeQueue(4, PLENTY, () -> {});
        for (int i = 0; i < 6; i++) {
            assertThat(queue.offer(Exchanges.withTarget("/" + i))).isEqualTo(i < 4);
        }
        assertThat(queue.dropped()).isEqualTo(2);
        for (int i = 0; i < 4; i++) {
            assertThat(queue.poll()).extracting(Exchange::target).isEqualTo("/" + i);
        }
        assertThat(queue.poll()).isNull();
        assertThat(queue.offer(Exchanges.withTarget("/again"))).isTrue();
    }

    @Test
    void isBoundedInBytesToo() {
        ExchangeQueue queue = new ExchangeQueue(1024, 100_000, () -> {});
        Exchange large = Exchanges.withTarget("/" + "x".repeat(30_000));
        assertThat(queue.offer(large)).isTrue();
        assertThat(queue.offer(large)).isTrue();
        assertThat(queue.offer(large)).isTrue();
        assertThat(queue.offer(large)).isFalse();
        assertThat(queue.poll()).isSameAs(large);
        assertThat(queue.offer(large)).isTrue();
        assertThat(queue.dropped()).isOne();
    }

    @Test
    void wakesTheWriterOnceAQuarter() {
        AtomicInteger wakes = new AtomicInteger();
        ExchangeQueue queue = new ExchangeQueue(64, PLENTY, wakes::incrementAndGet);
        for (int i = 0; i < 64; i++) {
            queue.offer(Exchanges.withTarget("/"));
        }
        assertThat(wakes).hasValue(4);
    }

    @Test
    void losesNothingBetweenTwoThreads() throws InterruptedException {
        int lines = 200_000;
        ExchangeQueue queue = new ExchangeQueue(64, PLENTY, () -> {});
        Exchange[] few = new Exchange[97];
        for (int i = 0; i < few.length; i++) {
            few[i] = Exchanges.withTarget("/" + i);
        }
        Thread producer = Thread.ofPlatform().start(() -> {
            for (int i = 0; i < lines; i++) {
                while (!queue.offer(few[i % few.length])) {
                    Thread.onSpinWait();
                }
            }
        });
        for (int i = 0; i < lines; ) {
            Exchange exchange = queue.poll();
            if (exchange == null) {
                Thread.onSpinWait();
            } else {
                assertThat(exchange).isSameAs(few[i % few.length]);
                i++;
            }
        }
        producer.join();
        assertThat(queue.poll()).isNull();
    }
}
