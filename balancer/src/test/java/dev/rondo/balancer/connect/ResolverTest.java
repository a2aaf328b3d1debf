package dev.rondo.balancer.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
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

        @Override
        public List<InetAddress> addresses(String host) throws UnknownHostException {
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
    void aForgottenNameIsNotLookedUpAgain() throws Exception {
        Asked asked = new Asked();
        try (Resolver resolver = new Resolver(asked, NEVER)) {
            CompletableFuture<List<InetAddress>> first = resolver.refresh("a");
            asked.take().complete(List.of(ONE));
            assertThat(get(first)).containsExactly(ONE);
            resolver.forget("a");
            assertThat(resolver.known("a")).isEmpty();
            CompletableFuture<List<InetAddress>> pending = resolver.refresh("b");
            CompletableFuture<List<InetAddress>> question = asked.take();
            resolver.forget("b");
            question.complete(List.of(TWO));
            assertThat(get(pending)).containsExactly(TWO);
            assertThat(resolver.known("b")).isEmpty();
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
