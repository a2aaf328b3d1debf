package dev.rondo.balancer.app;

import dev.rondo.balancer.config.Loaded;
import dev.rondo.balancer.config.Problem;
import dev.rondo.balancer.connect.Resolver;
import dev.rondo.balancer.discovery.Whereabouts;
import dev.rondo.balancer.proxy.Graces;
import java.util.List;
import java.util.function.Supplier;

/**
 * What a balancer takes from outside its configuration.
 *
 * @param lookup finds the addresses of a name
 * @param graces what the relay waits for before it becomes strict
 * @param source reads and checks the configuration anew
 * @param here where the process runs
 */
record Surroundings(Resolver.Lookup lookup, Graces graces, Supplier<Loaded> source, Whereabouts here) {
    /** Without a configuration that could be read again. */
    Surroundings(Resolver.Lookup lookup, Graces graces) {
        this(lookup, graces, Surroundings::noFile, Whereabouts.NOWHERE);
    }

    private static Loaded noFile() {
        String remedy = "was started without a file to read again";
        return new Loaded.Broken(List.of(new Problem("this process", 0, 0, "", remedy)));
    }

    /** Those of the program. */
    static final Surroundings REAL =
            new Surroundings(Resolver::system, Graces.USUAL, Surroundings::noFile, Whereabouts.here());

    Surroundings here(Whereabouts there) {
        return new Surroundings(lookup, graces, source, there);
    }

    Surroundings source(Supplier<Loaded> from) {
        return new Surroundings(lookup, graces, from, here);
    }
}
