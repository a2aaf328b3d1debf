package dev.rondo.backend;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Waits for the signal that ends the program. A shutdown hook could not do it: with one, the JVM exits with 143 after SIGTERM
 * whatever the hook does, cannot tell SIGINT from SIGTERM, and ignores a second signal. {@code sun.misc.Signal} can, and is
 * reached by reflection because the compiler warns of it without a way to say that this is meant.
 */
final class Signals {
    private final CountDownLatch arrived = new CountDownLatch(1);
    private final AtomicReference<@Nullable String> first = new AtomicReference<>();

    /** Starts to listen for SIGTERM and SIGINT; from here on the first starts a stop, and the second ends the JVM at once. */
    Signals() {
        handle("TERM", 143);
        handle("INT", 130);
    }

    /** Waits for the first signal; returns how long the backend goes on accepting connections: not at all after Ctrl-C. */
    Duration await(Duration drainDelay) throws InterruptedException {
        arrived.await();
        return "INT".equals(first.get()) ? Duration.ZERO : drainDelay;
    }

    private void handle(String name, int exitStatus) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object proxy = Proxy.newProxyInstance(
                    handler.getClassLoader(),
                    new Class<?>[] {handler},
                    (self, method, arguments) -> switch (method.getName()) {
                        case "handle" -> {
                            arrived(name, exitStatus);
                            yield null;
                        }
                        case "hashCode" -> System.identityHashCode(self);
                        case "equals" -> arguments != null && self == arguments[0];
                        default -> name;
                    });
            Object subject = signal.getConstructor(String.class).newInstance(name);
            signal.getMethod("handle", signal, handler).invoke(subject, subject, proxy);
        } catch (InvocationTargetException e) {
            // the JVM was started with -Xrs, and the system's own action ends it
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this Java has no jdk.unsupported module, which handles signals", e);
        }
    }

    private void arrived(String name, int exitStatus) {
        if (!first.compareAndSet(null, name)) {
            Runtime.getRuntime().halt(exitStatus);
        }
        arrived.countDown();
    }
}
