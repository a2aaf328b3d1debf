package dev.rondo.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Rondo.
 *
 * @param engine of the configuration
 * @param attachable whether it runs on the whole JDK, which can be looked into, instead of what the image has
 */
record Rondo(String name, String engine, boolean attachable, RondoRuntime runtime, Path templates) implements Peer {
    private static final int LEAST_CLIENTS = 512;
    private static final int SPARE = 64;

    @Override
    public String version() throws IOException {
        return runtime.version();
    }

    @Override
    public List<String> command(Setup setup, int port, Path directory) throws IOException, BenchException {
        Map<String, String> values = new HashMap<>();
        values.put("PORT", Integer.toString(port));
        values.put("ADMIN", Integer.toString(Workbench.freePort()));
        values.put("ENGINE", engine);
        values.put("LOOPS", Integer.toString(setup.loops()));
        values.put("IDLE", Integer.toString(setup.idle()));
        // said, or it would keep a quarter of its descriptors for idle connections to backends
        values.put("CLIENTS", Integer.toString(Math.max(LEAST_CLIENTS, setup.connections() + SPARE)));
        values.put(
                "ACCESS_LOG",
                setup.accessLog() ? "{format: combined, path: \"" + directory.resolve("access.log") + "\"}" : "off");
        values.put(
                "SERVERS",
                setup.backends().stream().map(b -> "- \"http://" + b + "\"").collect(Collectors.joining("\n  ")));
        values.put("ROUTES", routes(setup.routes()));
        Path file = directory.resolve("rondo.yaml");
        Template.fill(templates.resolve("rondo.conf"), values, file);
        return runtime.command(attachable, setup.loops(), List.of("run", file.toString()));
    }

    /** That many hosts with a path each; the first is asked for, where there are any. */
    private static String routes(int number) {
        if (number == 0) return "";
        StringBuilder routes = new StringBuilder("routes:\n");
        for (int i = 0; i < number; i++) {
            routes.append("  - {host: h").append(i).append(".example.com, pool: default}\n");
        }
        return routes.toString();
    }
}
