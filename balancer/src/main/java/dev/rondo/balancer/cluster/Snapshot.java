package dev.rondo.balancer.cluster;

import dev.rondo.balancer.balance.Picker;
import dev.rondo.balancer.balance.SlowStart;
import dev.rondo.balancer.config.PoolConfig;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What a request reads of a pool, once: its configuration, its backends and where each stands, and those that may be picked,
 * ready to be picked from. Immutable, replaced whole.
 *
 * @param members every backend, in the order of the configuration
 * @param used those that may get a request now, in the same order
 * @param tier why it is these
 * @param picker over {@code used}
 * @param bounded whether any of them may have no room, so that requests may have to wait
 * @param ramping whether any of them starts slowly, so that weights have to be worked out again soon
 * @param tokens of affinity cookies to those of {@code used}; empty where there is no affinity
 */
record Snapshot(
        PoolConfig config,
        List<Member> members,
        List<Member> used,
        Tier tier,
        Picker<Backend> picker,
        boolean bounded,
        boolean ramping,
        Map<String, Backend> tokens) {

    private record Choice(Tier tier, List<Member> members) {}

    /**
     * @param tokens of affinity cookies
     * @param cursor of rotations
     * @param now nanoseconds of the ticker, for those that start slowly
     */
    static Snapshot of(PoolConfig config, List<Member> members, Tokens tokens, AtomicLong cursor, long now) {
        Choice choice = choose(config, members);
        boolean ramping = false;
        boolean bounded = false;
        List<Backend> backends = new ArrayList<>();
        double[] weights = new double[choice.members.size()];
        double[] shares = new double[choice.members.size()];
        for (Member member : choice.members) {
            double share = share(config, member, now);
            ramping |= share < 1;
            bounded |= member.limit() < Integer.MAX_VALUE || member.ejection() instanceof Ejection.Probation;
            weights[backends.size()] = member.weight();
            shares[backends.size()] = share;
            backends.add(member.backend());
        }
        return new Snapshot(
                config,
                List.copyOf(members),
                choice.members,
                choice.tier,
                Pickers.of(config, backends, weights, shares, cursor),
                bounded,
                ramping,
                config.balancing().affinity() == null ? Map.of() : sticky(config.name(), backends, tokens));
    }

    private static Map<String, Backend> sticky(String pool, List<Backend> backends, Tokens tokens) {
        Map<String, Backend> sticky = new HashMap<>();
        for (Backend backend : backends) sticky.put(tokens.of(pool, backend.id()), backend);
        return Map.copyOf(sticky);
    }

    /** Of its weight, what a backend gets that became usable a while ago; 1 for all of it. */
    static double share(PoolConfig config, Member member, long now) {
        var slow = config.balancing().slowStart();
        if (slow == null || member.usableSince() == Member.ALWAYS) return 1;
        return SlowStart.weight(now - member.usableSince(), slow.window().toNanos(), slow.aggression());
    }

    private static Choice choose(PoolConfig config, List<Member> members) {
        List<Member> willing =
                members.stream().filter(m -> m.state() != BackendState.DRAINING).toList();
        // nobody is known yet: better to try than to refuse
        boolean allUnknown = willing.stream().allMatch(m -> m.state() == BackendState.UNKNOWN);
        List<Member> healthy = willing.stream()
                .filter(m -> m.state().isUsable() || (allUnknown && !isOut(m)))
                .toList();
        double threshold = config.balancing().panicThreshold();
        if (threshold > 0 && healthy.size() < threshold * willing.size()) return new Choice(Tier.ALL, willing);
        List<Member> primary = healthy.stream().filter(m -> !m.isBackup()).toList();
        if (!primary.isEmpty()) return new Choice(Tier.HEALTHY, primary);
        if (!healthy.isEmpty()) return new Choice(Tier.BACKUP, healthy);
        List<Member> benched = willing.stream()
                .filter(m -> m.state() == BackendState.EJECTED || (allUnknown && isOut(m)))
                .toList();
        return benched.isEmpty() ? new Choice(Tier.NONE, List.of()) : new Choice(Tier.PANIC, benched);
    }

    /** Also one that no check has answered for yet may have been benched, by requests of before. */
    private static boolean isOut(Member member) {
        return member.ejection() instanceof Ejection.Out;
    }

    @Nullable
    Member member(Backend backend) {
        for (Member member : members) if (member.backend() == backend) return member;
        return null;
    }
}
