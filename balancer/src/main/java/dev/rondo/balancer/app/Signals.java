package dev.rondo.balancer.app;

import java.lang.reflect.Proxy;

/**
 * The signals of the operating system. The JDK's only way to tell one from another is {@code sun.misc.Signal}, whose use
 * javac warns of without a way to say that it is meant; so it is reached by reflection.
 */
final class Signals {
    private Signals() {}

    /**
     * Runs {@code action} on a thread of its own each time the process gets {@code SIG<name>}.
     *
     * @return of SIGHUP, SIGINT and SIGTERM whether it will: the JVM goes on ignoring those where whoever started it had them
     *     ignored, as {@code nohup} does. It takes any other
     * @throws IllegalStateException where this JDK or system has no such signal to give
     */
    static boolean on(String name, Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object proxy = Proxy.newProxyInstance(
                    Signals.class.getClassLoader(), new Class<?>[] {handler}, (self, method, arguments) -> {
                        if (method.getName().equals("handle")) action.run();
                        return null; // hashCode and equals are not asked for
                    });
            Object before = signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
            return before != handler.getField("SIG_IGN").get(null);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("no handler for SIG" + name, e);
        }
    }
}
