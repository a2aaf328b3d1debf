package dev.rondo.bench;

import java.util.List;

/**
 * What a proxy is configured for.
 *
 * @param connections of clients, at most
 * @param accessLog whether each request is logged to a file
 * @param bodies whether bodies are large
 * @param upgrades whether connections are upgraded to WebSocket
 * @param routes of other hosts, beside the one that is asked for
 * @param loops threads or workers; the peers always have two
 * @param backends each {@code HOST:PORT}
 */
record Setup(
        int connections,
        boolean accessLog,
        boolean bodies,
        boolean upgrades,
        int routes,
        int loops,
        List<String> backends) {
    static Setup plain(int connections, List<String> backends) {
        return new Setup(connections, false, false, false, 0, 2, backends);
    }

    Setup logging() {
        return new Setup(connections, true, bodies, upgrades, routes, loops, backends);
    }

    Setup large(boolean large) {
        return new Setup(connections, accessLog, large, upgrades, routes, loops, backends);
    }

    Setup upgrading() {
        return new Setup(connections, accessLog, bodies, true, routes, loops, backends);
    }

    Setup withRoutes(int number) {
        return new Setup(connections, accessLog, bodies, upgrades, number, loops, backends);
    }

    Setup withLoops(int number) {
        return new Setup(connections, accessLog, bodies, upgrades, routes, number, backends);
    }

    /** Idle upstream connections that are enough, whatever the spread over workers and backends. */
    int idle() {
        return Math.max(512, Math.max(connections, 8 * backends.size()));
    }

    /** How an answer to {@code GET /} begins once the proxy works. */
    String answer() {
        return upgrades || routes > 0 ? "HTTP/1.1 " : "HTTP/1.1 200"; // only some hosts are routed, or upgrades wanted
    }
}
