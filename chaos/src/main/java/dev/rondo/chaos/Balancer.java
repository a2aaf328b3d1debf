package dev.rondo.chaos;

import io.helidon.json.JsonObject;
import io.helidon.json.JsonParser;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The balancer as a process of its own, as {@code java -jar rondo.jar run FILE} starts it. */
final class Balancer {
    private static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Stage stage;
    private final Path file;
    private final int port;
    private final int admin;
    private Process process;

    private Balancer(Stage stage, Path file, int port, int admin, Process process) {
        this.stage = stage;
        this.file = file;
        this.port = port;
        this.admin = admin;
        this.process = process;
    }

    /**
     * Starts it; returns when it is ready.
     *
     * @param before the words of a command that runs another
     * @param errors where its log goes
     */
    static Balancer start(Stage stage, String name, String configuration, List<String> before, Redirect errors)
            throws IOException, InterruptedException {
        Path file = stage.file(name + ".yaml");
        int port = Stage.freePort();
        int admin = Stage.freePort();
        Files.writeString(file, ports(port, admin) + configuration);
        Balancer balancer = new Balancer(stage, file, port, admin, launch(stage, before, errors, file));
        balancer.awaitReady();
        return balancer;
    }

    private static Process launch(Stage stage, List<String> before, Redirect errors, Path file) throws IOException {
        List<String> command = new ArrayList<>(before);
        command.addAll(stage.java(List.of("-Xmn24m", "-XX:MaxRAMPercentage=30"), "run", file.toString()));
        return stage.children().start(new ProcessBuilder(command).redirectOutput(Redirect.DISCARD), errors);
    }

    private static String ports(int port, int admin) {
        return "server: {host: 127.0.0.1, port: " + port + "}\n" + "admin: {host: 127.0.0.1, port: " + admin
                + ", writable: true}\n";
    }

    /** Another process with the same file and ports, when the one before has ended; returns when it is ready. */
    void startSuccessor(Redirect errors) throws IOException, InterruptedException {
        process = launch(stage, List.of(), errors, file);
        awaitReady();
    }

    private void awaitReady() throws IOException, InterruptedException {
        Clock.await(PATIENCE, "the balancer is not ready: see " + stage.file(""), () -> {
            if (!process.isAlive()) throw new IOException("the balancer ended: see " + stage.file(""));
            return isReady();
        });
    }

    boolean isReady() throws InterruptedException {
        return status("/health/ready") == 200;
    }

    boolean isLive() throws InterruptedException {
        return status("/health/live") == 200;
    }

    private int status(String path) throws InterruptedException {
        try {
            return send(request(path).build()).statusCode();
        } catch (IOException e) {
            return 0;
        }
    }

    String url(String path) {
        return "http://127.0.0.1:" + port + path;
    }

    int port() {
        return port;
    }

    Process process() {
        return process;
    }

    void signal(String name) throws IOException, InterruptedException {
        Children.signal(process, name);
    }

    /** Replaces the file as a mounted ConfigMap is replaced: never half of it is there. */
    void configure(String configuration) throws IOException {
        Path next = file.resolveSibling(file.getFileName() + ".next");
        Files.writeString(next, ports(port, admin) + configuration);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + admin + path))
                .timeout(Duration.ofSeconds(10));
    }

    private static HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        return HTTP.send(request, BodyHandlers.ofString(StandardCharsets.UTF_8));
    }

    /** POST to a path of the API. */
    int post(String path) throws IOException, InterruptedException {
        return send(request("/api/v1" + path).POST(BodyPublishers.noBody()).build())
                .statusCode();
    }

    /** A backend of the pool {@code default}, as the API shows it. */
    JsonObject backend(String id) throws IOException, InterruptedException {
        String body =
                send(request("/api/v1/pools/default/backends/" + id).build()).body();
        return JsonParser.create(body).readJsonObject();
    }

    String state(String id) throws IOException, InterruptedException {
        return backend(id).stringValue("state", "none");
    }

    /** The sum of a metric's samples whose labels contain {@code label}. */
    double metric(String name, String label) throws IOException, InterruptedException {
        String text =
                send(request("/metrics").header("Accept", "text/plain").build()).body();
        double sum = 0;
        for (String line : text.split("\n", -1)) {
            boolean named = line.startsWith(name + "{") || line.startsWith(name + " ");
            if (named && line.contains(label)) sum += Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
        }
        return sum;
    }

    /** Bytes of heap that are in use after a whole collection. */
    long heap() throws IOException, InterruptedException {
        stage.jcmd(process, "GC.run");
        return (long) metric("jvm_memory_used_bytes", "area=\"heap\"");
    }

    /** Files that it has open. */
    int descriptors() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc", Long.toString(process.pid()), "fd"))) {
            return (int) open.count();
        }
    }

    /** Seconds on a processor so far. */
    double cpu() {
        return process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos() / 1e9;
    }

    /** An answer on the data port. */
    record Answered(int status, String body, double millis) {}

    /** Sends a GET to the data port; status 0 where there is no answer. */
    Answered get(String path) throws InterruptedException {
        long begin = System.nanoTime();
        try {
            HttpResponse<String> answer = send(HttpRequest.newBuilder(URI.create(url(path)))
                    .timeout(Duration.ofSeconds(10))
                    .build());
            return new Answered(answer.statusCode(), answer.body(), (System.nanoTime() - begin) / 1e6);
        } catch (IOException e) {
            return new Answered(0, "", (System.nanoTime() - begin) / 1e6);
        }
    }
}
