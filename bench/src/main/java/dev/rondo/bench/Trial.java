package dev.rondo.bench;

import java.io.IOException;

/** One way to load a proxy and to look at it meanwhile. */
interface Trial {
    /** Loads {@code proxy} for {@code seconds} and gives what was measured. */
    Figures measure(Workbench bench, Proxy proxy, int seconds) throws IOException, BenchException, InterruptedException;

    /** Loads it as {@link #measure} does, for nobody to know. */
    void warm(Workbench bench, Proxy proxy, int seconds) throws IOException, BenchException, InterruptedException;
}
