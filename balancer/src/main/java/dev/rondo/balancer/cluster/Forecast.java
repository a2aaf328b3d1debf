package dev.rondo.balancer.cluster;

import dev.rondo.balancer.balance.Picker;
import dev.rondo.balancer.config.Strategy;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Who of a pool would get a request that came now, and how each backend stands to it. Nothing is taken for it and no rotation
 * moves.
 *
 * @param next null where nobody can be named
 * @param by who or what has decided that
 * @param all every backend, in the order of the configuration
 */
public record Forecast(@Nullable Backend next, By by, List<Candidacy> all) {
    public Forecast {
        all = List.copyOf(all);
    }

    /** What decides who gets a request. */
    public enum By {
        /** The request's affinity cookie. */
        COOKIE,
        STRATEGY,
        /** Chance, or the requests in flight and what is measured of them at that moment. */
        CHANCE,
        /** The line: nobody has room, or others were here before. */
        QUEUE,
        /** There is nobody to be decided among. */
        NOBODY
    }

    /**
     * A backend and the request.
     *
     * @param eligible whether it may get that now
     * @param why it may or may not, for people
     */
    public record Candidacy(Look look, boolean eligible, String why) {}

    /** What is asked; all of it of one moment. */
    record Question(Snapshot now, long key, @Nullable Backend named, boolean othersWait, long cursor, long time) {}

    /** @param room whether a backend that is used has room for the request */
    static Forecast of(Question question, List<Look> looks, Predicate<Backend> room) {
        Snapshot now = question.now;
        boolean near = now.used().stream().map(Member::backend).anyMatch(room);
        List<Candidacy> all = new ArrayList<>();
        for (int i = 0; i < looks.size(); i++) {
            Member member = now.members().get(i);
            boolean has = room.test(member.backend());
            Look look = looks.get(i);
            boolean eligible = !question.othersWait && has && (look.inTurn() || (!near && look.used()));
            all.add(new Candidacy(look, eligible, why(now, member, look, has, question.othersWait)));
        }
        if (now.used().isEmpty()) return new Forecast(null, By.NOBODY, all);
        if (question.othersWait) return new Forecast(null, By.QUEUE, all);
        if (question.named != null) return new Forecast(question.named, By.COOKIE, all);
        return chosen(question, all, room);
    }

    private static Forecast chosen(Question question, List<Candidacy> all, Predicate<Backend> room) {
        List<Candidacy> eligible = all.stream().filter(Candidacy::eligible).toList();
        if (eligible.isEmpty()) return new Forecast(null, By.QUEUE, all);
        if (eligible.size() == 1) return new Forecast(eligible.getFirst().look().backend(), By.STRATEGY, all);
        Snapshot now = question.now;
        boolean first = eligible.getFirst().look().inTurn();
        Strategy strategy = now.config().strategy();
        Picker<Backend> picker = strategy.hashes() && !first ? now.elsewhere() : copy(question, first);
        Backend next = picker == null ? null : picker.pick(question.key, question.time, new Random(0), room);
        return new Forecast(next, next == null ? By.CHANCE : By.STRATEGY, all);
    }

    /** One that moves no cursor of others; null where it could not tell who will be next. */
    private static @Nullable Picker<Backend> copy(Question question, boolean first) {
        Snapshot now = question.now;
        boolean sure =
                switch (now.config().strategy()) {
                    case RANDOM, POWER_OF_TWO, PEAK_EWMA -> false;
                    case ROUND_ROBIN, WEIGHTED_ROUND_ROBIN, LEAST_REQUESTS, CONSISTENT_HASH, RENDEZVOUS -> true;
                };
        if (!sure || !first) return null;
        return Snapshot.picker(now.config(), now.used(), new AtomicLong(question.cursor), question.time);
    }

    private static String why(Snapshot now, Member member, Look look, boolean room, boolean othersWait) {
        if (!look.used()) {
            return now.spare().contains(member)
                    ? "a backup: for when no other is healthy, and for requests that all others have failed"
                    : member.reason();
        }
        Backend backend = member.backend();
        if (!backend.hasRoom()) return "full: its max-requests is " + member.limit();
        if (othersWait) return "others wait for it already";
        if (!room) return "on probation, and the one request that tries it has not ended";
        if (look.inTurn()) return member.reason();
        return member.isBackup()
                ? "a backup: gets what those on probation cannot take"
                : "far: gets what those that are near have no room for";
    }
}
