package dev.rondo.balancer.discovery;

/** Finds the backends of one pool, on a thread of its own. */
interface Source {
    /**
     * Tells {@code feed} what there is, again whenever that changes, and that it is still in touch while nothing does. Does not
     * return; begins from the start when it is called again.
     *
     * @throws SourceLost where nothing can be found out now; what was told last goes on to hold
     */
    void follow(Feed feed) throws SourceLost, InterruptedException;
}
