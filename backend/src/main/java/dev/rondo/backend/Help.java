package dev.rondo.backend;

import java.util.List;

/** The page at {@code /help}, made from the endpoints themselves. */
final class Help {
    private static final String FAULTS = """
            Faults
              status   answer with this status instead, 200 to 599     rate     share of requests that are hit, above 0 to 1
              delay    wait first: 250, 250ms, 2s                      seed     repeat the same sequence of hits
              refuse   reset the connection before a byte is sent      unready  /health/ready answers 503
              drop     close the connection in the middle of the body

              status, refuse and drop exclude each other; each goes with delay, rate, seed and unready.
              /admin is never hit; /health is hit by refuse alone. A response without a body cannot be dropped.
              Upgrades are hit too: drop ends them behind the 101.
            """;

    private Help() {}

    /** The page of the server called {@code name}, reached at {@code url}. */
    static String page(String name, String url, List<Endpoint> endpoints) {
        StringBuilder page = new StringBuilder(name).append(", a demo backend of Rondo\n\nEndpoints\n");
        for (Endpoint endpoint : endpoints) {
            String methods = endpoint.methods().isEmpty()
                    ? "any"
                    : String.join(",", endpoint.methods()).replace(",HEAD", "");
            page.append("  %-7s %s%s%n".formatted(methods, endpoint.path(), endpoint.parameters()))
                    .append("          ")
                    .append(endpoint.meaning())
                    .append("\n          ")
                    .append(endpoint.example().replace("URL", url))
                    .append('\n');
        }
        return page.append('\n').append(FAULTS).toString();
    }
}
