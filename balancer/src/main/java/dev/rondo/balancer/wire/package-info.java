/** Blocking-style reads and writes with deadlines over a socket; the event loops; buffers. */
@NullMarked
package dev.rondo.balancer.wire;

import org.jspecify.annotations.NullMarked;
