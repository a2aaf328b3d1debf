package dev.rondo.balancer.app;

import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.testkit.Configurations;
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** A process that runs a balancer and, when it is told to, takes every file descriptor that is left, and gives them back. */
final class Starved {
    private Starved() {}

    /** Arguments: the engine, the ports of the backends. */
    public static void main(String[] args) throws Exception {
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        loadClasses(); // of all libraries, each of whose files takes a descriptor for good
        waitOnce();
        Rondo rondo = Rondo.start(Configurations.on(EngineKind.valueOf(args[0]))
                .backends(
                        Arrays.stream(args).skip(1).mapToInt(Integer::parseInt).toArray())
                .build());
        System.err.println("ports " + rondo.port() + " " + rondo.adminPort());
        List<FileInputStream> taken = new ArrayList<>();
        for (String order; (order = orders.readLine()) != null; ) {
            if (order.equals("take")) takeAll(taken);
            else for (FileInputStream file : taken) file.close();
            System.err.println("done " + order);
        }
    }

    /** What is not loaded before cannot be loaded without a descriptor, and never again after that; in a jar it could. */
    private static void loadClasses() throws Exception {
        Path root = Path.of(
                Rondo.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        if (!Files.isDirectory(root)) return;
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
                String name = root.relativize(file).toString().replace('/', '.');
                Class.forName(name.substring(0, name.length() - ".class".length()));
            }
        }
    }

    /** The JDK opens what virtual threads wait with when the first one has to wait, and never again where it could not. */
    private static void waitOnce() throws Exception {
        try (ServerSocket nobody = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody.setSoTimeout(1);
            Thread.ofVirtual()
                    .start(() -> {
                        try {
                            nobody.accept().close();
                        } catch (IOException e) {
                            // nobody came
                        }
                    })
                    .join();
        }
    }

    private static void takeAll(List<FileInputStream> taken) {
        try {
            while (true) taken.add(new FileInputStream("/dev/null"));
        } catch (IOException none) {
            // there is none left
        }
    }
}
