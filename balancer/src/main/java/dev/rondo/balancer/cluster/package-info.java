/** A pool: backends, their live state and counters, one immutable snapshot swapped by CAS. */
@NullMarked
package dev.rondo.balancer.cluster;

import org.jspecify.annotations.NullMarked;
