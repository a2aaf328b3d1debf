package dev.rondo.balancer.testkit;

import java.io.IOException;

/** Neither a byte nor an end of the connection came before the deadline: what a test waited for does not happen. */
public final class Silence extends IOException {
    private static final long serialVersionUID = 1L;

    Silence(String received) {
        super("nothing more came within " + Source.DEADLINE.toSeconds() + " s; received so far:\n"
                + Bytes.shown(received));
    }
}
