package dev.rondo.balancer.simulation;

import dev.rondo.balancer.cluster.Backend;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Who had how many turns of a rotation since something happened to it: equals differ by one at most, whatever the window. */
final class Turns {
    private final Map<Backend, Integer> counts = new HashMap<>();
    private List<Backend> equals = List.of();

    /** What comes now is no part of the same window. */
    void interrupted() {
        equals = List.of();
        counts.clear();
    }

    /** One of {@code all}, who are equal, has been picked. Others than last time begin another window. */
    void count(Backend picked, List<Backend> all) {
        if (!all.equals(equals)) {
            interrupted();
            equals = all;
        }
        counts.merge(picked, 1, Integer::sum);
        int most = 0;
        int least = Integer.MAX_VALUE;
        for (Backend backend : equals) {
            int turns = counts.getOrDefault(backend, 0);
            most = Math.max(most, turns);
            least = Math.min(least, turns);
        }
        Oracle.require(
                most - least <= 1, "of " + Oracle.ids(equals) + " one had " + most + " turns and another " + least);
    }
}
