package dev.rondo.balancer.balance;

/** How much of its weight one gets that has just come, so that cold caches and pools of its own are not run over. */
public final class SlowStart {
    /** Never less than this share: it must get requests to warm up at all. */
    private static final double LEAST = 0.1;

    private SlowStart() {}

    /**
     * Share of the weight, from 0.1 to 1: {@code max(0.1, (age / window) ^ (1 / aggression))}, as Envoy has it.
     *
     * @param ageNanos since it came or came back; a negative one counts as 0
     * @param windowNanos until it gets its whole weight; 0 or less: at once
     * @param aggression above 0; 1 is a straight line, more gives more at the beginning
     */
    public static double weight(long ageNanos, long windowNanos, double aggression) {
        if (ageNanos >= windowNanos) return 1;
        if (ageNanos <= 0) return LEAST;
        return Math.max(LEAST, Math.pow((double) ageNanos / windowNanos, 1 / aggression));
    }
}
