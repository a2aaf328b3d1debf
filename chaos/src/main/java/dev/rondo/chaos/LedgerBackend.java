package dev.rondo.chaos;

import java.io.BufferedReader;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A backend as a process of its own, which writes down every request that it executes before it answers it: one system call for
 * each line, so that a SIGKILL takes nothing away. Faults are orders on standard input, a line each, acknowledged on standard
 * output; its end ends the process. SIGTERM: health fails, for a while everything is still served, then each answer is the last
 * of its connection, and the process ends when there is none in work.
 *
 * <p>Arguments: name, port, ledger, seed, milliseconds from SIGTERM to the end of the listener.
 *
 * <p>Lines of the ledger: {@code + ID METHOD} executed, {@code - ID STATUS} refused by an ordered fault, {@code = ID} the answer
 * was written, {@code open} and {@code gone} a connection came, or was ended by the other side, {@code start} and {@code end} of
 * the process; each behind the milliseconds of the machine's clock.
 */
final class LedgerBackend {
    private static final int BACKLOG = 4096;

    /** What it has been told to do wrong. */
    static final class Faults {
        volatile int status;
        volatile double share;
        volatile int healthStatus = 200;
        volatile int idleMillis;
        volatile int delayMillis;
        volatile Semaphore workers = new Semaphore(Integer.MAX_VALUE);
        volatile boolean lastAnswers;
    }

    final String name;
    final Faults faults = new Faults();
    final AtomicInteger inWork = new AtomicInteger();
    private final FileOutputStream ledger;
    private final long seed;
    private final AtomicLong connections = new AtomicLong();

    private LedgerBackend(String name, Path ledger, long seed) throws IOException {
        this.name = name;
        this.ledger = new FileOutputStream(ledger.toFile(), true);
        this.seed = seed;
    }

    /** Runs it. */
    public static void main(String[] args) throws IOException {
        LedgerBackend backend = new LedgerBackend(args[0], Path.of(args[2]), Long.parseLong(args[3]));
        ServerSocket listener = new ServerSocket();
        listener.setReuseAddress(true);
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[1])), BACKLOG);
        backend.write("start");
        long delay = Long.parseLong(args[4]);
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> backend.drain(listener, delay)));
        Thread.ofPlatform().daemon().start(() -> backend.obey());
        System.out.println("ready");
        backend.accept(listener);
    }

    private void accept(ServerSocket listener) {
        while (true) {
            try {
                Socket socket = listener.accept();
                socket.setTcpNoDelay(true);
                SplittableRandom random = new SplittableRandom(seed + connections.incrementAndGet());
                Thread.ofVirtual().start(() -> new LedgerConnection(this, socket, random).serve());
            } catch (IOException e) {
                return; // closed by drain()
            }
        }
    }

    private void obey() {
        try (BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String order; (order = orders.readLine()) != null; ) {
                obey(order.split(" ", -1));
                System.out.println("ok");
            }
        } catch (IOException e) {
            // whoever gave orders is gone
        }
        Runtime.getRuntime().halt(0);
    }

    private void obey(String[] words) {
        int number = Integer.parseInt(words[1]);
        switch (words[0]) {
            case "fail" -> {
                faults.share = Double.parseDouble(words[2]);
                faults.status = number;
            }
            case "health" -> faults.healthStatus = number;
            case "idle" -> faults.idleMillis = number;
            case "delay" -> faults.delayMillis = number;
            case "workers" -> faults.workers = new Semaphore(number, true);
            default -> throw new IllegalArgumentException(words[0]);
        }
    }

    private void drain(ServerSocket listener, long delayMillis) {
        faults.healthStatus = 503;
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(delayMillis));
        faults.lastAnswers = true;
        while (inWork.get() > 0) LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        try {
            write("end");
            listener.close();
        } catch (IOException e) {
            // it ends anyway
        }
    }

    /** Adds a line to the ledger, at once. */
    void write(String line) throws IOException {
        String whole = System.currentTimeMillis() + " " + line + "\n";
        ledger.write(whole.getBytes(StandardCharsets.US_ASCII)); // one write(2) to a file opened for appending
    }
}
