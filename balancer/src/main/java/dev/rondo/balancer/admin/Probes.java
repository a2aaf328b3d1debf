package dev.rondo.balancer.admin;

import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/**
 * What the health checks ask. Called at each check, on its virtual thread.
 *
 * @param started whether the data listener has been opened once; stays true from then on
 * @param ending whether the data listener is being closed, or is closed, as it should be
 * @param notReady why no traffic should come, a sentence; empty where it should
 * @param remarks what is wrong and no reason to send traffic elsewhere, sentences
 * @param dataHost address the data listener is bound to; the wildcard is asked through the loopback
 * @param dataPort port the data listener is bound to
 */
public record Probes(
        BooleanSupplier started,
        BooleanSupplier ending,
        Supplier<Optional<String>> notReady,
        Supplier<List<String>> remarks,
        String dataHost,
        IntSupplier dataPort) {
    /** Without remarks, of a process that does not end. */
    public Probes(BooleanSupplier started, Supplier<Optional<String>> notReady, String dataHost, IntSupplier dataPort) {
        this(started, () -> false, notReady, List::of, dataHost, dataPort);
    }
}
