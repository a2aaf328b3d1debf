import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;

/**
 * Runs a server, sends it requests and ends it with SIGTERM: a training run for the JVM's AOT cache.
 *
 * <p>Arguments: the URL that answers 200 once the server is ready, the URL to request, the server's command.
 */
void main(String[] args) throws Exception {
    var ready = HttpRequest.newBuilder(URI.create(args[0])).build();
    var request = HttpRequest.newBuilder(URI.create(args[1])).build();
    var server = new ProcessBuilder(Arrays.copyOfRange(args, 2, args.length)).inheritIO().start();
    try (var client = HttpClient.newHttpClient()) {
        while (!isOk(client, ready)) {
            if (server.waitFor(Duration.ofMillis(100))) {
                throw new IllegalStateException("the server ended with status " + server.exitValue());
            }
        }
        for (int i = 0; i < 2_000; i++) {
            if (!isOk(client, request)) {
                throw new IllegalStateException("request " + i + " to " + args[1] + " was not answered with 200");
            }
        }
    } finally {
        server.destroy();
    }
    IO.println("the server ended with status " + server.waitFor());
}

boolean isOk(HttpClient client, HttpRequest request) throws InterruptedException {
    try {
        return client.send(request, BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
        return false;
    }
}
