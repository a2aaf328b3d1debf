/** One request: route, attempt loop, retry decision, errors to statuses, relay of bodies, tunnels. */
@NullMarked
package dev.rondo.balancer.proxy;

import org.jspecify.annotations.NullMarked;
