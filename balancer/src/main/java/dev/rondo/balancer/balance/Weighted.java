package dev.rondo.balancer.balance;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Candidates and their weights: those that weigh nothing left out, the lightest of the others weighing 1. Immutable. */
public final class Weighted<T extends Candidate> {
    private final List<T> candidates;
    private final double[] weights;
    private final double total;
    private final boolean even;

    private Weighted(List<T> candidates, double[] weights) {
        this.candidates = List.copyOf(candidates);
        this.weights = weights;
        double sum = 0;
        boolean same = true;
        for (double weight : weights) {
            sum += weight;
            same &= weight == 1;
        }
        this.total = sum;
        this.even = same;
    }

    /** Candidates with the weights that they are configured with. */
    public static <T extends Candidate> Weighted<T> of(List<T> candidates) {
        return of(candidates, candidates.stream().mapToDouble(Candidate::weight).toArray());
    }

    /**
     * Candidates with other weights, such as those of a slow start.
     *
     * @param weights one for each candidate, by index: finite, not negative; only their ratios count
     * @throws IllegalArgumentException where there is not one such weight for each
     */
    public static <T extends Candidate> Weighted<T> of(List<T> candidates, double[] weights) {
        if (weights.length != candidates.size()) {
            throw new IllegalArgumentException(weights.length + " weights for " + candidates.size()
                    + " candidates: give one for each, 0 where it gets nothing");
        }
        double least = Double.POSITIVE_INFINITY;
        List<T> kept = new ArrayList<>(weights.length);
        for (int i = 0; i < weights.length; i++) {
            double weight = weights[i];
            if (!Double.isFinite(weight) || weight < 0) {
                throw new IllegalArgumentException("weight of "
                        + candidates.get(i).id() + " is " + weight + ": give a finite number that is not negative");
            }
            if (weight == 0) continue;
            least = Math.min(least, weight);
            kept.add(candidates.get(i));
        }
        double[] relative = new double[kept.size()];
        int next = 0;
        for (double weight : weights) {
            if (weight > 0) relative[next++] = weight / least;
        }
        return new Weighted<>(kept, relative);
    }

    /** Each of {@code table} once, as heavy as it is often there. */
    static <T extends Candidate> Weighted<T> ofTable(List<T> table) {
        Map<T, Integer> times = LinkedHashMap.newLinkedHashMap(table.size());
        for (T candidate : table) times.merge(candidate, 1, Integer::sum);
        return of(
                List.copyOf(times.keySet()),
                times.values().stream().mapToDouble(Integer::doubleValue).toArray());
    }

    /** The same in the order of their ids, which is the same in every replica. */
    Weighted<T> byId() {
        List<Integer> order = new ArrayList<>(size());
        for (int i = 0; i < size(); i++) order.add(i);
        order.sort((a, b) -> get(a).id().compareTo(get(b).id()));
        return new Weighted<>(
                order.stream().map(this::get).toList(),
                order.stream().mapToDouble(this::weight).toArray());
    }

    int size() {
        return candidates.size();
    }

    T get(int index) {
        return candidates.get(index);
    }

    /** At least 1. */
    double weight(int index) {
        return weights[index];
    }

    double total() {
        return total;
    }

    /** Whether all weigh the same. */
    boolean isEven() {
        return even;
    }

    /** Requests in flight for each unit of weight. */
    double load(int index) {
        return get(index).inFlight() / weights[index];
    }

    /**
     * By chance, as often as its weight is of all that are usable. Looks at everyone: O(n).
     *
     * @param except index of one that is not wanted, or -1
     * @return its index, or -1 where none is usable
     */
    int chance(RandomGenerator random, Predicate<? super T> usable, int except) {
        int chosen = -1;
        double seen = 0;
        for (int i = 0; i < weights.length; i++) {
            if (i == except || !usable.test(candidates.get(i))) continue;
            seen += weights[i];
            // the first is taken whatever chance says: where one is usable, one is returned
            if (chosen < 0 || random.nextDouble() * seen < weights[i]) chosen = i;
        }
        return chosen;
    }

    /** As {@link #chance(RandomGenerator, Predicate, int)}. */
    @Nullable
    T chance(RandomGenerator random, Predicate<? super T> usable) {
        int chosen = chance(random, usable, -1);
        return chosen < 0 ? null : get(chosen);
    }
}
