package dev.rondo.balancer.app;

import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.testkit.Configurations;
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A process that runs a balancer and, when it is told to, takes every file descriptor that is left, and gives them back. */
final class Starved {
    private Starved() {}

    /** Arguments: the engine, the port of a backend. */
    public static void main(String[] args) throws Exception {
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        loadClasses(); // of all libraries, each of whose files takes a descriptor for good
        Rondo rondo = Rondo.start(Configurations.on(EngineKind.valueOf(args[0]))
                .backends(Integer.parseInt(args[1]))
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

    private static void takeAll(List<FileInputStream> taken) {
        try {
            while (true) taken.add(new FileInputStream("/dev/null"));
        } catch (IOException none) {
            // there is none left
        }
    }
}
