package dev.rondo.balancer.config;

/** Whether it matters where a backend is. */
enum Locality {
    ANY,
    PREFER_ZONE
}
