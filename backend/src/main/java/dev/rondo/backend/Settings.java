package dev.rondo.backend;

import java.time.Duration;

/**
 * How one backend runs.
 *
 * @param host the address to listen on; {@code 0.0.0.0} for all
 * @param port the port to listen on, 0 for one the system picks
 * @param name what {@code GET /} answers and {@code X-Served-By} carries: printable ASCII, 1 to 100 characters
 * @param drainDelay how long a stop goes on accepting connections after readiness has failed
 * @param drainTimeout how long a stop waits for requests in flight after that
 */
record Settings(String host, int port, String name, Duration drainDelay, Duration drainTimeout) {
    Settings {
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("the port must be from 0 to 65535, and is " + port);
        }
        if (!isFieldValue(name)) {
            throw new IllegalArgumentException(
                    "the name must be 1 to 100 printable ASCII characters, not starting or ending with a space: it is sent"
                            + " as X-Served-By");
        }
        if (drainDelay.isNegative() || drainTimeout.isNegative()) {
            throw new IllegalArgumentException("the drain delay and the drain timeout must not be negative");
        }
    }

    private static boolean isFieldValue(String name) {
        return !name.isEmpty()
                && name.length() <= 100
                && name.equals(name.strip())
                && name.chars().allMatch(c -> c >= ' ' && c <= '~');
    }
}
