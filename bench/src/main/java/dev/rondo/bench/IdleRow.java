package dev.rondo.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/** Memory with client connections that have each had one answer and are kept. */
record IdleRow(String name, String about, int wanted) implements Row {
    private static final byte[] REQUEST =
            "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int SETTLE = 2;
    /** Descriptors that are not connections. */
    private static final int RESERVED = 500;

    @Override
    public int seconds(Workbench.Pace pace) {
        return pace.rounds() * 3 * (SETTLE + 6);
    }

    @Override
    public List<Report> run(Workbench bench) throws IOException, BenchException, InterruptedException {
        int count = fitting(wanted);
        if (count < wanted) {
            Workbench.say("only " + count + " connections: a proxy may open " + ProcessTree.descriptors()
                    + " files, and Rondo keeps one free for each connection's backend (ulimit -n)");
        }
        SequencedMap<String, List<Figures>> turns = new LinkedHashMap<>();
        for (int round = 0; round < bench.pace().rounds(); round++) {
            for (Peer peer : List.of(bench.nginx(), bench.haproxy(), bench.rondo())) {
                Workbench.say("round " + (round + 1) + ": " + peer.name());
                Figures figures = turn(bench, peer, count);
                turns.computeIfAbsent(peer.name(), name -> new ArrayList<>()).add(figures);
            }
        }
        List<Metric> columns = List.of(Metric.CONNECTIONS, Metric.RSS, Metric.PSS, Metric.PER_CONNECTION);
        return List.of(new Report(name + ": " + about, columns, turns));
    }

    /** As many of {@code wanted} as every proxy can hold at once, with a backend connection each. */
    static int fitting(int wanted) throws IOException {
        return Math.min(wanted, (ProcessTree.descriptors() - RESERVED) / 2);
    }

    private static Figures turn(Workbench bench, Peer peer, int count)
            throws IOException, BenchException, InterruptedException {
        Proxy proxy = bench.start(peer, Setup.plain(count, bench.backends(1)));
        List<SocketChannel> clients = new ArrayList<>();
        try {
            ProcessTree.Memory before = proxy.tree().memory();
            for (int i = 0; i < count; i++) clients.add(answered(proxy.port()));
            Workbench.settle(SETTLE);
            ProcessTree.Memory after = proxy.tree().memory();
            return new Figures(Map.of(
                    Metric.CONNECTIONS, (double) count,
                    Metric.RSS, after.rss() / 1024,
                    Metric.PSS, after.pss() / 1024,
                    Metric.PER_CONNECTION, (after.rss() - before.rss()) / count));
        } finally {
            for (SocketChannel client : clients) client.close();
            bench.stop(proxy);
        }
    }

    /** A connection on which one answer has been read. */
    private static SocketChannel answered(int port) throws IOException, BenchException {
        SocketChannel channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        int unused = channel.write(ByteBuffer.wrap(REQUEST));
        ByteBuffer answer = ByteBuffer.allocate(4096);
        while (!new String(answer.array(), 0, answer.position(), StandardCharsets.US_ASCII).endsWith("\r\n\r\nok\n")) {
            if (channel.read(answer) <= 0) {
                channel.close();
                throw new BenchException("a connection was not answered");
            }
        }
        return channel;
    }
}
