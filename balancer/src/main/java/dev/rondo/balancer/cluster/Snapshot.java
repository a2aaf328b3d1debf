package dev.rondo.balancer.cluster;

import dev.rondo.balancer.balance.Picker;
import dev.rondo.balancer.balance.SlowStart;
import dev.rondo.balancer.config.PoolConfig;
import java.util.ArrayList;
import java.util.Collection;
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
 * @param further for what {@code used} cannot take: those that are as good but not near; backups, where all others are on
 *     probation
 * @param spare healthy backups that are none of these: for a request that these have failed
 * @param benched those that only their own answers keep out: for a request that nobody else is left for
 * @param tier why it is these
 * @param picker over {@code used}
 * @param elsewhere over {@code further}; null where there are none
 * @param lone whether all of these are on probation: then they take more than the one request that tries them, since there is
 *     nobody else
 * @param bounded whether any of them may have no room, so that requests may have to wait
 * @param ramping whether any of them starts slowly, so that weights have to be worked out again soon
 * @param tokens of affinity cookies to those of {@code used}; empty where there is no affinity
 */
record Snapshot(
        PoolConfig config,
        List<Member> members,
        List<Member> used,
        List<Member> further,
        List<Member> spare,
        List<Member> benched,
        Tier tier,
        Picker<Backend> picker,
        @Nullable Picker<Backend> elsewhere,
        boolean lone,
        boolean bounded,
        boolean ramping,
        Map<String, Backend> tokens) {

    private record Choice(
            Tier tier, List<Member> used, List<Member> further, List<Member> spare, List<Member> benched) {
        Choice(Tier tier, List<Member> used, List<Member> benched) {
            this(tier, used, List.of(), List.of(), benched);
        }

        Choice beside(List<Member> backups, List<Member> out) {
            return new Choice(tier, used, further, backups, out);
        }

        Choice further(List<Member> more) {
            List<Member> all = new ArrayList<>(further);
            all.addAll(more);
            return new Choice(tier, used, all, spare, benched);
        }
    }

    /**
     * @param tokens of affinity cookies
     * @param cursor of rotations
     * @param now nanoseconds of the ticker, for those that start slowly
     */
    static Snapshot of(PoolConfig config, List<Member> members, Tokens tokens, AtomicLong cursor, long now) {
        Choice choice = choose(config, members);
        List<Member> all = new ArrayList<>(choice.used);
        all.addAll(choice.further);
        boolean bounded =
                all.stream().anyMatch(m -> m.limit() < Integer.MAX_VALUE || m.ejection() instanceof Ejection.Probation);
        List<Backend> backends = all.stream().map(Member::backend).toList();
        return new Snapshot(
                config,
                List.copyOf(members),
                choice.used,
                choice.further,
                choice.spare,
                choice.benched,
                choice.tier,
                picker(config, choice.used, cursor, now),
                choice.further.isEmpty() ? null : picker(config, choice.further, new AtomicLong(cursor.get()), now),
                !all.isEmpty() && all.stream().noneMatch(Snapshot::isSound),
                bounded,
                all.stream().anyMatch(m -> share(config, m, now) < 1),
                config.balancing().affinity() == null ? Map.of() : sticky(config.name(), backends, tokens));
    }

    static Picker<Backend> picker(PoolConfig config, List<Member> members, AtomicLong cursor, long now) {
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
        if (threshold > 0 && healthy.size() < threshold * willing.size())
            return new Choice(Tier.ALL, willing, List.of());
        List<Member> benched = willing.stream()
                .filter(m -> isOut(m) && m.state() != BackendState.DOWN)
                .toList();
        if (healthy.isEmpty()) return new Choice(benched.isEmpty() ? Tier.NONE : Tier.PANIC, benched, List.of());
        List<Member> primary = healthy.stream().filter(m -> !m.isBackup()).toList();
        if (primary.isEmpty()) return new Choice(Tier.BACKUP, healthy, benched);
        List<Member> backups = healthy.stream().filter(Member::isBackup).toList();
        Choice nearest = nearest(primary, members);
        // one request at a time is no service: whoever is on probation gets that one, and the backups get the others
        return primary.stream().anyMatch(Snapshot::isSound)
                ? nearest.beside(backups, benched)
                : nearest.further(backups).beside(List.of(), benched);
    }

    /** Those that are near, as long as half of them are healthy; what is left of these must not bear the load of all. */
    private static Choice nearest(List<Member> primary, List<Member> members) {
        List<Member> near = primary.stream().filter(Member::near).toList();
        long known = members.stream()
                .filter(m -> m.near() && !m.isBackup() && m.isExpected())
                .count();
        if (near.isEmpty() || near.size() == primary.size() || 2L * near.size() < known)
            return new Choice(Tier.HEALTHY, primary, List.of());
        List<Member> far = primary.stream().filter(m -> !m.near()).toList();
        return new Choice(Tier.HEALTHY, near, far, List.of(), List.of());
    }

    /** Also one that no check has answered for yet may have been benched, by requests of before. */
    private static boolean isOut(Member member) {
        return member.ejection() instanceof Ejection.Out;
    }

    /** Whether its own answers hold nothing against it: whoever has no room now is worth a wait. */
    private static boolean isSound(Member member) {
        return member.ejection() instanceof Ejection.In;
    }

    /** Whether somebody is used, and not among {@code tried}, who is not on probation. */
    boolean hasSound(Collection<Backend> tried) {
        return isAny(used, tried, true) || isAny(further, tried, true);
    }

    /** All that may be asked, but for the benched. */
    List<Member> usable() {
        List<Member> all = new ArrayList<>(used);
        all.addAll(further);
        all.addAll(spare);
        return all;
    }

    /** Whether anybody but the benched may be asked for a request that has been at {@code tried}. */
    boolean hasOther(Collection<Backend> tried) {
        return isAny(used, tried, false) || isAny(further, tried, false) || isAny(spare, tried, false);
    }

    private static boolean isAny(List<Member> members, Collection<Backend> tried, boolean sound) {
        for (Member member : members) {
            if (!tried.contains(member.backend()) && (!sound || isSound(member))) return true;
        }
        return false;
    }

    @Nullable
    Member member(Backend backend) {
        for (Member member : members) if (member.backend() == backend) return member;
        return null;
    }
}
