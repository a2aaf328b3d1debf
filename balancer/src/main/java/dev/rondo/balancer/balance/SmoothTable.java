package dev.rondo.balancer.balance;

import java.util.Arrays;
import java.util.List;
import java.util.PriorityQueue;

/**
 * The order of one cycle in which each has as many turns as its weight says, spread evenly: its k-th turn is due at
 * (k + 1/2) / weight (Webster's method of apportionment; Inman and Bulfin, "Sequencing JIT mixed-model assembly lines",
 * Management Science 1991). Nobody has two turns in a row, from the last to the first neither, unless one has more than half.
 *
 * <p>Weights whose smallest whole-number multiples add up to 65,536 at most are met exactly. Others, as a slow start makes them,
 * are rounded to turns of a cycle of about 16 for each candidate, 1,024 at least; everyone has one turn at least. Building takes
 * O(turns × log candidates): 7 ms for 1,000 candidates in a slow start, 20 ms for the longest cycle.
 */
public final class SmoothTable {
    private static final int LONGEST = 65_536;
    private static final int SHORTEST_ROUNDED = 1_024;
    private static final int TURNS_EACH = 16;
    private static final double ROUNDING = 1e-9;

    private final int[] turns;
    private final int[] left;
    // at r: how many have r turns left
    private final int[] having;
    private final PriorityQueue<Integer> due;

    private SmoothTable(int[] turns, int most) {
        this.turns = turns;
        this.left = turns.clone();
        this.having = new int[most + 1];
        this.due = new PriorityQueue<>(turns.length, this::compareDue);
        for (int i = 0; i < turns.length; i++) {
            if (turns[i] == 0) continue;
            having[turns[i]]++;
            due.add(i);
        }
    }

    /**
     * The cycle of these.
     *
     * @param weights one for each candidate, by index; one of 0 has no turn
     * @throws IllegalArgumentException as {@link Weighted#of(List, double[])} does
     */
    public static <T extends Candidate> List<T> of(List<T> candidates, double[] weights) {
        return of(Weighted.of(candidates, weights));
    }

    /** The cycle of these. */
    public static <T extends Candidate> List<T> of(Weighted<T> all) {
        return Arrays.stream(order(turns(all))).mapToObj(all::get).toList();
    }

    private static <T extends Candidate> int[] turns(Weighted<T> all) {
        int n = all.size();
        int[] turns = new int[n];
        Arrays.fill(turns, 1);
        if (all.isEven()) return turns;
        for (int factor = 1; factor * all.total() <= LONGEST; factor++) {
            if (multiply(all, factor, turns)) return turns;
        }
        double length = Math.min(LONGEST, Math.max(SHORTEST_ROUNDED, (double) TURNS_EACH * n));
        multiply(all, length / all.total(), turns);
        return turns;
    }

    /** Writes {@code factor} times each weight, but at least 1, to {@code turns}; says whether these are whole numbers. */
    private static <T extends Candidate> boolean multiply(Weighted<T> all, double factor, int[] turns) {
        boolean whole = true;
        for (int i = 0; i < turns.length; i++) {
            double product = factor * all.weight(i);
            double rounded = Math.rint(product);
            whole &= Math.abs(product - rounded) < ROUNDING;
            turns[i] = (int) Math.max(1, rounded);
        }
        return whole;
    }

    /** Indexes in their order. */
    private static int[] order(int[] turns) {
        int heaviest = 0;
        int length = 0;
        for (int i = 0; i < turns.length; i++) {
            length += turns[i];
            if (turns[i] > turns[heaviest]) heaviest = i;
        }
        if (length == 0) return new int[0];
        int most = turns[heaviest];
        return most > length - most ? around(heaviest, turns, length) : new SmoothTable(turns, most).order(length);
    }

    /** One has more than half of all turns: those of the others stand one by one between runs of its own, as equal as can be. */
    private static int[] around(int heaviest, int[] turns, int length) {
        int[] others = turns.clone();
        others[heaviest] = 0;
        int[] between = order(others);
        int[] order = new int[length];
        Arrays.fill(order, heaviest);
        for (int i = 0; i < between.length; i++) {
            long before = (i + 1L) * turns[heaviest] / between.length;
            order[(int) before + i] = between[i];
        }
        return order;
    }

    private int[] order(int length) {
        int[] order = new int[length];
        int first = -1;
        int previous = -1;
        for (int i = 0; i < length; i++) {
            previous = take(length - i, first, previous);
            if (i == 0) first = previous;
            order[i] = previous;
        }
        return order;
    }

    private int take(int slots, int first, int previous) {
        int chosen = pressing(slots, first);
        if (chosen >= 0) {
            due.remove(chosen);
        } else {
            chosen = due.remove();
            if (chosen == previous) {
                int second = due.remove();
                due.add(chosen);
                chosen = second;
            }
        }
        having[left[chosen]]--;
        if (--left[chosen] > 0) {
            having[left[chosen]]++;
            due.add(chosen);
        }
        return chosen;
    }

    /**
     * The one that must have this turn, or its others could not all be kept apart; -1 where there is none. Of r slots one can
     * have every second: (r + 1) / 2; the very first r / 2, because the last is beside its own in the next cycle. So it is the
     * first's turn when r is even and another's when r is odd, and never the one's that was just taken, which has one slot less.
     */
    private int pressing(int slots, int first) {
        if (first < 0) return -1;
        if (slots % 2 == 0) return left[first] == slots / 2 ? first : -1;
        int most = (slots + 1) / 2;
        if (most >= having.length || having[most] == 0) return -1;
        for (int i = 0; i < left.length; i++) {
            if (left[i] == most) return i;
        }
        return -1;
    }

    /** By (2k + 1) / turns, without rounding; the heavier first where they are due at once. */
    private int compareDue(Integer one, Integer other) {
        long dueOne = (2L * (turns[one] - left[one]) + 1) * turns[other];
        long dueOther = (2L * (turns[other] - left[other]) + 1) * turns[one];
        if (dueOne != dueOther) return Long.compare(dueOne, dueOther);
        return turns[one] == turns[other] ? Integer.compare(one, other) : Integer.compare(turns[other], turns[one]);
    }
}
