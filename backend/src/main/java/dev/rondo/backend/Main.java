package dev.rondo.backend;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command line. */
@Command(
        name = "rondo-backend",
        description = "A demo backend: answers with its name, and fails on request. See /help on its port.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        sortOptions = false,
        exitCodeListHeading = "%nExit status%n",
        exitCodeList = {
            "0:it was stopped by SIGTERM or SIGINT, or health found it ready",
            "1:it cannot listen on its port, or health found it not ready",
            "2:the command line or an environment variable is wrong"
        })
public final class Main implements Callable<Integer> {
    // Helidon and the JDK log through these; a logger that nobody holds is collected with its level
    private static final Logger ROOT = Logger.getLogger("");
    private static final Logger STARTER = Logger.getLogger("io.helidon.webserver.LoomServer");

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--port",
            scope = ScopeType.INHERIT,
            paramLabel = "PORT",
            defaultValue = "${env:PORT:-5000}",
            description = "The port to listen on; else the environment's PORT, else 5000. 0 lets the system pick.")
    private String port = "";

    @Option(
            names = "--name",
            paramLabel = "NAME",
            defaultValue = "${env:SERVER_NAME:-Server 1}",
            description = "What GET / answers; else the environment's SERVER_NAME, else \"Server 1\".")
    private String name = "";

    @Option(
            names = "--host",
            scope = ScopeType.INHERIT,
            paramLabel = "HOST",
            defaultValue = "0.0.0.0",
            description = "The address to listen on; default ${DEFAULT-VALUE}.")
    private String host = "";

    @Option(
            names = "--access-log",
            paramLabel = "json|off",
            defaultValue = "json",
            description = "Whether to write a JSON line for each request to standard output; default ${DEFAULT-VALUE}.")
    private String accessLog = "";

    @Option(
            names = "--drain-delay",
            paramLabel = "DURATION",
            defaultValue = "1s",
            description = "How long connections are still accepted after SIGTERM, while readiness fails;"
                    + " default ${DEFAULT-VALUE}, none after SIGINT.")
    private String drainDelay = "";

    @Option(
            names = "--drain-timeout",
            paramLabel = "DURATION",
            defaultValue = "10s",
            description = "How long a stop waits for requests in flight after that; default ${DEFAULT-VALUE}.")
    private String drainTimeout = "";

    @Option(
            names = "--seed",
            paramLabel = "NUMBER",
            description = "Starts the random choice of requests that a fault hits, so that it can be repeated.")
    private @Nullable Long seed;

    private Main() {}

    /** Runs the command in {@code args} and exits with its status. */
    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Main())
                .setParameterExceptionHandler((wrong, arguments) -> {
                    PrintWriter err = wrong.getCommandLine().getErr();
                    err.println("rondo-backend: " + wrong.getMessage());
                    CommandLine.UnmatchedArgumentException.printSuggestions(wrong, err);
                    err.println("rondo-backend --help lists the options");
                    return 2;
                })
                .setExecutionExceptionHandler((failure, commandLine, parsed) -> {
                    commandLine.getErr().println("rondo-backend: " + failure);
                    return 1;
                });
    }

    @Override
    public Integer call() throws Exception {
        Settings settings = settings();
        ROOT.setLevel(Level.WARNING);
        STARTER.setLevel(Level.OFF);
        Signals signals = new Signals();
        PrintWriter err = commandLine(spec).getErr();
        AccessLog log = accessLog.equals("off")
                ? null
                : new AccessLog(settings.name(), new FileOutputStream(FileDescriptor.out));
        Consumer<Served> record = log == null ? served -> {} : log;
        Surroundings surroundings = new Surroundings(
                InstantSource.system(),
                System::nanoTime,
                seed == null ? new SplittableRandom() : new SplittableRandom(seed),
                Thread::sleep,
                record);
        Backend backend;
        try {
            backend = Backend.start(settings, surroundings);
        } catch (ListenException e) {
            err.println("rondo-backend: " + e.getMessage());
            return 1;
        }
        err.println(settings.name() + " on http://" + shown(settings.host()) + ":" + backend.port());
        backend.stop(signals.await(settings.drainDelay()));
        if (log != null) {
            log.close(Duration.ofSeconds(2));
            if (log.dropped() > 0) {
                err.println("rondo-backend: " + log.dropped() + " lines of the access log were dropped");
            }
        }
        return 0;
    }

    @Command(
            name = "health",
            description =
                    "Asks the backend on this machine's PORT whether it is ready, for a container's health check.",
            mixinStandardHelpOptions = true)
    int health() {
        PrintWriter out = commandLine(spec).getOut();
        int number = port();
        InetAddress loopback = InetAddress.getLoopbackAddress();
        InetSocketAddress address = host.equals("0.0.0.0") || host.equals("::")
                ? new InetSocketAddress(loopback, number)
                : new InetSocketAddress(host, number);
        try {
            int status = HealthProbe.ready(address);
            out.println(status == 200 ? "ready" : "not ready: /health/ready answers " + status);
            return status == 200 ? 0 : 1;
        } catch (IOException e) {
            out.println("not ready: nothing answers on port " + number + ": " + e.getMessage());
            return 1;
        }
    }

    private Settings settings() {
        if (!accessLog.equals("json") && !accessLog.equals("off")) {
            throw wrong("--access-log must be json or off, and is " + Parameters.quote(accessLog));
        }
        Duration delay = duration("--drain-delay", drainDelay);
        Duration timeout = duration("--drain-timeout", drainTimeout);
        try {
            return new Settings(host, port(), name, delay, timeout);
        } catch (IllegalArgumentException e) {
            throw wrong(String.valueOf(e.getMessage()));
        }
    }

    private int port() {
        try {
            return (int) Parameters.number("the port (--port, or PORT in the environment)", port, 0, 65535);
        } catch (Refusal e) {
            throw wrong(e.sentence());
        }
    }

    private Duration duration(String option, String text) {
        try {
            return Parameters.duration(option, text);
        } catch (Refusal e) {
            throw wrong(e.sentence());
        }
    }

    private ParameterException wrong(String sentence) {
        return new ParameterException(commandLine(spec), sentence);
    }

    private static CommandLine commandLine(@Nullable CommandSpec spec) {
        if (spec == null) {
            throw new IllegalStateException("picocli sets the specification before it runs a command");
        }
        return spec.commandLine();
    }

    /** What can be typed into a browser for a server that listens on {@code host}. */
    private static String shown(String host) {
        if (host.equals("0.0.0.0") || host.equals("::")) {
            return "localhost";
        }
        return host.indexOf(':') < 0 ? host : '[' + host + ']';
    }

    /** The version in the jar's manifest. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"rondo-backend " + (version == null ? "(not from a jar)" : version)};
        }
    }
}
