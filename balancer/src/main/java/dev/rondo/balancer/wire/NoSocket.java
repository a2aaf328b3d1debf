package dev.rondo.balancer.wire;

import java.io.IOException;

/** There is no socket to connect with: for want of descriptors or memory, and no peer answers for that. */
public final class NoSocket extends IOException {
    private static final long serialVersionUID = 1;

    NoSocket(IOException cause) {
        super(cause);
    }
}
