package dev.rondo.bench;

/**
 * What wrk sends.
 *
 * @param connections at once
 * @param method of each request
 * @param path of each request
 * @param sent bytes of its body
 * @param received bytes of the answer's body
 * @param close whether each request asks for its connection to be closed
 * @param host that it names; empty for the proxy's own address
 */
record Load(int connections, String method, String path, int sent, int received, boolean close, String host) {
    static Load get(int connections) {
        return new Load(connections, "GET", "/", 0, 3, false, "");
    }

    static Load download(int connections, String path, int bytes) {
        return new Load(connections, "GET", path, 0, bytes, false, "");
    }

    static Load post(int connections, int bytes) {
        return new Load(connections, "POST", "/post", bytes, 3, false, "");
    }

    Load closing() {
        return new Load(connections, method, path, sent, received, true, host);
    }

    Load to(String name) {
        return new Load(connections, method, path, sent, received, close, name);
    }

    boolean isLarge() {
        return sent + received >= 100_000;
    }
}
