package dev.rondo.balancer.admin;

import java.util.Optional;

/** What the API may change. Called on the thread of the request, for pools and backends that were there a moment ago. */
public interface Operations {
    /** Takes the backend out of rotation; what it has it ends. Gives why not, for people, where that cannot be. */
    Optional<String> drain(String pool, String backend);

    /** Takes back a drain. Gives why not, for people, where that cannot be. */
    Optional<String> undrain(String pool, String backend);

    /** Sets the weight, 0 to 1000, until the configuration says another than it does now. Gives why not, for people, where that cannot be. */
    Optional<String> weight(String pool, String backend, int weight);

    /** Takes back a {@link #weight}. Gives why not, for people, where that cannot be. */
    Optional<String> unweigh(String pool, String backend);

    /** Reads the configuration again and takes it where it is good. */
    ReloadResult reload();
}
