package dev.rondo.balancer.discovery;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SRVRecord;
import org.xbill.DNS.Section;

/** A DNS server for SRV records on the loopback address, over UDP and TCP. */
final class NameServer implements AutoCloseable {
    private static final int DATAGRAM = 512;

    private final ServerSocket streams;
    private final DatagramSocket datagrams;
    private final Map<String, List<SRVRecord>> records = new ConcurrentHashMap<>();
    private final AtomicInteger streamed = new AtomicInteger();

    private NameServer(ServerSocket streams, DatagramSocket datagrams) {
        this.streams = streams;
        this.datagrams = datagrams;
        Thread.ofPlatform().daemon().name("test-dns-udp").start(this::answerDatagrams);
        Thread.ofPlatform().daemon().name("test-dns-tcp").start(this::answerStreams);
    }

    static NameServer start() throws IOException {
        InetAddress here = InetAddress.getLoopbackAddress();
        IOException last = new IOException("no port");
        for (int attempt = 0; attempt < 20; attempt++) {
            ServerSocket streams = new ServerSocket(0, 16, here);
            try {
                return new NameServer(streams, new DatagramSocket(new InetSocketAddress(here, streams.getLocalPort())));
            } catch (IOException e) {
                streams.close();
                last = e;
            }
        }
        throw last;
    }

    InetSocketAddress address() {
        return new InetSocketAddress(streams.getInetAddress(), streams.getLocalPort());
    }

    /** Connections that were made to it. */
    int streams() {
        return streamed.get();
    }

    /** @param written as in a zone file: priority, weight, port, target */
    void srv(String name, long ttl, String... written) throws IOException {
        Name owner = Name.fromString(name);
        records.put(
                name,
                Arrays.stream(written)
                        .map(text -> text.split(" ", -1))
                        .map(parts -> new SRVRecord(
                                owner,
                                DClass.IN,
                                ttl,
                                Integer.parseInt(parts[0]),
                                Integer.parseInt(parts[1]),
                                Integer.parseInt(parts[2]),
                                Name.fromConstantString(parts[3])))
                        .toList());
    }

    private Message answer(byte[] wire) throws IOException {
        Message query = new Message(wire);
        Message answer = new Message(query.getHeader().getID());
        answer.getHeader().setFlag(Flags.QR);
        answer.getHeader().setFlag(Flags.RA);
        Record question = query.getQuestion();
        answer.addRecord(question, Section.QUESTION);
        List<SRVRecord> found = records.get(question.getName().toString());
        if (found == null) answer.getHeader().setRcode(Rcode.NXDOMAIN);
        else found.forEach(record -> answer.addRecord(record, Section.ANSWER));
        return answer;
    }

    private void answerDatagrams() {
        try {
            while (true) {
                DatagramPacket packet = new DatagramPacket(new byte[4096], 4096);
                datagrams.receive(packet);
                byte[] wire = answer(Arrays.copyOf(packet.getData(), packet.getLength()))
                        .toWire(DATAGRAM);
                datagrams.send(new DatagramPacket(wire, wire.length, packet.getSocketAddress()));
            }
        } catch (IOException e) {
            datagrams.close();
        }
    }

    private void answerStreams() {
        try {
            while (true) {
                try (Socket socket = streams.accept()) {
                    streamed.incrementAndGet();
                    DataInputStream in = new DataInputStream(socket.getInputStream());
                    byte[] wire = answer(in.readNBytes(in.readUnsignedShort())).toWire();
                    DataOutputStream out = new DataOutputStream(socket.getOutputStream());
                    out.writeShort(wire.length);
                    out.write(wire);
                    out.flush();
                }
            }
        } catch (IOException e) {
            datagrams.close();
        }
    }

    @Override
    public void close() throws IOException {
        streams.close();
        datagrams.close();
    }
}
