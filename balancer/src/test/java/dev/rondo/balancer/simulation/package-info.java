/** Histories of a pool, its checks and its requests on a virtual clock. */
@NullMarked
package dev.rondo.balancer.simulation;

import org.jspecify.annotations.NullMarked;
