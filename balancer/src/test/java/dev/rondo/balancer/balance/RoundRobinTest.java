package dev.rondo.balancer.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RoundRobinTest {
    private static final int THREADS = 8;
    private static final int PICKS = 100_000;

    private static List<Integer> backends(int count) {
        return IntStream.range(0, count).boxed().toList();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 7, 10})
    void eachGetsExactlyItsShareOfManyThreadsPicks(int count) throws InterruptedException, ExecutionException {
        RoundRobin rotation = new RoundRobin();
        List<Integer> backends = backends(count);
        CountDownLatch start = new CountDownLatch(1);
        List<FutureTask<int[]>> tasks = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            FutureTask<int[]> task = new FutureTask<>(() -> {
                start.await();
                int[] picked = new int[count];
                for (int pick = 0; pick < PICKS; pick++) picked[rotation.pick(backends)]++;
                return picked;
            });
            tasks.add(task);
            Thread.ofPlatform().daemon().start(task);
        }
        start.countDown();
        int[] total = new int[count];
        for (FutureTask<int[]> task : tasks) {
            int[] picked = task.get();
            for (int i = 0; i < count; i++) total[i] += picked[i];
        }
        int all = THREADS * PICKS;
        for (int i = 0; i < count; i++) assertThat(total[i]).isEqualTo(all / count + (i < all % count ? 1 : 0));
    }

    @Property(tries = 100)
    void anyWindowOfPicksHitsEachOnce(
            @ForAll @IntRange(min = 1, max = 40) int count, @ForAll @IntRange(max = 99) int skip) {
        RoundRobin rotation = new RoundRobin();
        List<Integer> backends = backends(count);
        for (int i = 0; i < skip; i++) assertThat(rotation.pick(backends)).isEqualTo(i % count);
        for (int window = 0; window < 3; window++) {
            HashSet<Integer> hit = new HashSet<>();
            for (int i = 0; i < count; i++) hit.add(rotation.pick(backends));
            assertThat(hit).hasSize(count);
        }
    }

    /** A backend that leaves gives its share to all others, not to its neighbour. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4})
    void theShareOfOneThatLeavesIsSpread(int gone) {
        RoundRobin rotation = new RoundRobin();
        for (int i = 0; i < 7; i++) assertThat(rotation.pick(backends(5))).isNotNull();
        List<Integer> left = backends(5).stream().filter(b -> b != gone).toList();
        Map<Integer, Integer> picked = new HashMap<>();
        for (int i = 0; i < 4000; i++) picked.merge(rotation.pick(left), 1, Integer::sum);
        assertThat(picked).hasSize(4).allSatisfy((backend, count) -> assertThat(count)
                .isEqualTo(1000));
    }

    /** The number of a pick never comes back: 2^64 of them, where 32 bits would be used up in a day. */
    @ParameterizedTest
    @ValueSource(longs = {Integer.MAX_VALUE, (1L << 32) - 1, Long.MAX_VALUE})
    void theRotationGoesOnWhereSmallerNumbersEnd(long picksBefore) throws ReflectiveOperationException {
        RoundRobin rotation = new RoundRobin();
        var cursor = RoundRobin.class.getDeclaredField("cursor");
        cursor.setAccessible(true);
        ((java.util.concurrent.atomic.AtomicLong) cursor.get(rotation)).set(picksBefore - 5);
        List<Integer> backends = backends(3);
        int last = rotation.pick(backends);
        for (int i = 0; i < 12; i++) {
            int next = rotation.pick(backends);
            assertThat(next).isEqualTo((last + 1) % 3);
            last = next;
        }
    }
}
