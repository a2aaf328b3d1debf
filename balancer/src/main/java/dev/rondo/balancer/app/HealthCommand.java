package dev.rondo.balancer.app;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code rondo health}: what a container's health check runs, since its image has no shell and no curl. */
@Command(
        name = "health",
        description = "Asks a running balancer whether it is ready: exits 0 or 1.",
        mixinStandardHelpOptions = true)
final class HealthCommand implements Callable<Integer> {
    private static final int TIMEOUT_MILLIS = 2000;

    @Option(
            names = "--url",
            paramLabel = "URL",
            description =
                    "What to ask; /health/ready on the port in RONDO_ADMIN_PORT, or on 9090, where none is given.")
    private @Nullable URI url;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() {
        URI asked = url != null ? url : URI.create("http://127.0.0.1:" + adminPort() + "/health/ready");
        try {
            HttpURLConnection connection = (HttpURLConnection) asked.toURL().openConnection(Proxy.NO_PROXY);
            connection.setConnectTimeout(TIMEOUT_MILLIS);
            connection.setReadTimeout(TIMEOUT_MILLIS);
            int status = connection.getResponseCode();
            if (status == 200 || status == 204) {
                spec.commandLine().getOut().println("ready");
                return 0;
            }
            try (InputStream body = connection.getErrorStream()) {
                String why = body == null ? "" : new String(body.readNBytes(4096), StandardCharsets.UTF_8);
                spec.commandLine().getErr().println("not ready: " + status + " " + why.strip());
            }
        } catch (IOException | IllegalArgumentException | ClassCastException e) {
            spec.commandLine().getErr().println("no answer from " + asked + ": " + e.getMessage());
        }
        return Main.FAILED;
    }

    /** As the configuration takes the variable: what Kubernetes makes of a Service's name is not meant. */
    private static String adminPort() {
        String port = System.getenv("RONDO_ADMIN_PORT");
        return port != null && port.matches("[0-9]{1,5}") ? port : "9090";
    }
}
