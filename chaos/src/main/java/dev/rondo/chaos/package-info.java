/** Real processes, real sockets, seeded faults: what a running balancer loses, counted. {@code make chaos}. */
@NullMarked
package dev.rondo.chaos;

import org.jspecify.annotations.NullMarked;
