package dev.rondo.balancer.app;

/** The command line. */
public final class Main {
    private Main() {}

    /** Runs the command in {@code args}. */
    public static void main(String[] args) {
        System.out.println("rondo");
    }
}
