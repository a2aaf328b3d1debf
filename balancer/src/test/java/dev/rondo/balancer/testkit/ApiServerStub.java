package dev.rondo.balancer.testkit;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/**
 * As much of an API server as serves EndpointSlices: lists, and watches as streams of lines that begin where the list has ended.
 * It can forget what was before, hang up, refuse and fall silent.
 */
public final class ApiServerStub implements AutoCloseable {
    private static final KubernetesSerialization JSON = new KubernetesSerialization();

    private record Event(long version, EndpointSlice slice, String line) {}

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, EndpointSlice> slices = new LinkedHashMap<>(); // guarded by this, as all below
    private final List<Event> events = new ArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private long version = 100;
    private long forgotten;
    private int hangUps;
    private int lists;
    private int watches;
    private int status = 200;
    private boolean silent;
    private boolean refusesWatches;

    private ApiServerStub(int port) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.setExecutor(threads);
        server.createContext("/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices", this::serve);
        server.start();
    }

    /** One on a free port. */
    public static ApiServerStub start() throws IOException {
        return new ApiServerStub(0);
    }

    /** One on {@code port}, where another was before. */
    public static ApiServerStub start(int port) throws IOException {
        return new ApiServerStub(port);
    }

    public int port() {
        return server.getAddress().getPort();
    }

    public String url() {
        return "http://127.0.0.1:" + port();
    }

    /** Adds a slice, or replaces that of its name. */
    public synchronized void put(EndpointSlice slice) {
        String name = slice.getMetadata().getName();
        String action = slices.containsKey(name) ? "MODIFIED" : "ADDED";
        EndpointSlice stored = new EndpointSliceBuilder(slice)
                .editMetadata()
                .withResourceVersion(Long.toString(++version))
                .endMetadata()
                .build();
        slices.put(name, stored);
        tell(action, stored);
    }

    public synchronized void delete(String name) {
        EndpointSlice stored = slices.remove(name);
        if (stored == null) throw new IllegalArgumentException(name);
        version++;
        tell("DELETED", stored);
    }

    private void tell(String action, EndpointSlice slice) {
        events.add(new Event(version, slice, "{\"type\":\"" + action + "\",\"object\":" + json(slice) + "}\n"));
        notifyAll();
    }

    /** Changes a slice without telling those who watch, as if their events had been lost. */
    public synchronized void putUnseen(EndpointSlice slice) {
        slices.put(slice.getMetadata().getName(), slice);
        version++;
    }

    /** Ends all watches, as a server does from time to time. */
    public synchronized void hangUp() {
        hangUps++;
        notifyAll();
    }

    /** Ends all watches with 410: what was before now is forgotten. */
    public synchronized void forget() {
        forgotten = ++version;
        notifyAll();
    }

    /** From now on every request is answered so. */
    public synchronized void answer(int with) {
        status = with;
    }

    /** Whether watches, and they alone, are answered with 403 from now on. */
    public synchronized void refuseWatches(boolean now) {
        refusesWatches = now;
    }

    /** From now on nothing is answered any more, and no watch says anything; connections stay. */
    public synchronized void fallSilent(boolean now) {
        silent = now;
        notifyAll();
    }

    public synchronized void awaitLists(int count) throws InterruptedException {
        while (lists < count) wait();
    }

    public synchronized void awaitWatches(int count) throws InterruptedException {
        while (watches < count) wait();
    }

    private void serve(HttpExchange exchange) throws IOException {
        try {
            String query = String.valueOf(exchange.getRequestURI().getQuery());
            synchronized (this) {
                while (silent && closed.getCount() > 0) wait();
                int answer = refusesWatches && query.contains("watch=true") ? 403 : status;
                if (answer != 200) {
                    exchange.sendResponseHeaders(answer, -1);
                    return;
                }
            }
            if (query.contains("watch=true")) watch(exchange, query);
            else list(exchange, query);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            exchange.close();
        }
    }

    private void list(HttpExchange exchange, String query) throws IOException {
        byte[] body;
        synchronized (this) {
            lists++;
            notifyAll();
            body =
                    ("{\"kind\":\"EndpointSliceList\",\"apiVersion\":\"discovery.k8s.io/v1\",\"metadata\":{\"resourceVersion\":\""
                                    + version + "\"},\"items\":["
                                    + slices.values().stream()
                                            .filter(slice -> matches(slice, query))
                                            .map(ApiServerStub::json)
                                            .collect(Collectors.joining(","))
                                    + "]}")
                            .getBytes(StandardCharsets.UTF_8);
        }
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
    }

    /** As the server writes it: a list without anything in it is null. */
    private static String json(EndpointSlice slice) {
        String empty = (slice.getEndpoints().isEmpty() ? "\"endpoints\":null," : "")
                + (slice.getPorts().isEmpty() ? "\"ports\":null," : "");
        return "{" + empty + JSON.asJson(slice).strip().substring(1);
    }

    private static boolean matches(EndpointSlice slice, String query) {
        String wanted = query.replaceFirst("^.*labelSelector=kubernetes.io/service-name=([^&]*).*$", "$1");
        return wanted.equals(query)
                || wanted.equals(slice.getMetadata().getLabels().get("kubernetes.io/service-name"));
    }

    private void watch(HttpExchange exchange, String query) throws IOException, InterruptedException {
        long from = Long.parseLong(query.replaceFirst("^.*resourceVersion=([0-9]+).*$", "$1"));
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, 0);
        OutputStream out = exchange.getResponseBody();
        int begun;
        synchronized (this) {
            watches++;
            begun = hangUps;
            notifyAll();
        }
        while (true) {
            List<String> lines = new ArrayList<>();
            boolean end;
            synchronized (this) {
                long seen = from;
                while ((silent
                                || events.stream()
                                        .noneMatch(event -> event.version > seen && matches(event.slice, query)))
                        && hangUps == begun
                        && forgotten <= seen
                        && closed.getCount() > 0) wait();
                end = hangUps != begun || closed.getCount() == 0;
                if (forgotten > from) {
                    lines.add(
                            "{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\","
                                    + "\"reason\":\"Expired\",\"message\":\"too old resource version\",\"code\":410}}\n");
                    end = true;
                } else {
                    for (Event event : events)
                        if (event.version > from && matches(event.slice, query)) lines.add(event.line);
                    from = version;
                }
            }
            for (String line : lines) out.write(line.getBytes(StandardCharsets.UTF_8));
            out.flush();
            if (end) return;
        }
    }

    /** Its connections are cut, its port is closed. */
    public void crash() {
        closed.countDown();
        synchronized (this) {
            notifyAll();
        }
        server.stop(0);
        threads.shutdownNow();
    }

    @Override
    public void close() {
        crash();
    }
}
