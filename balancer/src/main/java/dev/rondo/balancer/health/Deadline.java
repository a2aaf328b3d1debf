package dev.rondo.balancer.health;

import dev.rondo.balancer.wire.Ticker;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The moment at which a check is over, whatever it is doing. */
public final class Deadline {
    private final Ticker ticker;
    private final Duration timeout;
    private final long end;

    /** {@code timeout} from now. */
    public Deadline(Ticker ticker, Duration timeout) {
        this.ticker = ticker;
        this.timeout = timeout;
        this.end = ticker.nanos() + timeout.toNanos();
    }

    /** Nanoseconds that are left, 0 at the least. */
    long left() {
        return Math.max(0, end - ticker.nanos());
    }

    boolean isOver() {
        return left() == 0;
    }

    /** What is left as a socket takes it: whole milliseconds, rounded up, at least 1 since 0 means for ever. */
    static int millis(long nanos) {
        long millis = TimeUnit.NANOSECONDS.toMillis(nanos + TimeUnit.MILLISECONDS.toNanos(1) - 1);
        return Math.clamp(millis, 1, Integer.MAX_VALUE);
    }

    /** A check that this deadline has ended. */
    CheckResult missed() {
        return CheckResult.failed("timeout after " + text(timeout));
    }

    /** The same, with what was going on. */
    CheckResult missed(String during) {
        return CheckResult.failed("timeout after " + text(timeout) + ", " + during);
    }

    private static String text(Duration duration) {
        long nanos = duration.toNanos();
        long second = TimeUnit.SECONDS.toNanos(1);
        return nanos % second == 0 ? nanos / second + "s" : nanos / TimeUnit.MILLISECONDS.toNanos(1) + "ms";
    }
}
