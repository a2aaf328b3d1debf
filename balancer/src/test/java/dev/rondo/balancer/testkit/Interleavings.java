package dev.rondo.balancer.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jetbrains.kotlinx.lincheck.LinChecker;
import org.jetbrains.kotlinx.lincheck.strategy.managed.modelchecking.ModelCheckingOptions;
import org.jetbrains.kotlinx.lincheck.strategy.stress.StressOptions;

/**
 * Whether operations on a shared object are linearizable: whatever two threads see of each other, there is an order of their
 * operations in which one thread alone would have seen the same. An object is described by a class with a constructor without
 * arguments and public methods annotated as operations. Lincheck rewrites the classes it finds loaded, so it has a process of its own.
 */
public final class Interleavings {
    private enum Way {
        EXPLORE,
        RACE
    }

    private Interleavings() {}

    /** Tries small scenarios, each in many interleavings, one after the other: what fails is told with the one that led to it. */
    public static void explore(Class<?> shared) throws IOException, InterruptedException {
        run(Way.EXPLORE, shared);
    }

    /** Runs small scenarios on real threads: what a memory model allows beyond interleavings is seen only so. */
    public static void race(Class<?> shared) throws IOException, InterruptedException {
        run(Way.RACE, shared);
    }

    private static void run(Way way, Class<?> shared) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+EnableDynamicAgentLoading",
                        "--sun-misc-unsafe-memory-access=allow",
                        "--add-opens=java.base/java.lang=ALL-UNNAMED",
                        "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
                        "--add-exports=java.base/jdk.internal.util=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Interleavings.class.getName(),
                        way.name(),
                        shared.getName())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }

    /** The process: a way, and the name of a class. */
    public static void main(String[] arguments) throws ClassNotFoundException {
        Class<?> shared = Class.forName(arguments[1]);
        switch (Way.valueOf(arguments[0])) {
            case EXPLORE ->
                LinChecker.check(
                        shared,
                        new ModelCheckingOptions()
                                .iterations(12)
                                .invocationsPerIteration(200)
                                .threads(2)
                                .actorsPerThread(3));
            case RACE ->
                LinChecker.check(
                        shared,
                        new StressOptions()
                                .iterations(6)
                                .invocationsPerIteration(200)
                                .threads(2)
                                .actorsPerThread(3));
        }
    }
}
