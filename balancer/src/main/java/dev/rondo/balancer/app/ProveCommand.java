package dev.rondo.balancer.app;

import dev.rondo.balancer.prove.Plan;
import dev.rondo.balancer.prove.Report;
import dev.rondo.balancer.prove.Run;
import dev.rondo.balancer.prove.Target;
import dev.rondo.balancer.wire.Ticker;
import java.io.PrintWriter;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code rondo prove}: what the promises of zero lost requests are measured with. */
@Command(
        name = "prove",
        description =
                "Sends requests to a URL and prints a ledger of what became of each: sent, answered, failed by cause, who"
                        + " answered, the longest gap. Ends after its duration, or on SIGINT or SIGTERM, which lets what is in"
                        + " flight end; a second signal gives that up too.",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:no request failed, and what was expected is so",
            "1:a request failed (no whole answer, or a status of 400 or more), or nothing was answered",
            "2:the command line is wrong"
        })
final class ProveCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "URL", description = "What GETs ask for: http://HOST[:PORT][/PATH].")
    private String url = "";

    @Option(
            names = "--host",
            paramLabel = "NAME",
            description = "What the field Host says, for routes that go by it; the host and port of URL if not given.")
    private @Nullable String host;

    @Option(
            names = "--rate",
            paramLabel = "N",
            defaultValue = "300",
            description =
                    "Requests a second, all connections together; 0: as fast as they are answered. ${DEFAULT-VALUE} if"
                            + " not given. What could not be sent in time is made up for by one second's worth at most.")
    private double rate;

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            defaultValue = "10s",
            converter = Time.class,
            description = "How long requests are sent: 500ms, 30s, 5m, 1h; ${DEFAULT-VALUE} if not given.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Duration duration;

    @Option(
            names = "--warmup",
            paramLabel = "TIME",
            defaultValue = "0s",
            converter = Time.class,
            description =
                    "How long requests took is not told of those that begin in this time from the start: it may be the"
                            + " client's own, which begins cold. All else of them counts. ${DEFAULT-VALUE} if not given.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Duration warmup;

    @Option(names = "--requests", paramLabel = "N", description = "How many are sent, instead of how long.")
    private @Nullable Long requests;

    @Option(
            names = "--connections",
            paramLabel = "N",
            defaultValue = "16",
            description = "Requests in flight at most; each is sent on a connection that the others do not use."
                    + " ${DEFAULT-VALUE} if not given.")
    private int connections;

    @Option(
            names = "--post-share",
            paramLabel = "SHARE",
            defaultValue = "0.3",
            description = "Share of requests that are POSTs, 0 to 1; ${DEFAULT-VALUE} if not given.")
    private double postShare;

    @Option(
            names = "--post-path",
            paramLabel = "PATH",
            defaultValue = "/echo",
            description = "Where POSTs go; ${DEFAULT-VALUE} if not given, which the demo backends answer.")
    private String postPath = "";

    @Option(
            names = "--post-body",
            paramLabel = "BYTES",
            defaultValue = "64",
            description = "Length of a POST's body; ${DEFAULT-VALUE} if not given.")
    private int postBody;

    @Option(
            names = "--new-connection-share",
            paramLabel = "SHARE",
            defaultValue = "0.2",
            description = "Share of requests that are sent on a connection of their own (Connection: close), 0 to 1;"
                    + " ${DEFAULT-VALUE} if not given. The others are sent on kept ones.")
    private double newConnectionShare;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            defaultValue = "10s",
            converter = Time.class,
            description =
                    "For each request, from its connection to the last byte of its answer; ${DEFAULT-VALUE} if not"
                            + " given.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Duration timeout;

    @Option(
            names = "--prefix",
            paramLabel = "TEXT",
            description =
                    "Each request bears X-Request-Id: TEXT-1, TEXT-2, and so on; one made by chance if not given.")
    private @Nullable String prefix;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description =
                    "Decides which requests are POSTs and which get connections of their own; ${DEFAULT-VALUE} if not"
                            + " given.")
    private long seed;

    @Option(
            names = "--expect-backends",
            paramLabel = "N",
            description =
                    "Not OK where not exactly N backends answered. A backend is known by X-Served-By, or else by the"
                            + " first line of the body.")
    private @Nullable Integer backends;

    @Option(
            names = "--max-skew",
            paramLabel = "N",
            description = "Not OK where the counts of two backends that answered differ by more than N.")
    private @Nullable Long skew;

    @Option(names = "--json", description = "The ledger as one JSON object, with the first 10000 failures.")
    private boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        Run run = new Run(plan(), Ticker.SYSTEM::nanos);
        AtomicInteger signals = new AtomicInteger();
        for (String signal : new String[] {"TERM", "INT"}) {
            Signals.on(signal, () -> {
                if (signals.getAndIncrement() == 0) run.stop();
                else run.abandon();
            });
        }
        Report report = run.report().expectBackends(backends).expectSkew(skew);
        PrintWriter out = spec.commandLine().getOut();
        if (json) out.println(report.json());
        else out.print(report.text());
        out.flush();
        return report.isGood() ? 0 : Main.FAILED;
    }

    private Plan plan() {
        if (requests != null && requests < 1) throw wrong("--requests takes 1 or more");
        String ids = prefix != null ? prefix : "prove-" + HexFormat.of().toHexDigits(new SecureRandom().nextInt());
        try {
            return new Plan(
                    host == null ? Target.of(url) : Target.of(url).asking(host),
                    postPath,
                    rate,
                    duration,
                    warmup,
                    requests == null ? 0 : requests,
                    connections,
                    postShare,
                    newConnectionShare,
                    postBody,
                    timeout,
                    ids,
                    seed);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private ParameterException wrong(String what) {
        return new ParameterException(spec.commandLine(), what);
    }

    /** As durations are written in the configuration. */
    static final class Time implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            if (!text.matches("[0-9]{1,9}(ms|s|m|h)")) {
                throw new TypeConversionException("\"" + text + "\" is not a time: write 500ms, 30s, 5m or 1h");
            }
            int digits = 0;
            while (Character.isDigit(text.charAt(digits))) digits++;
            long number = Long.parseLong(text.substring(0, digits));
            return switch (text.substring(digits)) {
                case "ms" -> Duration.ofMillis(number);
                case "s" -> Duration.ofSeconds(number);
                case "m" -> Duration.ofMinutes(number);
                default -> Duration.ofHours(number);
            };
        }
    }
}
