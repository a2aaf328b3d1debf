/** How connections come in, by real sockets. */
@NullMarked
package dev.rondo.balancer.listener;

import org.jspecify.annotations.NullMarked;
