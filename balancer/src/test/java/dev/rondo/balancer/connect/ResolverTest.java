package dev.rondo.balancer.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

class ResolverTest {
    private static final InetAddress ONE = InetAddress.ofLiteral("192.0.2.1");
    private static final InetAddress TWO = InetAddress.ofLiteral("192.0.2.2");
    private static final Duration NEVER = Duration.ofDays(1);

    /** Lookups that wait until the test answers them. */
    private static final class Asked implements Resolver.Lookup {
        private final LinkedBlockingQueue<CompletableFuture<List<InetAddress>>> questions = new LinkedBlockingQueue<>();

        private final Queue<String> hosts = new ConcurrentLinkedQueue<>();
        private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

        @Override
        public List<InetAddress> addresses(String host) throws UnknownHostException {
            hosts.add(host);
            threads.add(Thread.currentThread());
            CompletableFuture<List<InetAddress>> answer = new CompletableFuture<>();
            questions.add(answer);
            try {
                return answer.get();
            } catch (InterruptedException | ExecutionException e) {
                throw new UnknownHostException(host);
            }
        }

        CompletableFuture<List<InetAddress>> take() throws InterruptedException {
            CompletableFuture<List<InetAddress>> question = questions.poll(10, TimeUnit.SECONDS);
            if (question == null) throw new AssertionError("nobody asks");
            return question;
        }
    }

    private static List<InetAddress> get(CompletableFuture<List<InetAddress>> future) throws Exception {
        return future.get(10, TimeUnit.SECONDS);
    }

    @Test
    void knowsNothingUntilTheFirstAnswer() throws Exception {
        Asked asked = new Asked();
        try (Resolver resolver = new Resolver(asked, NEVER)) {
            assertThat(resolver.known("a")).isEmpty();
            resolver.retain("a");
            CompletableFuture<List<InetAddress>> first = resolver.refresh("a");
            assertThat(resolver.known("a")).isEmpty();
            asked.take().complete(List.of(ONE, TWO));
            assertThat(get(first)).containsExactly(ONE, TWO);
            assertThat(resolver.known("a")).containsExactly(ONE, TWO);
        }
    }

    @Test
    void thoseWhoAskAtOnceShareALookup() throws Exception {
        Asked asked = new Asked();
        try (Resolver resolver = new Resolver(asked, NEVER)) {
            resolver.retain("a");
            CompletableFuture<List<InetAddress>> first = resolver.refresh("a");
            CompletableFuture<List<InetAddress>> second = resolver.refresh("a");
            CompletableFuture<List<InetAddress>> other = resolver.refresh("b");
            asked.take().complete(List.of(ONE));
            asked.take().complete(List.of(ONE));
            assertThat(get(first)).isEqualTo(get(second)).isEqualTo(get(other));
            assertThat(asked.questions).isEmpty();
            CompletableFuture<List<InetAddress>> later = resolver.refresh("a");
            asked.take().complete(List.of(TWO));
            assertThat(get(later)).containsExactly(TWO);
        }
    }

    @Test
    void aFailureLeavesTheOldAnswer() throws Exception {
        Asked asked = new Asked();
        try (Resolver resolver = new Resolver(asked, NEVER)) {
            resolver.retain("a");
            CompletableFuture<List<InetAddress>> first = resolver.refresh("a");
            asked.take().completeExceptionally(new UnknownHostException("a"));
            assertThatThrownBy(() -> get(first)).hasCauseInstanceOf(UnknownHostException.class);
            assertThat(resolver.known("a")).isEmpty();
            CompletableFuture<List<InetAddress>> second = resolver.refresh("a");
            asked.take().complete(List.of(ONE));
            assertThat(get(second)).containsExactly(ONE);
            CompletableFuture<List<InetAddress>> third = resolver.refresh("a");
            assertThat(resolver.known("a")).containsExactly(ONE);
            asked.take().completeExceptionally(new UnknownHostException("a"));
            assertThatThrownBy(() -> get(third)).hasCauseInstanceOf(UnknownHostException.class);
            assertThat(resolver.known("a")).containsExactly(ONE);
        }
    }

    @Test
    void everyNameIsLookedUpAgainEachPeriod() throws Exception {
        Asked asked = new Asked();
        try (Resolver resolver = new Resolver(asked, Duration.ofMillis(5))) {
            resolver.retain("a");
            CompletableFuture<List<InetAddress>> first = resolver.refresh("a");
            asked.take().complete(List.of(ONE));
            assertThat(get(first)).containsExactly(ONE);
            asked.take().complete(List.of(TWO)); // nobody asked
            CompletableFuture<List<InetAddress>> next = asked.take();
            assertThat(resolver.known("a")).containsExactly(TWO);
            next.complete(List.of(TWO));
        }
    }

    @Test
    void nothingIsKnownOfANameThatWasReleased() throws Exception {
        Asked asked = new Asked();
        try (Resolver resolver = new Resolver(asked, NEVER)) {
            resolver.retain("a");
            resolver.retain("a");
            CompletableFuture<List<InetAddress>> first = resolver.refresh("a");
            asked.take().complete(List.of(ONE));
            assertThat(get(first)).containsExactly(ONE);
            resolver.release("a");
            assertThat(resolver.known("a")).as("somebody else goes by it").containsExactly(ONE);
            resolver.release("a");
            assertThat(resolver.known("a")).isEmpty();
            resolver.retain("b");
            CompletableFuture<List<InetAddress>> pending = resolver.refresh("b");
            CompletableFuture<List<InetAddress>> question = asked.take();
            resolver.release("b");
            question.complete(List.of(TWO));
            assertThat(get(pending)).containsExactly(TWO);
            assertThat(resolver.known("b")).isEmpty();
        }
    }

    /** A check may be under way, or a request with the pool as it was before. */
    @Test
    void whoAsksForANameThatHasGoneIsToldAndNothingIsRemembered() throws Exception {
        Asked asked = new Asked();
        try (Resolver resolver = new Resolver(asked, Duration.ofMillis(5))) {
            CompletableFuture<List<InetAddress>> late = resolver.refresh("gone");
            asked.take().complete(List.of(ONE));
            assertThat(get(late)).containsExactly(ONE);
            assertThat(resolver.known("gone")).isEmpty();
            resolver.retain("a");
            for (int i = 0; i < 5; i++) asked.take().complete(List.of(TWO)); // each period, and always this one
            assertThat(asked.hosts)
                    .startsWith("gone", "a")
                    .filteredOn("gone"::equals)
                    .hasSize(1);
        }
    }

    @Test
    void manyNamesAreLookedUpOnFewThreads() throws Exception {
        Asked asked = new Asked();
        int names = 40;
        try (Resolver resolver = new Resolver(asked, NEVER)) {
            for (int i = 0; i < names; i++) resolver.retain("n" + i);
            for (int i = 0; i < names; i++) asked.take().complete(List.of(ONE));
            assertThat(asked.threads).hasSize(16);
        }
    }

    @Test
    void whatSomebodyWaitsForComesBeforeWhatIsLookedUpEachPeriod() throws Exception {
        Asked asked = new Asked();
        int names = 20;
        try (Resolver resolver = new Resolver(asked, NEVER)) {
            for (int i = 0; i < names; i++) resolver.retain("n" + i);
            for (int i = 0; i < names; i++) asked.take().complete(List.of(ONE));
            resolver.refreshEvery(Duration.ofMillis(1));
            CompletableFuture<List<InetAddress>> first = asked.take();
            for (int i = 1; i < 16; i++) assertThat(asked.take()).isNotDone(); // every thread is busy
            resolver.retain("new");
            first.complete(List.of(ONE));
            assertThat(asked.take()).isNotDone();
            assertThat(asked.hosts).hasSize(names + 17).last().isEqualTo("new");
        }
    }

    @Test
    void aChangeIsLogged() throws Exception {
        Asked asked = new Asked();
        LinkedBlockingQueue<String> lines = new LinkedBlockingQueue<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord record) {
                lines.add(record.getMessage());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger log = Logger.getLogger(Resolver.class.getName());
        log.addHandler(handler);
        try (Resolver resolver = new Resolver(asked, NEVER)) {
            resolver.retain("a.test");
            for (InetAddress address : List.of(ONE, ONE, TWO)) {
                CompletableFuture<List<InetAddress>> answer = resolver.refresh("a.test");
                asked.take().complete(List.of(address));
                assertThat(get(answer)).containsExactly(address);
            }
        } finally {
            log.removeHandler(handler);
        }
        assertThat(lines).containsExactly("a.test is now at [/192.0.2.2], was at [/192.0.2.1]");
    }
}
