package dev.rondo.balancer.conformance;

import java.util.Map;

/** Cases that contradict their RFC: name to the passage that says so. */
final class LeftOut {
    static final Map<String, String> PASSAGES = Map.of();

    private LeftOut() {}
}
