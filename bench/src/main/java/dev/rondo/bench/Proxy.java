package dev.rondo.bench;

/** A peer that runs. */
record Proxy(Peer peer, Process process, ProcessTree tree, int port) {}
