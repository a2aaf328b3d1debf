package dev.rondo.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** HAProxy. It writes no log files: its log goes to its standard output, which the bench leads into one. */
record Haproxy(Path program, Path templates) implements Peer {
    private static final int BODY_BUFFER = 64 * 1024;

    @Override
    public String name() {
        return "haproxy";
    }

    @Override
    public String version() throws IOException {
        return Tools.version(program, "-v").replaceAll("(?i) - .*|version ", "");
    }

    @Override
    public List<String> command(Setup setup, int port, Path directory) throws IOException, BenchException {
        Map<String, String> values = new HashMap<>();
        values.put("PORT", Integer.toString(port));
        values.put("MAXCONN", Integer.toString(Math.max(2_000, setup.connections() + 200)));
        values.put("BUFSIZE", setup.bodies() ? "tune.bufsize " + BODY_BUFFER : "");
        values.put("LOG", setup.accessLog() ? "log stdout format raw local0 info" : "");
        values.put("LOG_FORMAT", setup.accessLog() ? Files.readString(templates.resolve("haproxy-log.conf")) : "");
        StringBuilder servers = new StringBuilder();
        int number = 0;
        for (String backend : setup.backends()) {
            servers.append("server s")
                    .append(number++)
                    .append(' ')
                    .append(backend)
                    .append("\n  ");
        }
        values.put("SERVERS", servers.toString());
        Path file = directory.resolve("haproxy.conf");
        Template.fill(templates.resolve("haproxy.conf"), values, file);
        return List.of(program.toString(), "-db", "-f", file.toString());
    }
}
