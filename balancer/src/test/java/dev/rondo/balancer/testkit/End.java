package dev.rondo.balancer.testkit;

/** How the other side's bytes have ended. */
public enum End {
    /** They have not. */
    OPEN,
    /** In order, by FIN. */
    FIN,
    /** By RST. */
    RST
}
