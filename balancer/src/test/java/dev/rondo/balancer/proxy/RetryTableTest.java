package dev.rondo.balancer.proxy;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The retry table in {@code docs/resilience.md} is what the function says; {@code -Ddocs.write=true} writes it. */
class RetryTableTest {
    private static final Path PAGE = Path.of("../docs/resilience.md");
    private static final String BEGIN = "<!-- retry table:";
    private static final String END = "<!-- end of the retry table -->";

    private static final RetryRule RULE = new RetryRule(EnumSet.allOf(RetryOn.class), 2);

    /** One row of the table. */
    private record Event(String words, Ending ending) {
        static Event of(String words, Reason reason, Progress progress, int status, boolean relayed, boolean reused) {
            return new Event(words, Ending.of(reason, progress, status, relayed, reused));
        }

        Verdict verdict(Method method, Body body, Others others) {
            return RULE.judge(
                    ending, new Request(method, false, body), new Prospect(true, true, 0, others), () -> true);
        }
    }

    private static List<Event> events() {
        return List.of(
                Event.of("the name is not known", Reason.DNS_ERROR, Progress.NOTHING_SENT, 0, false, false),
                Event.of("connection refused", Reason.CONNECT_REFUSED, Progress.NOTHING_SENT, 0, false, false),
                Event.of(
                        "no connection within `timeouts.connect`",
                        Reason.CONNECT_TIMEOUT,
                        Progress.NOTHING_SENT,
                        0,
                        false,
                        false),
                new Event(
                        "the backend refuses the stream (HTTP/2)",
                        new Ending(RetryOn.REFUSED_STREAM, Progress.SENT, false, false)),
                Event.of(
                        "a new connection breaks before a byte is sent",
                        Reason.UPSTREAM_RESET,
                        Progress.NOTHING_SENT,
                        0,
                        false,
                        false),
                Event.of(
                        "a kept connection turns out to be closed before a byte is sent",
                        Reason.UPSTREAM_RESET,
                        Progress.NOTHING_SENT,
                        0,
                        false,
                        true),
                Event.of(
                        "a new connection breaks before an answer",
                        Reason.UPSTREAM_RESET,
                        Progress.SENT,
                        0,
                        false,
                        false),
                Event.of(
                        "a kept connection breaks before an answer",
                        Reason.UPSTREAM_RESET,
                        Progress.SENT,
                        0,
                        false,
                        true),
                Event.of(
                        "the connection breaks after an interim answer (103)",
                        Reason.UPSTREAM_RESET,
                        Progress.INTERIM,
                        0,
                        false,
                        true),
                Event.of("no answer in time", Reason.RESPONSE_TIMEOUT, Progress.SENT, 0, false, false),
                Event.of("the backend answers 502, 503 or 504", Reason.OK, Progress.ANSWERED, 503, false, false),
                Event.of(
                        "the connection breaks within the head of the answer",
                        Reason.UPSTREAM_RESET,
                        Progress.ANSWERED,
                        0,
                        false,
                        false),
                Event.of("the answer is not HTTP", Reason.BAD_RESPONSE, Progress.ANSWERED, 0, false, false),
                Event.of(
                        "the connection breaks within the body of the answer",
                        Reason.RESPONSE_TRUNCATED,
                        Progress.ANSWERED,
                        200,
                        true,
                        false),
                Event.of(
                        "the body of the answer stops coming",
                        Reason.RESPONSE_BODY_TIMEOUT,
                        Progress.ANSWERED,
                        200,
                        true,
                        false),
                Event.of("the backend answers anything else", Reason.OK, Progress.ANSWERED, 500, false, false));
    }

    private static String table() {
        String repeatable = Arrays.stream(Method.values())
                .filter(method -> new Request(method, false, Body.NONE).isSafe())
                .map(Enum::name)
                .collect(Collectors.joining(", "));
        StringBuilder out = new StringBuilder("""

                | what happens | `retry.on` | %s, or an `Idempotency-Key` | other methods | some of a body sent that is \
                longer than `retry.replay-buffer` | where every backend has been asked already |
                |---|---|---|---|---|---|
                """.formatted(repeatable));
        for (Event event : events()) {
            RetryOn what = event.ending().what();
            out.append("| %s | %s | %s | %s | %s | %s |\n"
                    .formatted(
                            event.words(),
                            what == null
                                    ? ""
                                    : "`" + what.name().toLowerCase(Locale.ROOT).replace('_', '-') + "`",
                            cell(event.verdict(Method.GET, Body.HELD, Others.UNTRIED)),
                            cell(event.verdict(Method.POST, Body.HELD, Others.UNTRIED)),
                            cell(event.verdict(Method.PUT, Body.GONE, Others.UNTRIED)),
                            cell(event.verdict(Method.GET, Body.HELD, Others.TRIED))));
        }
        out.append("""

                *Repeated* is at the next backend; *repeated there* is at once and at the same one, on a new connection: that \
                costs no attempt and no budget, and `retry.on` does not matter. The last two columns are for requests \
                of the third.

                Why not, where there are several reasons the first of these:

                | word | meaning |
                |---|---|
                """);
        for (Verdict verdict : Verdict.values()) {
            if (isRepeat(verdict)) continue;
            out.append("| `%s` | %s |\n".formatted(verdict.word(), meaning(verdict)));
        }
        return out.append('\n').toString();
    }

    private static boolean isRepeat(Verdict verdict) {
        return verdict == Verdict.REPEAT || verdict == Verdict.REPEAT_FRESH;
    }

    private static String cell(Verdict verdict) {
        return switch (verdict) {
            case REPEAT -> "**repeated**";
            case REPEAT_FRESH -> "**repeated** there";
            default -> verdict.word();
        };
    }

    private static String meaning(Verdict verdict) {
        return switch (verdict) {
            case REPEAT, REPEAT_FRESH -> "";
            case CLIENT_GONE -> "nobody waits for the answer, or the client is at fault";
            case NOT_A_BACKEND_FAILURE -> "the backend has answered, or it was not the backend that failed";
            case ANSWER_BEGUN -> "some of an answer had come before it failed; that is never repeated";
            case NOT_CONFIGURED -> "`retry.on` does not list it, or `retry.attempts` is 0";
            case NOT_SAFE -> "it may have been done already, and twice would not be the same as once (RFC 9110 §9.2.2)";
            case BODY_GONE -> "more of the body had been sent than `retry.replay-buffer` holds";
            case NO_ATTEMPTS_LEFT -> "`retry.attempts` backends have been asked after the first";
            case DEADLINE -> "`timeouts.request` is over";
            case NO_BACKEND_LEFT ->
                "no other backend can be asked; the same one is asked again only where it was the connection that failed";
            case BUDGET_EXHAUSTED ->
                "`retry.budget-percent` of the pool's active requests are further attempts already";
        };
    }

    @Test
    void thePageSaysWhatTheFunctionSays() throws IOException {
        String page = Files.readString(PAGE);
        int begin = page.indexOf('\n', page.indexOf(BEGIN)) + 1;
        int end = page.indexOf(END);
        assertThat(page.contains(BEGIN) && begin <= end)
                .as(
                        "docs/resilience.md has no lines \"%s … -->\" and \"%s\" for the table to stand between",
                        BEGIN, END)
                .isTrue();
        if (Boolean.getBoolean("docs.write")) {
            page = page.substring(0, begin) + table() + page.substring(end);
            Files.writeString(PAGE, page);
            end = page.indexOf(END);
        }
        assertThat(page.substring(begin, end))
                .as("the retry table of docs/resilience.md is not what RetryRule.java says; run: make docs")
                .isEqualTo(table());
    }

    /** An event that is left out is a question that the page does not answer. */
    @Test
    void everyKindAndEveryOutcomeOfABackendStandsInTheTable() {
        Set<String> listed = events().stream()
                .map(event -> event.ending().what() + "")
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> all =
                Arrays.stream(RetryOn.values()).map(Enum::name).collect(Collectors.toCollection(TreeSet::new));
        all.add("null");
        assertThat(listed).isEqualTo(all);
        assertThat(events().stream().map(Event::words)).doesNotHaveDuplicates();
    }
}
