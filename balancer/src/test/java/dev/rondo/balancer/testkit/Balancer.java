package dev.rondo.balancer.testkit;

import dev.rondo.balancer.config.Configuration;
import java.lang.reflect.InvocationTargetException;
import org.opentest4j.TestAbortedException;

/**
 * The balancer under test: the one place that knows how it is started.
 *
 * <p>{@code Rondo} is looked up by name as long as it is not there to be compiled against; tests are skipped until it is.
 * Once it is, this class is {@code Rondo.start(configuration)} and three calls that pass through.
 */
public final class Balancer implements AutoCloseable {
    private static final String NAME = "dev.rondo.balancer.app.Rondo";

    private final Object rondo;

    private Balancer(Object rondo) {
        this.rondo = rondo;
    }

    /** Starts a balancer in this process. */
    public static Balancer start(Configuration configuration) {
        try {
            return new Balancer(
                    Class.forName(NAME).getMethod("start", Configuration.class).invoke(null, configuration));
        } catch (ClassNotFoundException e) {
            throw new TestAbortedException(NAME + " is not there yet", e);
        } catch (InvocationTargetException e) {
            throw new IllegalStateException("the balancer does not start", e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(NAME + " has no static start(Configuration)", e);
        }
    }

    /** Where requests are accepted. */
    public int port() {
        return (int) call("port");
    }

    /** Where health and metrics are served. */
    public int adminPort() {
        return (int) call("adminPort");
    }

    /** Ends every connection and thread of it. */
    @Override
    public void close() {
        call("close");
    }

    private Object call(String method) {
        try {
            Object result = rondo.getClass().getMethod(method).invoke(rondo);
            return result == null ? "" : result;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(NAME + "." + method + "()", e);
        }
    }
}
