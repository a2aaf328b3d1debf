package dev.rondo.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;

/** What becomes of the figures of the turns. */
class ReportTest {
    private static Figures turn(double cpu, double errors) {
        return new Figures(Map.of(Metric.CPU, cpu, Metric.ERRORS, errors));
    }

    @Test
    void theMedianCountsAndErrorsAreAddedUp() {
        Figures medians = Figures.medians(List.of(turn(30, 0), turn(10, 2), turn(12, 1)));
        assertThat(medians.get(Metric.CPU)).isEqualTo(12);
        assertThat(medians.get(Metric.ERRORS)).isEqualTo(3);
        assertThat(medians.get(Metric.P99)).isNaN();
        assertThat(Figures.medians(List.of(turn(10, 0), turn(13, 0))).get(Metric.CPU))
                .isEqualTo(11.5);
    }

    @Test
    void theTableEndsWithTheRatioToEachOther() {
        SequencedMap<String, List<Figures>> turns = new LinkedHashMap<>();
        turns.put("nginx", List.of(turn(20, 0)));
        turns.put("rondo", List.of(turn(19, 0)));
        String table = new Report("tiny: a title", List.of(Metric.CPU, Metric.ERRORS), turns).table();
        assertThat(table.lines().map(String::strip))
                .containsExactly(
                        "tiny: a title",
                        "CPU µs  errors",
                        "nginx           20.00       0",
                        "rondo           19.00       0",
                        "rondo / nginx    0.95");
    }
}
