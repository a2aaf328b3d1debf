package dev.rondo.balancer.telemetry;

import dev.rondo.balancer.config.LogConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;

/**
 * The application's own log: {@link System.Logger} over {@code java.util.logging}, one line an event on standard error.
 */
public final class ApplicationLog {
    private static final String LOG_MANAGER = "java.util.logging.manager";

    /**
     * The framework tells of each listener and of its features at level info: nothing that an operator asked for. The client of
     * Kubernetes tells of each watch that is refused, as an error: discovery says that once.
     */
    private static final Map<String, System.Logger.Level> QUIET = Map.of(
            "io.helidon", System.Logger.Level.WARNING,
            "io.fabric8.kubernetes.client.dsl.internal.AbstractWatchManager", System.Logger.Level.OFF);

    /** A logger that nobody holds loses its level to the garbage collector. */
    private static final List<Logger> HELD = new ArrayList<>();

    private ApplicationLog() {}

    /**
     * Keeps the log alive while the process ends. Call it before the first logger is made, in main's first line; later it does
     * nothing.
     */
    public static void keepUntilTheEnd() {
        if (System.getProperty(LOG_MANAGER) == null) {
            System.setProperty(LOG_MANAGER, KeptLogManager.class.getName());
        }
    }

    /** Replaces all handlers and levels by those of {@code config}. May be called again. */
    public static synchronized void install(LogConfig config) {
        install(config, new LogLineHandler(LogLine.of(config.format()), System.err));
    }

    static synchronized void install(LogConfig config, Handler handler) {
        Logger root = logger("root");
        for (Handler other : root.getHandlers()) {
            root.removeHandler(other);
        }
        HELD.forEach(logger -> logger.setLevel(null));
        HELD.clear();
        handler.setLevel(Level.ALL);
        root.addHandler(handler);
        Map<String, System.Logger.Level> levels = new LinkedHashMap<>();
        levels.put("root", System.Logger.Level.INFO);
        levels.putAll(QUIET);
        levels.putAll(config.levels());
        levels.forEach((name, level) -> {
            Logger logger = logger(name);
            logger.setLevel(level(level));
            HELD.add(logger);
        });
    }

    private static Logger logger(String name) {
        return Logger.getLogger(name.equals("root") ? "" : name);
    }

    /** The same correspondence that System.Logger has over JUL. */
    private static Level level(System.Logger.Level level) {
        return switch (level) {
            case ALL -> Level.ALL;
            case TRACE -> Level.FINER;
            case DEBUG -> Level.FINE;
            case INFO -> Level.INFO;
            case WARNING -> Level.WARNING;
            case ERROR -> Level.SEVERE;
            case OFF -> Level.OFF;
        };
    }

    /**
     * The JDK's own log manager drops all handlers in a shutdown hook, which runs beside ours: what a drain tells would be lost.
     * Public, because the JDK makes it by name.
     */
    public static final class KeptLogManager extends LogManager {
        /** For the JDK. */
        public KeptLogManager() {}

        @Override
        public void reset() {
            // the handlers are kept; the one that we install holds nothing that needs closing
        }
    }
}
