package dev.rondo.backend;

/** What happens in a tunnel. */
sealed interface Echo permits RawEcho, WebSocketEcho {
    /** Runs to the end of the tunnel, on the connection's thread. */
    void run();

    /** Tells the peer to leave, from any thread; returns false when the protocol has no words for it. */
    boolean sayGoodbye();
}
