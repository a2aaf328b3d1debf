package dev.rondo.balancer.wire;

/** Where time comes from. */
public interface Ticker {
    /** The machine's clocks: the only place that reads them. */
    Ticker SYSTEM = new Ticker() {
        @Override
        public long nanos() {
            return System.nanoTime();
        }

        @Override
        public long millis() {
            return System.currentTimeMillis();
        }
    };

    /** Nanoseconds from an arbitrary start; never goes back. */
    long nanos();

    /** Milliseconds since the epoch; steps with the machine's clock, so never measure with it. */
    long millis();
}
