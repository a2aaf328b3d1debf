package dev.rondo.balancer.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rondo.balancer.config.RetryOn;
import dev.rondo.balancer.http.Method;
import dev.rondo.balancer.proxy.Failure.Progress;
import dev.rondo.balancer.proxy.RetryRule.Body;
import dev.rondo.balancer.proxy.RetryRule.Ending;
import dev.rondo.balancer.proxy.RetryRule.Others;
import dev.rondo.balancer.proxy.RetryRule.Prospect;
import dev.rondo.balancer.proxy.RetryRule.Request;
import dev.rondo.balancer.proxy.RetryRule.Verdict;
import dev.rondo.balancer.telemetry.Reason;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** May a failure be repeated? Every combination, against the rules as features.md lists them. */
class RetryRuleTest {
    private static final List<Boolean> BOTH = List.of(false, true);
    private static final Set<RetryOn> ALL = EnumSet.allOf(RetryOn.class);

    /** One row: everything that the function sees. */
    private record Row(RetryRule rule, Ending ending, Request request, Prospect prospect, boolean granted) {
        Verdict verdict() {
            return rule.judge(ending, request, prospect, () -> granted);
        }

        /** What stands against it: each rule for itself, as features.md and the RFCs say it. */
        Set<Verdict> objections() {
            Set<Verdict> against = EnumSet.noneOf(Verdict.class);
            String what = ending.what() == null ? "nothing" : ending.what().name();
            // features.md: connect-failure, refused-stream, reset-before-request for any method
            boolean anyMethod = List.of("CONNECT_FAILURE", "REFUSED_STREAM", "RESET_BEFORE_REQUEST")
                    .contains(what);
            // RFC 9110 §9.2.2: the safe methods, PUT and DELETE; features.md: or an Idempotency-Key
            boolean twiceIsOnce = request.keyed()
                    || List.of("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE")
                            .contains(request.method() + "");
            if (!prospect.awaited()) against.add(Verdict.CLIENT_GONE);
            if (what.equals("nothing")) against.add(Verdict.NOT_A_BACKEND_FAILURE);
            // the issue: a response that has begun is never repeated; a gateway error is one that nobody has seen
            if (ending.relayed()) against.add(Verdict.ANSWER_BEGUN);
            if (ending.progress() == Progress.ANSWERED && !what.equals("GATEWAY_ERROR")) {
                against.add(Verdict.ANSWER_BEGUN);
            }
            if (rule.on().stream().noneMatch(on -> on == ending.what())) against.add(Verdict.NOT_CONFIGURED);
            if (rule.attempts() < 1) against.add(Verdict.NOT_CONFIGURED);
            if (!anyMethod && !twiceIsOnce) against.add(Verdict.NOT_SAFE);
            if (!List.of(Body.NONE, Body.NOT_BEGUN, Body.HELD).contains(request.body())) {
                against.add(Verdict.BODY_GONE);
            }
            if (rule.attempts() - prospect.repeats() < 1) against.add(Verdict.NO_ATTEMPTS_LEFT);
            if (!prospect.inTime()) against.add(Verdict.DEADLINE);
            // never the same twice while another is left; and again only where the connection was at fault
            boolean onlyTried = prospect.others() == Others.TRIED;
            boolean broken =
                    List.of("REFUSED_STREAM", "RESET_BEFORE_REQUEST", "RESET").contains(what);
            if (prospect.others() == Others.NONE || (onlyTried && !broken)) against.add(Verdict.NO_BACKEND_LEFT);
            // an answer that is here is not given up for a wait
            if (prospect.others() == Others.FULL && what.equals("GATEWAY_ERROR")) against.add(Verdict.NO_BACKEND_LEFT);
            // one that is benched is for those who cannot even reach another
            if (prospect.others() == Others.BENCHED && !broken && !what.equals("CONNECT_FAILURE"))
                against.add(Verdict.NO_BACKEND_LEFT);
            if (!granted && !anyMethod)
                against.add(Verdict.BUDGET_EXHAUSTED); // a backend that has begun has been loaded
            return against;
        }

        /** Nothing against it: repeat. Else the first objection in the documented order. */
        Verdict expected() {
            Set<Verdict> against = objections();
            // features.md: a stale connection is repeated on a fresh one, whatever the limits of retries are
            Set<Verdict> counts = EnumSet.of(
                    Verdict.CLIENT_GONE,
                    Verdict.NOT_A_BACKEND_FAILURE,
                    Verdict.ANSWER_BEGUN,
                    Verdict.NOT_SAFE,
                    Verdict.BODY_GONE,
                    Verdict.DEADLINE);
            if (ending.stale() && against.stream().noneMatch(counts::contains)) return Verdict.REPEAT_FRESH;
            return against.stream().findFirst().orElse(Verdict.REPEAT); // in the order of the enum
        }
    }

    @Test
    void everyCombination() {
        Map<Verdict, Integer> seen = new HashMap<>();
        int rows = 0;
        for (RetryRule rule : rules()) {
            for (Ending ending : endings()) {
                for (Request request : requests()) {
                    for (Prospect prospect : prospects()) {
                        for (boolean granted : BOTH) {
                            Row row = new Row(rule, ending, request, prospect, granted);
                            Verdict verdict = row.verdict();
                            if (verdict != row.expected())
                                assertThat(verdict).as("%s", row).isEqualTo(row.expected());
                            seen.merge(verdict, 1, Integer::sum);
                            rows++;
                        }
                    }
                }
            }
        }
        assertThat(seen).containsOnlyKeys(Verdict.values());
        assertThat(rows).isGreaterThan(1_000_000);
    }

    /** The three things that no configuration may make possible. */
    @Test
    void neverWhateverIsConfigured() {
        RetryRule rule = new RetryRule(ALL, Integer.MAX_VALUE);
        for (Ending ending : endings()) {
            for (Request request : requests()) {
                Verdict verdict = rule.judge(ending, request, new Prospect(true, true, 0, Others.UNTRIED), () -> true);
                boolean repeats = verdict == Verdict.REPEAT || verdict == Verdict.REPEAT_FRESH;
                if (ending.relayed()) assertThat(repeats).isFalse();
                if (request.body() == Body.GONE) assertThat(repeats).isFalse();
                boolean maybeDone = ending.what() == RetryOn.RESET
                        || ending.what() == RetryOn.TIMEOUT
                        || ending.what() == RetryOn.GATEWAY_ERROR;
                if (request.method() == Method.POST && !request.keyed() && maybeDone)
                    assertThat(repeats).isFalse();
            }
        }
    }

    private static List<RetryRule> rules() {
        List<RetryRule> rules = new ArrayList<>();
        for (int attempts = 0; attempts <= 2; attempts++) {
            rules.add(new RetryRule(ALL, attempts));
            rules.add(new RetryRule(Set.of(), attempts));
            rules.add(new RetryRule(Set.of(RetryOn.CONNECT_FAILURE, RetryOn.RESET), attempts));
        }
        return rules;
    }

    private static List<Ending> endings() {
        List<Ending> endings = new ArrayList<>();
        List<@Nullable RetryOn> what = new ArrayList<>(ALL);
        what.add(null);
        for (@Nullable RetryOn each : what) {
            for (Progress progress : Progress.values()) {
                for (boolean relayed : BOTH) {
                    for (boolean stale : BOTH) endings.add(new Ending(each, progress, relayed, stale));
                }
            }
        }
        return endings;
    }

    private static List<Request> requests() {
        List<Request> requests = new ArrayList<>();
        for (boolean keyed : BOTH) {
            for (Body body : Body.values()) {
                requests.add(new Request(null, keyed, body));
                for (Method method : Method.values()) requests.add(new Request(method, keyed, body));
            }
        }
        return requests;
    }

    private static List<Prospect> prospects() {
        List<Prospect> prospects = new ArrayList<>();
        for (boolean awaited : BOTH) {
            for (boolean inTime : BOTH) {
                for (Others others : Others.values()) {
                    for (int repeats = 0; repeats <= 2; repeats++) {
                        prospects.add(new Prospect(awaited, inTime, repeats, others));
                    }
                }
            }
        }
        return prospects;
    }

    /** Rows that everybody who runs a balancer has met, from the reason down. */
    @ParameterizedTest
    @CsvSource({
        // reason, progress, status, relayed, reused, method, keyed, body, verdict
        "CONNECT_REFUSED,  NOTHING_SENT, 0,   false, false, POST,   false, NOT_BEGUN, REPEAT", // a dead backend costs
        // no POST
        "CONNECT_TIMEOUT,  NOTHING_SENT, 0,   false, false, POST,   false, NOT_BEGUN, REPEAT",
        "DNS_ERROR,        NOTHING_SENT, 0,   false, false, PATCH,  false, NOT_BEGUN, REPEAT",
        "CONNECT_FAILED,   NOTHING_SENT, 0,   false, false, GET,    false, NONE,      REPEAT",
        "NO_SOCKET,        NOTHING_SENT, 0,   false, false, POST,   false, NOT_BEGUN, REPEAT",
        "CONNECT_REFUSED,  NOTHING_SENT, 0,   false, false, PUT,    false, GONE,      BODY_GONE", // the one before took
        // it
        "UPSTREAM_RESET,   SENT,         0,   false, false, GET,    false, NONE,      REPEAT", // killed while it
        // thought
        "UPSTREAM_RESET,   SENT,         0,   false, false, POST,   false, HELD,      NOT_SAFE", // it may have been
        // paid
        "UPSTREAM_RESET,   SENT,         0,   false, false, POST,   true,  HELD,      REPEAT", // its key sees to that
        "UPSTREAM_RESET,   SENT,         0,   false, false, PUT,    false, HELD,      REPEAT",
        "UPSTREAM_RESET,   SENT,         0,   false, false, PUT,    false, GONE,      BODY_GONE", // a long upload
        "UPSTREAM_RESET,   SENT,         0,   false, true,  GET,    false, NONE,      REPEAT_FRESH", // kept too long
        "UPSTREAM_RESET,   SENT,         0,   false, true,  POST,   false, HELD,      NOT_SAFE",
        "UPSTREAM_RESET,   NOTHING_SENT, 0,   false, true,  POST,   false, HELD,      REPEAT_FRESH",
        "UPSTREAM_RESET,   NOTHING_SENT, 0,   false, false, POST,   false, HELD,      REPEAT",
        "UPSTREAM_RESET,   INTERIM,      0,   false, true,  GET,    false, NONE,      REPEAT", // 103 is no answer
        "UPSTREAM_RESET,   INTERIM,      0,   false, true,  POST,   false, HELD,      NOT_SAFE",
        "RESPONSE_TIMEOUT, INTERIM,      0,   false, false, GET,    false, NONE,      REPEAT",
        "RESPONSE_TIMEOUT, ANSWERED,     0,   false, false, GET,    false, NONE,      ANSWER_BEGUN", // half a head
        "UPSTREAM_RESET,   ANSWERED,     0,   false, false, GET,    false, NONE,      ANSWER_BEGUN", // half a head
        "UPSTREAM_RESET,   ANSWERED,     0,   false, true,  GET,    false, NONE,      ANSWER_BEGUN",
        "RESPONSE_TRUNCATED, ANSWERED,   200, true,  false, GET,    false, NONE,      ANSWER_BEGUN", // half a body
        "RESPONSE_BODY_TIMEOUT, ANSWERED, 200, true, false, GET,    false, NONE,      ANSWER_BEGUN",
        "BAD_RESPONSE,     ANSWERED,     0,   false, false, GET,    false, NONE,      ANSWER_BEGUN",
        "RESPONSE_TIMEOUT, SENT,         0,   false, false, GET,    false, NONE,      REPEAT", // stopped by SIGSTOP
        "RESPONSE_TIMEOUT, SENT,         0,   false, false, POST,   false, HELD,      NOT_SAFE",
        "RESPONSE_TIMEOUT, SENT,         0,   false, true,  GET,    false, NONE,      REPEAT", // slow is not stale
        "OK,               ANSWERED,     503, false, false, GET,    false, NONE,      REPEAT",
        "OK,               ANSWERED,     502, false, false, DELETE, false, NONE,      REPEAT",
        "OK,               ANSWERED,     504, false, false, POST,   false, HELD,      NOT_SAFE",
        "OK,               ANSWERED,     503, true,  false, GET,    false, NONE,      ANSWER_BEGUN",
        "OK,               ANSWERED,     500, false, false, GET,    false, NONE,      NOT_A_BACKEND_FAILURE",
        "OK,               ANSWERED,     505, false, false, GET,    false, NONE,      NOT_A_BACKEND_FAILURE",
        "OK,               ANSWERED,     501, false, false, GET,    false, NONE,      NOT_A_BACKEND_FAILURE",
        "OK,               ANSWERED,     200, true,  false, GET,    false, NONE,      NOT_A_BACKEND_FAILURE",
        "REQUEST_BODY_TIMEOUT, SENT,     0,   false, false, PUT,    false, HELD,      NOT_A_BACKEND_FAILURE",
        "NO_HEALTHY_BACKEND, NOTHING_SENT, 0, false, false, GET,    false, NONE,      NOT_A_BACKEND_FAILURE",
        "INTERNAL_ERROR,   SENT,         0,   false, false, GET,    false, NONE,      NOT_A_BACKEND_FAILURE",
        "UPSTREAM_RESET,   SENT,         0,   false, false, CONNECT, false, NONE,     NOT_SAFE"
    })
    void theFamousCases(
            Reason reason,
            Progress progress,
            int status,
            boolean relayed,
            boolean reused,
            Method method,
            boolean keyed,
            Body body,
            Verdict verdict) {
        assertThat(new RetryRule(ALL, 2)
                        .judge(
                                Ending.of(reason, progress, status, relayed, reused),
                                new Request(method, keyed, body),
                                new Prospect(true, true, 0, Others.UNTRIED),
                                () -> true))
                .isEqualTo(verdict);
    }

    /** What each reason is called in {@code retry.on}: before anything was sent, after, and once an answer had begun. */
    @Test
    void everyReasonHasItsKind() {
        Map<String, String> words = new HashMap<>();
        for (String reason :
                List.of("dns-error", "connect-refused", "connect-timeout", "connect-failed", "no-socket")) {
            words.put(reason, "CONNECT_FAILURE RESET RESET");
        }
        for (String reason : List.of("upstream-reset", "stale-connection")) {
            words.put(reason, "RESET_BEFORE_REQUEST RESET RESET");
        }
        for (String reason : List.of("bad-response", "response-truncated")) words.put(reason, "RESET RESET RESET");
        for (String reason : List.of("response-timeout", "response-body-timeout")) {
            words.put(reason, "TIMEOUT TIMEOUT TIMEOUT");
        }
        for (Reason reason : Reason.values()) {
            List<String> kinds = Stream.of(Progress.NOTHING_SENT, Progress.SENT, Progress.ANSWERED)
                    .map(progress ->
                            Ending.of(reason, progress, 200, false, false).what() + "")
                    .toList();
            assertThat(String.join(" ", kinds))
                    .as(reason.word())
                    .isEqualTo(words.getOrDefault(reason.word(), "null null null"));
            assertThat(words.containsKey(reason.word()))
                    .as(reason.word())
                    .isEqualTo(reason.party() == Reason.Party.UPSTREAM || reason == Reason.NO_SOCKET);
        }
    }

    /** And not at all where no backend has begun. */
    @Test
    void theBudgetIsAskedLastAndOnce() {
        Set<RetryOn> free = EnumSet.of(RetryOn.CONNECT_FAILURE, RetryOn.REFUSED_STREAM, RetryOn.RESET_BEFORE_REQUEST);
        int[] asked = {0};
        for (RetryRule rule : rules()) {
            for (Ending ending : endings()) {
                for (Request request : requests()) {
                    for (Prospect prospect : prospects()) {
                        asked[0] = 0;
                        Verdict verdict = rule.judge(ending, request, prospect, () -> asked[0]++ >= 0);
                        int expected = verdict == Verdict.REPEAT && !free.contains(ending.what()) ? 1 : 0;
                        if (asked[0] != expected)
                            assertThat(asked[0])
                                    .as("%s %s %s %s", rule, ending, request, prospect)
                                    .isEqualTo(expected);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Verdict.class)
    void wordsAreForLedgers(Verdict verdict) {
        assertThat(verdict.word()).matches("[a-z]+(-[a-z]+)*");
        assertThat(Arrays.stream(Verdict.values()).filter(v -> v.word().equals(verdict.word())))
                .hasSize(1);
    }

    @Test
    void attemptsAreNotNegative() {
        assertThatThrownBy(() -> new RetryRule(ALL, -1)).hasMessageContaining("attempts: -1");
    }
}
