package dev.rondo.balancer.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.rondo.balancer.config.EngineKind;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * All cases, in both kinds of engine. The lanes of an engine run beside each other; each case's test waits for its own
 * outcome. Cases that wait for a timeout have lanes of their own.
 */
class ConformanceTest {
    private static final List<EngineKind> ENGINES = List.of(EngineKind.EVENT_LOOPS, EngineKind.VIRTUAL_THREADS);

    @Test
    void theCasesAreAllThere() throws Exception {
        assertThat(CaseFiles.client()).hasSize(200).doesNotHaveDuplicates();
        assertThat(CaseFiles.upstream()).hasSize(45).doesNotHaveDuplicates();
        assertThat(LeftOut.PASSAGES.keySet())
                .isSubsetOf(Stream.concat(
                                CaseFiles.client().stream().map(ClientCase::id),
                                CaseFiles.upstream().stream().map(UpstreamCase::id))
                        .toList());
    }

    @TestFactory
    Stream<DynamicContainer> client() throws Exception {
        List<ClientCase> cases = CaseFiles.client();
        return ENGINES.stream().map(engine -> dynamicContainer(engine.name(), () -> client(engine, cases, false)));
    }

    /** What a request means does not depend on how it was cut into segments. */
    @TestFactory
    Stream<DynamicContainer> clientOneByteASegment() throws Exception {
        List<ClientCase> cases =
                CaseFiles.client().stream().filter(c -> c.dribbled() != null).toList();
        return ENGINES.stream().map(engine -> dynamicContainer(engine.name(), () -> client(engine, cases, true)));
    }

    @TestFactory
    Stream<DynamicContainer> upstream() throws Exception {
        List<UpstreamCase> cases = CaseFiles.upstream();
        return ENGINES.stream().map(engine -> dynamicContainer(engine.name(), () -> upstream(engine, cases)));
    }

    private static java.util.Iterator<DynamicNode> client(EngineKind engine, List<ClientCase> cases, boolean dribble) {
        Lanes quick = new Lanes(engine, false, 3);
        Lanes cutting = new Lanes(engine, true, 2);
        Lanes slow = new Lanes(engine, true, 0);
        List<DynamicNode> tests = new ArrayList<>();
        for (ClientCase one : cases) {
            if (LeftOut.PASSAGES.containsKey(one.id())) continue;
            Lanes lanes = one.timeoutOk() ? slow : one.partialOk() ? cutting : quick;
            tests.add(
                    test(one.id(), lanes.next().add((port, backend) -> ClientJudge.run(one, dribble, port, backend))));
        }
        return started(tests, quick, cutting, slow);
    }

    private static java.util.Iterator<DynamicNode> upstream(EngineKind engine, List<UpstreamCase> cases) {
        Lanes quick = new Lanes(engine, true, 3);
        Lanes slow = new Lanes(engine, true, 0);
        List<DynamicNode> tests = new ArrayList<>();
        for (UpstreamCase one : cases) {
            if (LeftOut.PASSAGES.containsKey(one.id())) continue;
            Lanes lanes = one.end() == UpstreamCase.After.STALL || one.early() ? slow : quick;
            tests.add(test(one.id(), lanes.next().add((port, backend) -> UpstreamJudge.run(one, port, backend))));
        }
        return started(tests, quick, slow);
    }

    private static java.util.Iterator<DynamicNode> started(List<DynamicNode> tests, Lanes... all) {
        for (Lanes lanes : all) {
            for (Lane lane : lanes.lanes) {
                tests.add(leftOver(lane));
                lane.start();
            }
        }
        return tests.iterator();
    }

    private static DynamicTest test(String id, CompletableFuture<Outcome> outcome) {
        return dynamicTest(id, () -> {
            Outcome seen = await(outcome);
            if (!seen.passed()) fail(seen.toString());
        });
    }

    /** Once all connections have ended, nothing may turn up that no case has seen. */
    private static DynamicTest leftOver(Lane lane) {
        return dynamicTest("nothing is left behind", () -> {
            CaseBackend.Log log = await(lane.leftOver());
            assertThat(log.whole()).isEmpty();
            assertThat(log.violations()).isEmpty();
            if (!lane.partialOk()) assertThat(log.partial()).isEmpty();
        });
    }

    private static <T> T await(CompletableFuture<T> future) throws Exception {
        try {
            return future.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) throw cause;
            if (e.getCause() instanceof Error cause) throw cause;
            throw e;
        }
    }

    /** Deals cases out to a number of lanes; 0 is one for each case. */
    private static final class Lanes {
        private final EngineKind engine;
        private final boolean partialOk;
        private final List<Lane> lanes = new ArrayList<>();
        private final int count;
        private int turn;

        Lanes(EngineKind engine, boolean partialOk, int count) {
            this.engine = engine;
            this.partialOk = partialOk;
            this.count = count;
            IntStream.range(0, count).forEach(i -> lanes.add(new Lane(engine, partialOk, false)));
        }

        Lane next() {
            if (count == 0) lanes.add(new Lane(engine, partialOk, true));
            return count == 0 ? lanes.getLast() : lanes.get(turn++ % count);
        }
    }
}
