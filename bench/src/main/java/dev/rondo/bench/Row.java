package dev.rondo.bench;

import java.io.IOException;
import java.util.List;

/** A line of the table in docs/performance.md: what is measured, and what for. */
sealed interface Row permits TurnsRow, IdleRow, StartRow, ImageRow, ScaleRow {
    /** What {@code ROW=} says. */
    String name();

    /** What it is, and what is aimed at. */
    String about();

    /** Seconds that it takes, roughly. */
    int seconds(Workbench.Pace pace);

    /** Measures it; what it has started has ended when it returns. */
    List<Report> run(Workbench bench) throws IOException, BenchException, InterruptedException;
}
