package dev.rondo.balancer.app;

import dev.rondo.balancer.telemetry.ApplicationLog;
import io.helidon.service.registry.GlobalServiceRegistry;
import java.nio.file.Path;

/** Where the process begins. */
public final class Main {
    /** It could not be done. */
    static final int FAILED = 1;
    /** The command line or the configuration is wrong. */
    static final int WRONG = 2;

    private Main() {}

    /** Runs the command in {@code args} and exits with its status. */
    public static void main(String[] args) {
        ApplicationLog.keepUntilTheEnd();
        boolean plain =
                args.length == 2 && args[0].equals("run") && !args[1].startsWith("-") && !args[1].startsWith("@");
        int status = plain ? run(args[1]) : RondoCommand.commandLine().execute(args);
        System.exit(status);
    }

    /** Without picocli, which takes a third of the start: its classes are older than what an AOT cache can hold. */
    @SuppressWarnings("CatchAndPrintStackTrace") // as picocli does: it is a bug, and the process ends
    private static int run(String file) {
        // a quarter of the start, and nothing of it waits for the configuration
        Thread.ofPlatform().daemon().name("rondo-services").start(GlobalServiceRegistry::registry);
        try {
            return new RunCommand(Path.of(file)).call();
        } catch (InterruptedException | RuntimeException e) {
            e.printStackTrace();
            return FAILED;
        }
    }
}
