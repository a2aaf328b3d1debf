package dev.rondo.balancer.config;

/** What runs the straight-line code of the relay. */
public enum EngineKind {
    /** Event loops where this JDK allows them, plain virtual threads where not. */
    AUTO,
    /** Virtual threads scheduled by the event loop that owns their sockets. */
    EVENT_LOOPS,
    /** Virtual threads on the JDK's scheduler, with blocking channels: slower, everywhere available. */
    VIRTUAL_THREADS
}
