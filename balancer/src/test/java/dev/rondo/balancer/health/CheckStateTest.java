package dev.rondo.balancer.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CheckStateTest {
    private static final CheckResult PASS = CheckResult.passed("status 200");
    private static final CheckResult FAIL = CheckResult.failed("connection reset");
    private static final CheckResult REFUSED = CheckResult.refused("connection refused");
    private static final CheckResult NONE = CheckResult.notMade("no descriptor is free");

    private static CheckResult result(CheckResult.Kind kind) {
        return switch (kind) {
            case PASSED -> PASS;
            case FAILED -> FAIL;
            case REFUSED -> REFUSED;
            case NOT_MADE -> NONE;
        };
    }

    private static CheckState after(CheckState state, CheckResult result, int times, int fall, int rise) {
        CheckState now = state;
        for (int i = 0; i < times; i++) now = now.after(result, fall, rise);
        return now;
    }

    @ParameterizedTest
    @EnumSource(Standing.class)
    void theFirstCheckDecidesAlone(Standing initial) {
        CheckState start = CheckState.initial(initial);
        assertThat(start.standing()).isEqualTo(initial);
        assertThat(start.after(PASS, 3, 3)).isEqualTo(new CheckState(Standing.UP, 0, true, "status 200"));
        assertThat(start.after(FAIL, 3, 3)).isEqualTo(new CheckState(Standing.DOWN, 0, true, "connection reset"));
    }

    @Test
    void afterThatItTakesFallOrRiseInARow() {
        CheckState up = CheckState.initial(Standing.UNKNOWN).after(PASS, 3, 2);
        CheckState shaken = after(up, FAIL, 2, 3, 2);
        assertThat(shaken).isEqualTo(new CheckState(Standing.UP, 2, true, "status 200"));
        assertThat(shaken.after(PASS, 3, 2)).isEqualTo(up);
        CheckState down = shaken.after(FAIL, 3, 2);
        assertThat(down).isEqualTo(new CheckState(Standing.DOWN, 0, true, "connection reset, 3 times in a row"));
        CheckState half = down.after(PASS, 3, 2);
        assertThat(half.standing()).isEqualTo(Standing.DOWN);
        assertThat(half.after(FAIL, 3, 2)).isEqualTo(down);
        assertThat(half.after(PASS, 3, 2))
                .isEqualTo(new CheckState(Standing.UP, 0, true, "status 200, 2 times in a row"));
    }

    @Test
    void whereOneIsEnoughNothingIsSaidOfARow() {
        CheckState up = CheckState.initial(Standing.UNKNOWN).after(PASS, 1, 1);
        assertThat(up.after(FAIL, 1, 1).why()).isEqualTo("connection reset");
    }

    @Property
    void fromWhereverItIsEnoughOfOneKindDecide(
            @ForAll Standing initial,
            @ForAll @Size(max = 30) List<CheckResult.Kind> history,
            @ForAll @IntRange(min = 1, max = 5) int fall,
            @ForAll @IntRange(min = 1, max = 5) int rise,
            @ForAll @IntRange(min = 0, max = 3) int more) {
        CheckState state = CheckState.initial(initial);
        for (CheckResult.Kind kind : history) state = state.after(result(kind), fall, rise);
        assertThat(after(state, PASS, rise + more, fall, rise).standing()).isEqualTo(Standing.UP);
        assertThat(after(state, FAIL, fall + more, fall, rise).standing()).isEqualTo(Standing.DOWN);
    }

    @Property
    void itChangesOnlyAfterTheFirstCheckOrEnoughInARow(
            @ForAll Standing initial,
            @ForAll @Size(max = 40) List<CheckResult.Kind> history,
            @ForAll @IntRange(min = 1, max = 4) int fall,
            @ForAll @IntRange(min = 1, max = 4) int rise) {
        CheckState state = CheckState.initial(initial);
        List<Boolean> made = new ArrayList<>(); // whether it passed
        for (CheckResult.Kind kind : history) {
            CheckState next = state.after(result(kind), fall, rise);
            if (kind == CheckResult.Kind.NOT_MADE) {
                assertThat(next).isEqualTo(state);
                continue;
            }
            boolean passed = kind == CheckResult.Kind.PASSED;
            made.add(passed);
            int needed = passed ? rise : fall;
            Standing seen = passed ? Standing.UP : Standing.DOWN;
            boolean enough = made.size() == 1
                    || (made.size() >= needed
                            && made.subList(made.size() - needed, made.size()).stream()
                                    .allMatch(each -> each == passed));
            assertThat(next.standing()).isEqualTo(enough ? seen : state.standing());
            state = next;
        }
    }

    @Test
    void aSmallerFallCountsWhatWasSeenBefore() {
        CheckState up = CheckState.initial(Standing.UNKNOWN).after(PASS, 5, 2);
        CheckState shaken = after(up, FAIL, 4, 5, 2);
        assertThat(shaken.after(FAIL, 2, 2).standing()).isEqualTo(Standing.DOWN);
    }
}
