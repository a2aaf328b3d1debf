/** Pools and their backends, and which of them may be picked. */
@NullMarked
package dev.rondo.balancer.cluster;

import org.jspecify.annotations.NullMarked;
