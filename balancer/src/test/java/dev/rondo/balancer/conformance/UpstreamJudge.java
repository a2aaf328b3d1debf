package dev.rondo.balancer.conformance;

import dev.rondo.balancer.testkit.Answer;
import dev.rondo.balancer.testkit.Bytes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs an upstream case and judges it. */
final class UpstreamJudge {
    private static final int CANARIES = 6;

    private final UpstreamCase wanted;
    private final Talk talk;
    private final @Nullable Answer answer;
    private final List<String> why = new ArrayList<>();
    private final List<String> findings = new ArrayList<>();
    private boolean onlyWarning = true;

    private UpstreamJudge(UpstreamCase wanted, Talk talk) {
        this.wanted = wanted;
        this.talk = talk;
        this.answer = talk.finals().isEmpty() ? null : talk.finals().getFirst();
    }

    static Outcome run(UpstreamCase wanted, int port, CaseBackend backend) throws Exception {
        backend.begin(wanted);
        String body = "x".repeat(wanted.bodySize());
        String request = wanted.method() + " /u/" + wanted.id() + " HTTP/" + wanted.clientVersion()
                + "\r\nHost: lb.test\r\n" + (body.isEmpty() ? "" : "Content-Length: " + body.length() + "\r\n") + "\r\n"
                + body;
        Talk talk = Talk.hold(port, backend, List.of(request), false, i -> wanted.method(), 1, false);
        UpstreamJudge judge = new UpstreamJudge(wanted, talk);
        String poisoned = null;
        for (int i = 0; i < CANARIES && poisoned == null; i++) poisoned = Talk.canary(port);
        return judge.judge(backend.take(), poisoned);
    }

    private Outcome judge(CaseBackend.Log log, @Nullable String poisoned) {
        if (talk.finals().size() > 1) wrong(talk.finals().size() + " answers to one request");
        switch (wanted.expect()) {
            case OK -> {
                if (!whole() || status() != wanted.status() || !rightBody()) wrong("not the answer of the backend");
            }
            case STATUS_502 -> judge502();
            case STATUS_504 -> {
                if (status() != 504) wrong("not 504");
            }
            case STATUS_502_OR_INCOMPLETE -> judge502OrIncomplete();
            case EITHER -> {
                if (status() != 502 && status() != 500 && status() != 503) {
                    if (status() != wanted.status()) wrong("status");
                    else if (!rightBody()) wrong("body");
                }
                if (status() == 500 || status() == 503) findings.add("a faulty answer is 502, not " + status());
            }
            case STATUS -> {
                if (status() != wanted.status()) wrong("status");
            }
        }
        if (answer != null && status() == 200) lookAtHead(answer);
        if (wanted.noInterim() && !talk.interims().isEmpty()) wrong("1xx to an HTTP/1.0 client");
        log.violations().forEach(v -> wrong("the backend: " + v));
        if (poisoned != null) wrong(poisoned);
        findings.addAll(talk.findings());
        Outcome.Verdict verdict =
                why.isEmpty() ? Outcome.Verdict.PASS : onlyWarning ? Outcome.Verdict.WARN : Outcome.Verdict.FAIL;
        return new Outcome(wanted.id(), verdict, why, findings, transcript());
    }

    private void judge502() {
        if (status() == 502 || (wanted.allowOk() && status() == 200 && whole())) return;
        if (status() == 500 || status() == 503 || status() == 504) why.add("status " + status() + ", not 502");
        else if (answer == null && talk.closed()) why.add("closed without an answer");
        else wrong("not 502");
    }

    private void judge502OrIncomplete() {
        if (answer == null || status() == 502 || status() == 504 || !whole() || wanted.allowOk()) return;
        wrong(answer.framing() == Answer.Framing.CLOSE ? "the truncation is hidden" : "a whole message was invented");
    }

    private void lookAtHead(Answer seen) {
        String received = talk.transcript();
        if (!wanted.rawAbsent().isEmpty() && received.contains(Bytes.shown(wanted.rawAbsent()))) {
            wrong("bytes came through to the client: " + Bytes.shown(wanted.rawAbsent()));
        }
        for (String name : wanted.absent()) {
            if (!seen.values(name).isEmpty()) wrong(name + " came through to the client");
        }
        if (!wanted.countName().isEmpty() && seen.values(wanted.countName()).size() != wanted.count()) {
            wrong("not " + wanted.count() + " lines of " + wanted.countName());
        }
    }

    private int status() {
        return answer == null ? 0 : answer.status();
    }

    private boolean whole() {
        return answer != null && answer.complete();
    }

    private boolean rightBody() {
        return wanted.anyBody() || (answer != null && answer.body().equals(wanted.body()));
    }

    private void wrong(String what) {
        onlyWarning = false;
        why.add(what);
    }

    private String transcript() {
        return wanted.id() + ": " + wanted.description() + " (RFC " + wanted.rfc() + ")\nthe client\n"
                + talk.transcript() + "\nthe backend answered, then " + wanted.end() + "\n"
                + Bytes.shown(wanted.raw());
    }
}
