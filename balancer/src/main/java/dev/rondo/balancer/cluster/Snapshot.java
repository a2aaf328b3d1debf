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
 * @param further those that are as good as {@code used}, but not near: for what these cannot take
 * @param tier why it is these
 * @param picker over {@code used}
 * @param elsewhere over {@code further}; null where there are none
 * @param bounded whether any of them may have no room, so that requests may have to wait
 * @param ramping whether any of them starts slowly, so that weights have to be worked out again soon
 * @param tokens of affinity cookies to those of {@code used}; empty where there is no affinity
 */
record Snapshot(
        PoolConfig config,
        List<Member> members,
        List<Member> used,
        List<Member> further,
        Tier tier,
        Picker<Backend> picker,
        @Nullable Picker<Backend> elsewhere,
        boolean bounded,
        boolean ramping,
        Map<String, Backend> tokens) {

    private record Choice(Tier tier, List<Member> members, List<Member> further) {
        Choice(Tier tier, List<Member> members) {
            this(tier, members, List.of());
        }
    }

    /**
     * @param tokens of affinity cookies
     * @param cursor of rotations
     * @param now nanoseconds of the ticker, for those that start slowly
     */
    static Snapshot of(PoolConfig config, List<Member> members, Tokens tokens, AtomicLong cursor, long now) {
        Choice choice = choose(config, members);
        List<Member> all = new ArrayList<>(choice.members);
        all.addAll(choice.further);
        boolean bounded =
                all.stream().anyMatch(m -> m.limit() < Integer.MAX_VALUE || m.ejection() instanceof Ejection.Probation);
        List<Backend> backends = all.stream().map(Member::backend).toList();
        return new Snapshot(
                config,
                List.copyOf(members),
                choice.members,
                choice.further,
                choice.tier,
                picker(config, choice.members, cursor, now),
                choice.further.isEmpty() ? null : picker(config, choice.further, new AtomicLong(cursor.get()), now),
                bounded,
                all.stream().anyMatch(m -> share(config, m, now) < 1),
                config.balancing().affinity() == null ? Map.of() : sticky(config.name(), backends, tokens));
    }

    private static Picker<Backend> picker(PoolConfig config, List<Member> members, AtomicLong cursor, long now) {
        return Pickers.of(
                config,
                members.stream().map(Member::backend).toList(),
                members.stream().mapToDouble(Member::weight).toArray(),
                members.stream().mapToDouble(m -> share(config, m, now)).toArray(),
                cursor);
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
        List<Member> healthy =
                willing.stream().filter(m -> m.state().isUsable()).toList();
        // nobody is known to be well: better to try one that is not known yet than to refuse
        if (healthy.isEmpty())
            healthy = willing.stream()
                    .filter(m -> m.state() == BackendState.UNKNOWN && !isOut(m))
                    .toList();
        double threshold = config.balancing().panicThreshold();
        if (threshold > 0 && healthy.size() < threshold * willing.size()) return new Choice(Tier.ALL, willing);
        List<Member> primary = healthy.stream().filter(m -> !m.isBackup()).toList();
        if (!primary.isEmpty()) return nearest(primary, members);
        if (!healthy.isEmpty()) return new Choice(Tier.BACKUP, healthy);
        List<Member> benched = willing.stream()
                .filter(m -> isOut(m) && m.state() != BackendState.DOWN)
                .toList();
        return benched.isEmpty() ? new Choice(Tier.NONE, List.of()) : new Choice(Tier.PANIC, benched);
    }

    /** Those that are near, as long as half of them are healthy; what is left of these must not bear the load of all. */
    private static Choice nearest(List<Member> primary, List<Member> members) {
        List<Member> near = primary.stream().filter(Member::near).toList();
        long known = members.stream()
                .filter(m -> m.near() && !m.isBackup() && m.isExpected())
                .count();
        if (near.isEmpty() || near.size() == primary.size() || 2L * near.size() < known)
            return new Choice(Tier.HEALTHY, primary);
        return new Choice(
                Tier.HEALTHY, near, primary.stream().filter(m -> !m.near()).toList());
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
