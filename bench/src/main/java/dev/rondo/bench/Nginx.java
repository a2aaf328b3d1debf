package dev.rondo.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** nginx, as a proxy and as the backend of all. */
record Nginx(Path program, Path templates) implements Peer {
    @Override
    public String name() {
        return "nginx";
    }

    @Override
    public String version() throws IOException {
        return Tools.version(program, "-v").replace("nginx version: ", "");
    }

    @Override
    public List<String> command(Setup setup, int port, Path directory) throws IOException, BenchException {
        Map<String, String> values = values(directory);
        values.put("PORT", Integer.toString(port));
        values.put("IDLE", Integer.toString(setup.idle()));
        values.put(
                "ACCESS_LOG",
                setup.accessLog() ? directory.resolve("access.log") + " combined buffer=64k flush=1s" : "off");
        values.put(
                "CONNECTION",
                setup.upgrades()
                        ? "proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;"
                        : "proxy_set_header Connection \"\";");
        values.put("BODIES", setup.bodies() ? Files.readString(templates.resolve("nginx-bodies.conf")) : "");
        values.put(
                "SERVERS",
                setup.backends().stream().map(b -> "server " + b + ";").collect(Collectors.joining("\n    ")));
        return command("nginx.conf", values, directory);
    }

    /**
     * The command of the backend.
     *
     * @param listen {@code ADDRESS:PORT} of each socket
     * @param www where the large bodies are
     */
    List<String> backend(List<String> listen, Path www, Path directory) throws IOException, BenchException {
        Map<String, String> values = values(directory);
        values.put("WWW", www.toString());
        values.put(
                "LISTEN",
                listen.stream().map(l -> "listen " + l + " backlog=4096;").collect(Collectors.joining("\n    ")));
        return command("backend.conf", values, directory);
    }

    private static Map<String, String> values(Path directory) {
        Map<String, String> values = new HashMap<>();
        String user = System.getProperty("user.name");
        values.put(
                "USER", user.equals("root") ? "user root;" : "# not started by root"); // workers read what root wrote
        values.put("DIR", directory.toString());
        return values;
    }

    private List<String> command(String template, Map<String, String> values, Path directory)
            throws IOException, BenchException {
        Path file = directory.resolve(template);
        Template.fill(templates.resolve(template), values, file);
        return List.of(
                program.toString(), "-p", directory.toString(), "-e", directory + "/error.log", "-c", file.toString());
    }
}
