package dev.rondo.balancer.config;

/** A text that is for nobody's eyes: neither messages nor {@code rondo print} show it. */
record Secret(String text) {
    /** Stands for it where values are shown; no secret can look like this, so a file with it in it does not load. */
    static final String HIDDEN = "(hidden)";

    @Override
    public String toString() {
        return HIDDEN;
    }
}
