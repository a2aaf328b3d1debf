package dev.rondo.balancer.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Repeats at a time: never more than was promised, and all that was promised. */
class RetryBudgetTest {
    private static int takeAll(RetryBudget budget, int active) {
        int taken = 0;
        while (budget.tryTake(active)) taken++;
        return taken;
    }

    @ParameterizedTest
    @CsvSource({
        "20, 3, 0, 3",
        "20, 3, 1, 3",
        "20, 3, 19, 3",
        "20, 3, 20, 4",
        "20, 3, 99, 19",
        "20, 3, 1000, 200",
        "100, 0, 7, 7",
        "0, 0, 1000, 0",
        "0, 2, 1000, 2",
        "100, 3, 1, 3"
    })
    void theShareIsRoundedDownAndNeverBelowTheLeast(int percent, int least, int active, int repeats) {
        RetryBudget budget = new RetryBudget(percent, least);
        assertThat(takeAll(budget, active)).isEqualTo(repeats);
        assertThat(budget.taken()).isEqualTo(repeats);
        assertThat(budget.exhausted()).isEqualTo(1);
    }

    @Test
    void whatIsGivenBackCanBeTaken() {
        RetryBudget budget = new RetryBudget(20, 1);
        assertThat(budget.tryTake(0)).isTrue();
        assertThat(budget.tryTake(0)).isFalse();
        budget.give();
        assertThat(budget.tryTake(0)).isTrue();
        budget.give();
        assertThatThrownBy(budget::give).isInstanceOf(IllegalStateException.class);
        assertThat(budget.taken()).isZero();
        assertThat(takeAll(budget, 0)).isEqualTo(1);
    }

    @Test
    void otherLimitsKeepWhatIsCounted() {
        RetryBudget budget = new RetryBudget(20, 3);
        assertThat(takeAll(budget, 100)).isEqualTo(20);
        budget.change(10, 3);
        budget.give();
        assertThat(budget.tryTake(100)).isFalse();
        budget.change(30, 3);
        assertThat(takeAll(budget, 100)).isEqualTo(11);
    }

    @ParameterizedTest
    @CsvSource({"-1, 3, percent: -1", "101, 3, percent: 101", "20, -1, least: -1"})
    void limitsThatMakeNoSenseAreRefused(int percent, int least, String message) {
        assertThatThrownBy(() -> new RetryBudget(percent, least)).hasMessageContaining(message);
        assertThatThrownBy(() -> new RetryBudget(20, 3).change(percent, least)).hasMessageContaining(message);
    }

    private enum Event {
        BEGINS,
        ENDS,
        REPEATS,
        GIVES
    }

    /** Any sequence of events: it grants exactly where one more is within the limit. */
    @Property(tries = 500)
    void neverExceeded(
            @ForAll @IntRange(max = 100) int percent,
            @ForAll @IntRange(max = 5) int least,
            @ForAll @Size(max = 200) List<Event> events) {
        RetryBudget budget = new RetryBudget(percent, least);
        int active = 0;
        int taken = 0;
        long refused = 0;
        for (Event event : events) {
            switch (event) {
                case BEGINS -> active++;
                case ENDS -> active = Math.max(0, active - 1);
                case REPEATS -> {
                    int limit = Math.max(least, (int) Math.floor(active * percent / 100.0));
                    boolean granted = budget.tryTake(active);
                    assertThat(granted).isEqualTo(taken + 1 <= limit);
                    if (granted) taken++;
                    else refused++;
                }
                case GIVES -> {
                    if (taken == 0) continue;
                    budget.give();
                    taken--;
                }
            }
        }
        assertThat(budget.taken()).isEqualTo(taken);
        assertThat(budget.exhausted()).isEqualTo(refused);
    }

    @Test
    void neverExceededByManyThreads() throws InterruptedException, ExecutionException {
        RetryBudget budget = new RetryBudget(20, 3);
        AtomicInteger running = new AtomicInteger();
        CountDownLatch start = new CountDownLatch(1);
        List<FutureTask<Integer>> tasks = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            FutureTask<Integer> task = new FutureTask<>(() -> {
                start.await();
                int most = 0;
                for (int round = 0; round < 20_000; round++) {
                    int mine = 0;
                    while (mine < 4 && budget.tryTake(50)) {
                        mine++;
                        most = Math.max(most, running.incrementAndGet());
                    }
                    for (; mine > 0; mine--) {
                        running.getAndDecrement();
                        budget.give();
                    }
                }
                return most;
            });
            tasks.add(task);
            Thread.ofPlatform().daemon().start(task);
        }
        start.countDown();
        int most = 0;
        for (FutureTask<Integer> task : tasks) most = Math.max(most, task.get());
        assertThat(most).isBetween(1, 10);
        assertThat(budget.taken()).isZero();
        assertThat(takeAll(budget, 50)).isEqualTo(10);
    }
}
