package dev.rondo.balancer.config;

import java.time.Duration;

/**
 * When the file is read again.
 *
 * @param watch whether it is when it has changed; SIGHUP and the API do so in any case
 * @param interval between two looks at its digest
 */
public record ReloadConfig(boolean watch, Duration interval) {
    /** What holds where the file says nothing. */
    public static final ReloadConfig DEFAULT = new ReloadConfig(true, Duration.ofSeconds(1));

    public ReloadConfig {
        var check = new Rejected.Check();
        check.positive("interval", interval);
        check.done();
    }
}
