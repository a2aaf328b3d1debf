package dev.rondo.balancer.conformance;

import dev.rondo.balancer.testkit.Bytes;
import dev.rondo.balancer.testkit.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Runs a client case and judges it. */
final class ClientJudge {
    private static final int CANARIES = 3;

    private final ClientCase wanted;
    private final Talk talk;
    private final CaseBackend.Log log;
    private final List<Request> whole;
    private final List<String> why = new ArrayList<>();
    private final List<String> findings = new ArrayList<>();

    private ClientJudge(ClientCase wanted, Talk talk, CaseBackend.Log log) {
        this.wanted = wanted;
        this.talk = talk;
        this.log = log;
        this.whole = log.whole().stream()
                .filter(r -> !r.target().startsWith("/canary/") && !r.target().startsWith("/probe/"))
                .toList();
    }

    static Outcome run(ClientCase wanted, boolean dribble, int port, CaseBackend backend) throws Exception {
        backend.begin(null);
        Talk talk = Talk.hold(
                port, backend, wanted.segments(), dribble, wanted::method, wanted.responses(), wanted.halfClose());
        String poisoned = null;
        for (int i = 0; i < CANARIES && poisoned == null; i++) poisoned = Talk.canary(port);
        return new ClientJudge(wanted, talk, backend.take()).judge(poisoned);
    }

    private Outcome judge(@Nullable String poisoned) {
        boolean unsafe = poisoned != null || !log.violations().isEmpty();
        log.violations().forEach(v -> why.add("bytes to the backend: " + v));
        if (poisoned != null) why.add(poisoned);
        Outcome.Verdict verdict =
                switch (wanted.expect()) {
                    case REJECT, REJECT_400 -> judgeRejection(unsafe);
                    case FORWARD -> judgeForwarding();
                    case EITHER -> judgeEither();
                };
        findings.addAll(talk.findings());
        return new Outcome(wanted.id(), verdict, why, findings, transcript());
    }

    private Outcome.Verdict judgeRejection(boolean unsafe) {
        List<Integer> statuses = talk.statuses();
        if (!rejected()) {
            why.add("not rejected: answers " + statuses + ", " + whole.size() + " at the backend, "
                    + (talk.closed() ? "closed" : "open"));
            return Outcome.Verdict.FAIL;
        }
        if (!log.partial().isEmpty() && !wanted.partialOk()) {
            why.add("partly forwarded: " + log.partial());
            return Outcome.Verdict.FAIL;
        }
        Outcome.Verdict verdict = Outcome.Verdict.PASS;
        if (!statuses.isEmpty() && !rightStatus(statuses.getFirst())) {
            verdict = Outcome.Verdict.WARN;
            why.add("status " + statuses.getFirst() + " is none of " + wanted.statuses());
        } else if (statuses.isEmpty() && wanted.expect() == ClientCase.Expect.REJECT_400) {
            verdict = Outcome.Verdict.WARN;
            why.add("closed without an answer");
        }
        if (!statuses.isEmpty() && !talk.closed() && !wanted.halfClose()) {
            if (verdict == Outcome.Verdict.PASS) verdict = Outcome.Verdict.WARN;
            why.add("connection open after the rejection");
        }
        if (wanted.mustClose() && !talk.closed()) findings.add("connection left open");
        return unsafe ? Outcome.Verdict.FAIL : verdict;
    }

    private Outcome.Verdict judgeForwarding() {
        if (!answeredLocally()) lookAtForwarded();
        return why.isEmpty() ? Outcome.Verdict.PASS : Outcome.Verdict.FAIL;
    }

    private Outcome.Verdict judgeEither() {
        boolean toReject = wanted.preferred().contains("reject");
        if (rejected() || (answeredLocally() && whole.isEmpty())) {
            if (!wanted.preferred().isEmpty() && !toReject) findings.add("rejected; preferred " + wanted.preferred());
            if (toReject) lookAtPreferredRejection();
            return why.isEmpty() ? Outcome.Verdict.PASS : Outcome.Verdict.FAIL;
        }
        lookAtForwarded();
        if (!why.isEmpty()) return Outcome.Verdict.FAIL;
        if (!toReject) return Outcome.Verdict.PASS;
        why.add("forwarded; preferred " + wanted.preferred());
        return Outcome.Verdict.WARN;
    }

    /** The preferred rejection is held to the rules of one that is asked for. */
    private void lookAtPreferredRejection() {
        List<Integer> statuses = talk.statuses();
        if (statuses.isEmpty()) {
            if (!wanted.timeoutOk()) findings.add("closed without an answer; preferred " + wanted.preferred());
        } else if (!rightStatus(statuses.getFirst())) {
            findings.add("status " + statuses.getFirst() + " is none of " + wanted.statuses());
        }
        if (!talk.closed()) findings.add("connection open after the rejection");
        if (!log.partial().isEmpty() && !wanted.partialOk()) findings.add("partly forwarded: " + log.partial());
    }

    private boolean rejected() {
        if (!whole.isEmpty()) return false;
        List<Integer> statuses = talk.statuses();
        if (statuses.isEmpty()) return talk.closed() || wanted.timeoutOk();
        return statuses.getFirst() >= 400;
    }

    private boolean answeredLocally() {
        List<Integer> statuses = talk.statuses();
        return !statuses.isEmpty() && wanted.localOk().contains(statuses.getFirst());
    }

    /** Where waiting for more is right, so is the status that ends it. */
    private boolean rightStatus(int status) {
        return wanted.statuses().contains(status) || (wanted.timeoutOk() && status == 408);
    }

    private void lookAtForwarded() {
        int came = whole.size();
        boolean counts = wanted.checks().stream().anyMatch(c -> c.kind().equals("count"));
        if (wanted.mostForwarded() > 0) {
            if (came < 1 || came > wanted.mostForwarded()) why.add(came + " requests at the backend");
        } else if (wanted.expect() == ClientCase.Expect.FORWARD && came != wanted.forwarded()) {
            why.add(came + " requests at the backend, not " + wanted.forwarded());
        } else if (wanted.expect() == ClientCase.Expect.EITHER && came > wanted.forwarded() && !counts) {
            why.add(came + " requests at the backend, more than " + wanted.forwarded());
        } else if (came == 0) {
            why.add("nothing came to the backend");
        }
        for (ClientCase.Check check : wanted.checks()) {
            if (!holds(check)) why.add("does not hold: " + check);
        }
        if (wanted.mustClose() && !talk.closed()) why.add("connection left open");
        List<Integer> statuses = talk.statuses();
        if (wanted.expect() == ClientCase.Expect.FORWARD
                && (statuses.size() != wanted.responses() || statuses.stream().anyMatch(s -> s != 200))) {
            why.add("answers " + statuses);
        }
        if (talk.finals().stream().anyMatch(a -> !a.complete())) why.add("an answer is not whole");
    }

    private boolean holds(ClientCase.Check check) {
        return switch (check.kind()) {
            case "count" -> whole.size() == Integer.parseInt(check.value());
            case "targets" -> whole.stream().map(Request::target).toList().equals(check.list());
            case "raw_absent" -> whole.stream().noneMatch(r -> r.raw().contains(check.value()));
            default -> !whole.isEmpty() && holds(check, whole.getFirst());
        };
    }

    private static boolean holds(ClientCase.Check check, Request first) {
        List<String> values = first.values(check.name());
        return switch (check.kind()) {
            case "method" -> first.method().equals(check.value());
            case "target" -> first.target().equals(check.value());
            case "body" -> first.body().equals(check.value());
            case "absent" -> values.isEmpty();
            case "present" -> !values.isEmpty();
            case "equals" -> values.equals(List.of(check.value()));
            case "equals_ci" ->
                values.stream().map(v -> v.toLowerCase(Locale.ROOT)).toList().equals(List.of(check.value()))
                        || (values.isEmpty() && !first.values("content-length").isEmpty());
            case "not_contains" -> values.stream().noneMatch(v -> v.contains(check.value()));
            case "last_element" -> {
                if (values.isEmpty()) yield false;
                String last = values.getLast();
                yield last.substring(last.lastIndexOf(',') + 1).strip().equals(check.value());
            }
            case "mark" -> first.values(Lane.MARK_NAME).equals(List.of(Lane.MARK));
            default -> throw new IllegalStateException("unknown check " + check);
        };
    }

    private String transcript() {
        StringBuilder text = new StringBuilder(wanted.id() + ": " + wanted.description() + " (RFC " + wanted.rfc()
                + ")\nthe client\n" + talk.transcript() + "\nthe backend");
        for (Request request : whole) text.append("\n").append(Bytes.shown(request.raw()));
        return text.append("\ncut short: ").append(log.partial()).toString();
    }
}
