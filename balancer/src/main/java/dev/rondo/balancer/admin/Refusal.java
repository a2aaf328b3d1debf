package dev.rondo.balancer.admin;

import io.helidon.http.Status;
import io.helidon.json.JsonObject;
import java.util.List;

/** Why the API does not do as it was asked: thrown where it is found, sent as a problem (RFC 9457) in one place. */
final class Refusal extends RuntimeException {
    private final Status status;
    private final String remedy;
    private final transient List<String> known;
    private final transient List<String> problems;

    private Refusal(Status status, String detail, String remedy, List<String> known, List<String> problems) {
        super(detail, null, false, false);
        this.status = status;
        this.remedy = remedy;
        this.known = List.copyOf(known);
        this.problems = List.copyOf(problems);
    }

    static Refusal of(Status status, String detail, String remedy) {
        return new Refusal(status, detail, remedy, List.of(), List.of());
    }

    static Refusal badRequest(String detail, String remedy) {
        return of(Status.BAD_REQUEST_400, detail, remedy);
    }

    /** @param known what is there instead */
    static Refusal notFound(String detail, String remedy, List<String> known) {
        return new Refusal(Status.NOT_FOUND_404, detail, remedy, known, List.of());
    }

    /** @param problems each with place and remedy */
    static Refusal invalid(String detail, String remedy, List<String> problems) {
        return new Refusal(Status.UNPROCESSABLE_CONTENT_422, detail, remedy, List.of(), problems);
    }

    Status status() {
        return status;
    }

    JsonObject json() {
        JsonObject.Builder body = JsonObject.builder()
                .set("type", "about:blank")
                .set("title", status.reasonPhrase())
                .set("status", status.code())
                .set("detail", String.valueOf(getMessage()))
                .set("remedy", remedy);
        if (status.equals(Status.NOT_FOUND_404)) body.setStrings("known", known);
        if (!problems.isEmpty()) body.setStrings("problems", problems);
        return body.build();
    }
}
