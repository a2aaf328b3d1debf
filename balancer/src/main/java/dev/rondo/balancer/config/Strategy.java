package dev.rondo.balancer.config;

/** How a pool picks a backend. */
public enum Strategy {
    /** One after the other, strictly, over all loops. */
    ROUND_ROBIN
}
