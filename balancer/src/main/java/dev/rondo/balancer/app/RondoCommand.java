package dev.rondo.balancer.app;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What {@code rondo} does without a command, and the list of its commands. */
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
            ProveCommand.class,
            VersionCommand.class,
            HelpCommand.class
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:ended in order, or what was asked is so",
            "1:it could not be done: a port in use, a file that cannot be written, not healthy",
            "2:the command line or the configuration is wrong"
        })
final class RondoCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    private RondoCommand() {}

    /** The command line. */
    static CommandLine commandLine() {
        return new CommandLine(new RondoCommand()).setCaseInsensitiveEnumValuesAllowed(true);
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "say what to do: run, check, print, health, prove or version");
    }
}
