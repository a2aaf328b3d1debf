package dev.rondo.balancer.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.config.Configuration;
import dev.rondo.balancer.config.ConfigurationLoader;
import dev.rondo.balancer.config.Loaded;
import dev.rondo.balancer.connect.Resolver;
import dev.rondo.balancer.telemetry.Telemetry;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who of a pool gets requests, whatever is said of its backends, and what of that outlives a reload. */
class PoolTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    Path directory;

    private final Resolver resolver =
            new Resolver(host -> List.of(InetAddress.getLoopbackAddress()), Duration.ofHours(1));
    private final List<String> transitions = new ArrayList<>();
    private final RandomGenerator random = new Random(7);
    private final Cluster cluster = new Cluster(new Cluster.Surroundings(
            resolver,
            List.of(new Telemetry(1, null).recorder(0)),
            () -> this.now,
            new Random(1),
            (pool, change) -> transitions.add(change.backend() + " " + change.from() + " " + change.to())));
    /** Whoever is not checked can fail no check. */
    private static final String CHECKED = "health-check: {path: /health, initial: up}\n";

    private long now;

    @AfterEach
    void close() {
        resolver.close();
    }

    private Pool apply(String yaml) throws IOException {
        Path file = Files.writeString(directory.resolve("rondo.yaml"), yaml);
        Loaded loaded = ConfigurationLoader.load(file, Map.of(), Map.of());
        assertThat(loaded).isInstanceOf(Loaded.Valid.class);
        Configuration configuration = ((Loaded.Valid) loaded).configuration();
        assertThat(cluster.apply(configuration, 8)).isNotNull();
        return Objects.requireNonNull(cluster.pool("default"));
    }

    private static String backends(String... all) {
        StringBuilder yaml = new StringBuilder("backends:\n");
        for (String each : all) {
            int end = each.indexOf(' ');
            String id = end < 0 ? each : each.substring(0, end);
            String more = end < 0 ? "" : ", " + each.substring(end + 1);
            yaml.append("  - {id: " + id + ", url: \"http://" + id + ".test\"" + more + "}\n");
        }
        return yaml.toString();
    }

    private static Backend named(Pool pool, String id) {
        return pool.backends().stream()
                .filter(backend -> backend.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private @Nullable Lease take(Pool pool, Collection<Backend> tried) {
        return pool.acquire(0, now, random, tried);
    }

    /** Who gets so many requests, one after the other; "-" where nobody does. */
    private List<String> picks(Pool pool, int count) {
        List<String> picks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Lease lease = take(pool, List.of());
            picks.add(lease == null ? "-" : lease.backend().id());
            if (lease != null) pool.release(lease);
        }
        return picks;
    }

    private void fail(Pool pool, String id, int times) {
        for (int i = 0; i < times; i++) {
            while (true) {
                Lease lease = Objects.requireNonNull(take(pool, List.of()));
                boolean is = lease.backend().id().equals(id);
                if (is) pool.judge(lease, Outcome.FAILED, SECOND, 0, now);
                pool.release(lease);
                if (is) break;
            }
        }
    }

    private void putOnProbation(Pool pool, String id) {
        fail(pool, id, 5);
        now += 30 * SECOND;
        pool.tick();
    }

    private void end(Pool pool, String id, Outcome outcome, long took) {
        while (true) {
            Lease lease = Objects.requireNonNull(take(pool, List.of()));
            boolean is = lease.backend().id().equals(id);
            if (is) pool.judge(lease, outcome, took, 0, now);
            pool.release(lease);
            if (is) return;
        }
    }

    @Test
    void whoIsSilentToAllWhoLeaveIsEjected() throws IOException {
        Pool pool = apply(backends("a", "b"));
        for (int i = 0; i < 4; i++) end(pool, "a", Outcome.SILENT, SECOND);
        end(pool, "a", Outcome.OK, SECOND);
        now += 2 * SECOND;
        for (int i = 0; i < 4; i++) end(pool, "a", Outcome.SILENT, SECOND);
        assertThat(picks(pool, 2)).contains("a");
        end(pool, "a", Outcome.SILENT, SECOND);
        assertThat(picks(pool, 2)).containsOnly("b");
    }

    /** Whoever asks for what is slow, and leaves, does no harm to a backend that answers others. */
    @Test
    void whoIsHeardByOthersIsNotSilent() throws IOException {
        Pool pool = apply(backends("a", "b"));
        now = 10 * SECOND;
        end(pool, "a", Outcome.OK, SECOND);
        now += SECOND;
        for (int i = 0; i < 20; i++) end(pool, "a", Outcome.SILENT, 2 * SECOND);
        assertThat(picks(pool, 2)).contains("a");
    }

    @Test
    void aTrialOfWhichNobodySaysHowItWentMakesWayForAnother() throws IOException {
        Pool pool = apply(backends("a", "b"));
        putOnProbation(pool, "a");
        assertThat(picks(pool, 4)).containsExactlyInAnyOrder("a", "b", "a", "b");
    }

    @Test
    void aBackupIsUsedWhileNobodyElseIsHealthy() throws IOException {
        Pool pool = apply(CHECKED + backends("a", "b backup: true"));
        assertThat(picks(pool, 3)).containsOnly("a");
        pool.checked(named(pool, "a"), false, "test");
        assertThat(pool.tier()).isEqualTo(Tier.BACKUP);
        assertThat(picks(pool, 3)).containsOnly("b");
        pool.checked(named(pool, "a"), true, "test");
        assertThat(pool.tier()).isEqualTo(Tier.HEALTHY);
        assertThat(picks(pool, 3)).containsOnly("a");
    }

    @Test
    void whereNobodyIsLeftTheBenchedAreUsedAndAFailedCheckIsBelieved() throws IOException {
        Pool pool = apply(CHECKED + backends("a", "b"));
        fail(pool, "a", 5);
        assertThat(picks(pool, 3)).containsOnly("b");
        pool.checked(named(pool, "b"), false, "test");
        assertThat(pool.tier()).isEqualTo(Tier.PANIC);
        assertThat(picks(pool, 3)).containsOnly("a");
        pool.checked(named(pool, "a"), false, "test");
        assertThat(pool.tier()).isEqualTo(Tier.NONE);
        assertThat(pool.canServe()).isFalse();
        assertThat(picks(pool, 3)).containsOnly("-");
    }

    @Test
    void whoseChecksHadFailedComesBackByThemWhateverItWasBenchedFor() throws IOException {
        Pool pool = apply("health-check: /health\n" + backends("a", "b"));
        for (Backend backend : pool.backends()) pool.checked(backend, true, "test");
        fail(pool, "a", 5);
        pool.checked(named(pool, "a"), true, "test");
        assertThat(picks(pool, 3))
                .as("a backend that fails and passes its checks")
                .containsOnly("b");
        pool.checked(named(pool, "a"), false, "test");
        pool.checked(named(pool, "a"), true, "test");
        assertThat(picks(pool, 4)).contains("a", "b");
        assertThat(transitions).endsWith("a up ejected", "a ejected down", "a down up");
        fail(pool, "a", 4);
        assertThat(picks(pool, 4)).as("its count begins anew").contains("a", "b");
    }

    @Test
    void belowThePanicThresholdAllAreUsedButTheDrained() throws IOException {
        Pool pool = apply(CHECKED + "panic-threshold: 0.5\n" + backends("a", "b", "c", "d"));
        pool.drain(named(pool, "d"), "test");
        pool.checked(named(pool, "a"), false, "test");
        assertThat(pool.tier()).isEqualTo(Tier.HEALTHY);
        assertThat(picks(pool, 4)).containsOnly("b", "c");
        pool.checked(named(pool, "b"), false, "test");
        assertThat(pool.tier()).isEqualTo(Tier.ALL);
        assertThat(picks(pool, 3)).containsExactlyInAnyOrder("a", "b", "c");
    }

    @Test
    void theUnknownAreUsedWhileNobodyIsKnown() throws IOException {
        Pool pool = apply("health-check: /health\n" + backends("a", "b"));
        assertThat(picks(pool, 2)).containsExactlyInAnyOrder("a", "b");
        pool.checked(named(pool, "b"), true, "test");
        assertThat(picks(pool, 3)).containsOnly("b");
    }

    @Test
    void aDrainedBackendAndOneOfWeightNoughtGetNothing() throws IOException {
        Pool pool = apply(backends("a", "b", "c weight: 0"));
        Lease held = Objects.requireNonNull(take(pool, List.of()));
        pool.drain(held.backend(), "maintenance");
        String other = held.backend().id().equals("a") ? "b" : "a";
        assertThat(picks(pool, 3)).containsOnly(other);
        assertThat(held.backend().inFlight()).as("what it has it ends").isOne();
        pool.release(held);
        pool.undrain(held.backend());
        pool.weigh(named(pool, "c"), 1);
        assertThat(picks(pool, 3)).containsExactlyInAnyOrder("a", "b", "c");
        assertThat(transitions)
                .containsExactly(
                        held.backend().id() + " up draining", held.backend().id() + " draining up", "c draining up");
    }

    @Test
    void oneThatComesBackGetsItsShareBitByBit() throws IOException {
        Pool pool = apply(CHECKED + "slow-start: 10s\n" + backends("a", "b"));
        pool.checked(named(pool, "a"), false, "test");
        pool.checked(named(pool, "a"), true, "test");
        assertThat(share(pool, "a")).isEqualTo(0.1);
        now += 5 * SECOND;
        pool.tick();
        assertThat(share(pool, "a")).isEqualTo(0.5);
        assertThat(picks(pool, 900)).filteredOn("a"::equals).hasSizeBetween(295, 305);
        now += 5 * SECOND;
        pool.tick();
        assertThat(picks(pool, 900)).filteredOn("a"::equals).hasSize(450);
    }

    private static double share(Pool pool, String id) {
        return pool.look().stream()
                .filter(look -> look.backend().id().equals(id))
                .mapToDouble(Look::effectiveWeight)
                .sum();
    }

    @Test
    void nobodyGetsMoreAtATimeThanItsLimit() throws IOException {
        Pool pool = apply(backends("a max-requests: 1", "b max-requests: 1"));
        Lease one = Objects.requireNonNull(take(pool, List.of()));
        Lease two = Objects.requireNonNull(take(pool, List.of()));
        assertThat(two.backend()).isNotSameAs(one.backend());
        assertThat(take(pool, List.of())).isNull();
        pool.release(one);
        assertThat(take(pool, List.of(one.backend()))).as("where it has been").isNull();
        Lease again = take(pool, List.of());
        assertThat(again).isNotNull().extracting(Lease::backend).isSameAs(one.backend());
    }

    @Test
    void aReloadKeepsWhatTheProcessKnowsOfThoseThatStay() throws IOException {
        Pool pool = apply(backends("a", "b", "c"));
        Backend a = named(pool, "a");
        fail(pool, "a", 5);
        pool.drain(named(pool, "b"), "test");
        Lease held = Objects.requireNonNull(take(pool, List.of()));

        assertThat(apply(backends("d", "c weight: 7", "b", "a"))).isSameAs(pool);
        assertThat(named(pool, "a")).isSameAs(a);
        assertThat(pool.look().stream().map(look -> look.backend().id() + " " + look.state()))
                .containsExactly("d UP", "c UP", "b DRAINING", "a EJECTED");
        assertThat(named(pool, "c").inFlight()).isOne();
        pool.release(held);

        apply(backends("a", "c"));
        apply(backends("a", "c", "b"));
        assertThat(pool.look().stream().map(look -> look.backend().id() + " " + look.state()))
                .as("one that was gone begins anew")
                .containsExactly("a EJECTED", "c UP", "b UP");
    }

    /** Any window of picks is as even as with no reload at all: the cursor goes on, whatever is built anew around it. */
    @Test
    void theRotationGoesOnThroughReloads() throws IOException {
        List<String> picks = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            Pool pool = apply(backends("a", "b", "c"));
            if (i % 3 == 0) pool.tick();
            picks.addAll(picks(pool, 1 + i % 2));
        }
        for (int from = 0; from + 3 <= picks.size(); from++) {
            assertThat(picks.subList(from, from + 3)).containsExactlyInAnyOrder("a", "b", "c");
        }
    }

    @Test
    void anAffinityCookieOutlivesReloadsAndNotItsBackend() throws IOException {
        Pool pool = apply("affinity: lb\n" + backends("a", "b"));
        String token = pool.token(named(pool, "a"));
        assertThat(token).doesNotContain("a.test").hasSize(22);
        apply("affinity: lb\n" + backends("c", "b", "a"));
        Lease lease = Objects.requireNonNull(pool.acquire(token, now));
        assertThat(lease.backend().id()).isEqualTo("a");
        pool.release(lease);
        pool.drain(named(pool, "a"), "test");
        assertThat(pool.acquire(token, now)).isNull();
        assertThat(pool.acquire("made-up", now)).isNull();
    }

    @Test
    void oneThatComesBackFromTheBenchIsTriedByOneRequestAtATime() throws IOException {
        Pool pool = apply(backends("a", "b"));
        putOnProbation(pool, "a");
        Lease trial = Objects.requireNonNull(take(pool, List.of(named(pool, "b"))));
        assertThat(picks(pool, 4)).containsOnly("b");
        pool.judge(trial, Outcome.OK, SECOND, 0, now);
        pool.release(trial);
        assertThat(picks(pool, 4)).contains("a", "b");
        assertThat(transitions).containsExactly("a up ejected", "a ejected probation", "a probation up");
    }

    @Test
    void whoCanGoNowhereElseDoesNotWaitForATrialToEnd() throws IOException {
        Pool pool = apply(backends("a max-requests: 2", "b max-requests: 1"));
        putOnProbation(pool, "a");
        List<Backend> b = List.of(named(pool, "b"));
        Lease trial = Objects.requireNonNull(take(pool, b));
        assertThat(pool.hasRoom(b, now)).as("as much as is sure").isFalse();
        assertThat(pool.hasOther(b)).isTrue();
        Lease beside = Objects.requireNonNull(take(pool, b));
        assertThat(beside.backend()).isSameAs(trial.backend());
        assertThat(take(pool, b)).as("a has as many as it may have").isNull();
        assertThat(Objects.requireNonNull(take(pool, List.of())).backend().id()).isEqualTo("b");
        pool.release(beside);
        assertThat(take(pool, List.of())).as("it waits for room at b").isNull();
        pool.judge(trial, Outcome.OK, SECOND, 0, now);
        assertThat(Objects.requireNonNull(take(pool, List.of())).backend()).isSameAs(trial.backend());
    }

    /** Two backends, of which the first is back from the bench, and the one request that tries it has not ended. */
    private Lease trial(Pool pool) {
        putOnProbation(pool, "a");
        Lease trial = Objects.requireNonNull(take(pool, List.of()));
        assertThat(trial.backend().id()).isEqualTo("a");
        return trial;
    }

    @Test
    void whileTheOnlyOneIsOnProbationTheBackupGetsWhatThatCannotTake() throws IOException {
        Pool pool = apply(backends("a", "b backup: true", "c backup: true"));
        Lease trial = trial(pool);
        assertThat(picks(pool, 4)).containsExactlyInAnyOrder("b", "b", "c", "c");
        pool.judge(trial, Outcome.OK, SECOND, 0, now);
        pool.release(trial);
        assertThat(picks(pool, 4)).containsOnly("a");
    }

    @Test
    void onProbationAndAloneABackendTakesAll() throws IOException {
        Pool pool = apply(CHECKED + backends("a", "b"));
        fail(pool, "a", 5);
        pool.checked(named(pool, "b"), false, "test");
        now += 30 * SECOND;
        pool.tick();
        Lease trial = Objects.requireNonNull(take(pool, List.of()));
        Lease beside = Objects.requireNonNull(take(pool, List.of()));
        assertThat(beside.backend().id()).isEqualTo("a");
        pool.judge(beside, Outcome.FAILED, SECOND, 0, now);
        assertThat(transitions).endsWith("a ejected probation");
        pool.judge(trial, Outcome.FAILED, SECOND, 0, now);
        assertThat(transitions).endsWith("a probation ejected");
        assertThat(picks(pool, 2)).as("a panic, as before").containsOnly("a");
        pool.checked(named(pool, "b"), true, "test");
        assertThat(picks(pool, 2)).containsOnly("b");
    }

    @Test
    void aRequestThatAllOthersHaveFailedGoesToABackup() throws IOException {
        Pool pool = apply(backends("a", "b", "c backup: true"));
        Backend a = named(pool, "a");
        Backend b = named(pool, "b");
        assertThat(pool.hasOther(List.of(a, b))).isTrue();
        assertThat(pool.hasSound(List.of(a, b))).isFalse();
        assertThat(Objects.requireNonNull(take(pool, List.of(a))).backend()).isSameAs(b);
        Lease last = Objects.requireNonNull(take(pool, List.of(a, b)));
        assertThat(last.backend().id()).isEqualTo("c");
        assertThat(pool.hasOther(pool.backends())).isFalse();
        assertThat(take(pool, pool.backends())).isNull();
        assertThat(picks(pool, 4)).doesNotContain("c");
    }

    @Test
    void aBackupTakesNothingOfWhatAFullBackendWillHaveRoomFor() throws IOException {
        Pool pool = apply(backends("a", "b max-requests: 1", "c backup: true"));
        Backend a = named(pool, "a");
        Lease held = Objects.requireNonNull(take(pool, List.of(a)));
        assertThat(held.backend().id()).isEqualTo("b");
        assertThat(take(pool, List.of(a))).isNull();
        assertThat(pool.hasOther(List.of(a))).isTrue();
        assertThat(pool.hasRoom(List.of(a), now)).isFalse();
        pool.release(held);
        assertThat(pool.hasRoom(List.of(a), now)).isTrue();
    }

    @Test
    void theBenchedAreForWhoCanGoNowhereElse() throws IOException {
        Pool pool = apply(backends("a", "b"));
        fail(pool, "a", 5);
        Backend a = named(pool, "a");
        Backend b = named(pool, "b");
        assertThat(pool.hasOther(List.of(b))).isFalse();
        assertThat(pool.hasBenched(List.of(b))).isTrue();
        assertThat(pool.hasBenched(List.of(a, b))).isFalse();
        Lease last = Objects.requireNonNull(take(pool, List.of(b)));
        assertThat(last.backend()).isSameAs(a);
        pool.judge(last, Outcome.OK, SECOND, 0, now);
        assertThat(transitions).as("no trial").containsExactly("a up ejected");
        assertThat(picks(pool, 3)).containsOnly("b");
    }

    /** The one it waits for goes down: it takes again what it has been at, rather than wait for nobody. */
    @Test
    void whoWaitsIsAskedAgainWhomItTakes() throws IOException {
        Pool pool = apply(CHECKED + backends("a", "b max-requests: 1"));
        Backend a = named(pool, "a");
        Backend b = named(pool, "b");
        Objects.requireNonNull(take(pool, List.of(a)));
        Supplier<List<Backend>> tried = () -> pool.hasOther(List.of(a)) ? List.of(a) : List.of();
        Pool.Waited waited = pool.await(0, random, tried, now, () -> {
            pool.checked(b, false, "test");
            return false;
        });
        assertThat(waited).isInstanceOf(Pool.Waited.Got.class);
        assertThat(((Pool.Waited.Got) waited).lease().backend()).isSameAs(a);
    }

    /** The place is free, and the first in line has not taken it yet: whoever asks now comes second. */
    @Test
    void aCookieLetsNobodyOvertakeThoseWhoWait() throws IOException {
        Pool pool = apply("affinity: lb\n" + backends("a max-requests: 1"));
        String token = pool.token(named(pool, "a"));
        Lease held = Objects.requireNonNull(pool.acquire(token, now));
        List<@Nullable Lease> overtaking = new ArrayList<>();
        Pool.Waited waited = pool.await(0, random, List::of, now, () -> {
            pool.release(held);
            overtaking.add(pool.acquire(token, now));
            return false;
        });
        assertThat(overtaking).hasSize(1).containsOnlyNulls();
        assertThat(waited).isInstanceOf(Pool.Waited.Got.class);
    }
}
