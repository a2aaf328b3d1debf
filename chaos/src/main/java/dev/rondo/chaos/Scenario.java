package dev.rondo.chaos;

import java.io.IOException;

/** A row of the table: something happens under load, and something must hold. */
interface Scenario {
    /** One word. */
    String name();

    /** What happens. */
    String event();

    /** Plays it: what must hold is said to the stage. */
    void play(Stage stage) throws IOException, InterruptedException;
}
