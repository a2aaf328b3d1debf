/** Dial, keep, reuse and retire upstream connections. */
@NullMarked
package dev.rondo.balancer.connect;

import org.jspecify.annotations.NullMarked;
