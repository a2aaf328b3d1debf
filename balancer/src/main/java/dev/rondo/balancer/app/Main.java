package dev.rondo.balancer.app;

import dev.rondo.balancer.telemetry.ApplicationLog;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line. */
@Command(
        name = "rondo",
        description = "An HTTP load balancer.",
        mixinStandardHelpOptions = true,
        versionProvider = VersionCommand.Provider.class,
        subcommands = {
            RunCommand.class,
            CheckCommand.class,
            PrintCommand.class,
            HealthCommand.class,
            VersionCommand.class,
            HelpCommand.class
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:ended in order, or what was asked is so",
            "1:it could not be done: a port in use, a file that cannot be written, not healthy",
            "2:the command line or the configuration is wrong"
        })
public final class Main implements Runnable {
    /** It could not be done. */
    static final int FAILED = 1;
    /** The command line or the configuration is wrong. */
    static final int WRONG = 2;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    private Main() {}

    /** Runs the command in {@code args} and exits with its status. */
    public static void main(String[] args) {
        ApplicationLog.keepUntilTheEnd();
        int status = commandLine().execute(args);
        System.exit(status);
    }

    /** The command line, for tests and for {@link #main}. */
    static CommandLine commandLine() {
        return new CommandLine(new Main()).setCaseInsensitiveEnumValuesAllowed(true);
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "say what to do: run, check, print, health or version");
    }
}
