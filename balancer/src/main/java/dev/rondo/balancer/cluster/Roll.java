package dev.rondo.balancer.cluster;

import java.util.HashMap;
import java.util.Map;

/**
 * How all backends of a pool stand, at one moment. Immutable, so that "not more than the share" and "never the last" are
 * decided on what is replaced by the same CAS.
 *
 * @param benched how many are not in service: those on probation still count
 */
record Roll(Map<Passive, Ejection> states, int benched) {
    static final Roll EMPTY = new Roll(Map.of(), 0);

    private static Roll of(Map<Passive, Ejection> states) {
        int in = 0;
        for (Ejection state : states.values()) if (state instanceof Ejection.In) in++;
        return new Roll(Map.copyOf(states), states.size() - in);
    }

    Roll with(Passive who, Ejection state) {
        Map<Passive, Ejection> changed = new HashMap<>(states);
        changed.put(who, state);
        return of(changed);
    }

    Roll without(Passive who) {
        Map<Passive, Ejection> changed = new HashMap<>(states);
        changed.remove(who);
        return of(changed);
    }

    Ejection of(Passive who) {
        // who was forgotten still has requests that end
        return states.getOrDefault(who, Ejection.In.FRESH);
    }

    /** Whether the pool can do without {@code who}: the share is not used up, and another is in service. */
    boolean canSpare(Passive who, OutlierTerms terms) {
        if (!states.containsKey(who) || benched >= terms.mostBenched(states.size())) return false;
        for (Map.Entry<Passive, Ejection> other : states.entrySet()) {
            if (other.getKey() != who
                    && other.getValue() instanceof Ejection.In
                    && other.getKey().isServing()) return true;
        }
        return false;
    }
}
