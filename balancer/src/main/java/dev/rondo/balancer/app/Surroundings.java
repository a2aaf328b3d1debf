package dev.rondo.balancer.app;

import dev.rondo.balancer.connect.Resolver;
import dev.rondo.balancer.proxy.Graces;

/**
 * What a balancer takes from outside its configuration.
 *
 * @param lookup finds the addresses of a name
 * @param graces what the relay waits for before it becomes strict
 */
record Surroundings(Resolver.Lookup lookup, Graces graces) {
    /** Those of the program. */
    static final Surroundings REAL = new Surroundings(Resolver::system, Graces.USUAL);
}
