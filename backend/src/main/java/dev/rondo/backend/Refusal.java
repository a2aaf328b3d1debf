package dev.rondo.backend;

import io.helidon.http.Status;

/** A request that an endpoint turns down, with the status and the sentence that say why. */
final class Refusal extends RuntimeException {
    private final transient Status status;

    Refusal(Status status, String sentence) {
        super(sentence, null, false, false);
        this.status = status;
    }

    static Refusal badRequest(String sentence) {
        return new Refusal(Status.BAD_REQUEST_400, sentence);
    }

    Status status() {
        return status;
    }

    /** What the client reads. */
    String sentence() {
        return String.valueOf(getMessage());
    }
}
