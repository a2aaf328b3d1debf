/** The relay against real sockets that misbehave. */
@NullMarked
package dev.rondo.balancer.relay;

import org.jspecify.annotations.NullMarked;
