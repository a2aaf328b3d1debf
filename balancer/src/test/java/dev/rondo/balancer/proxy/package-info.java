/** What needs no socket to be tested of a request's life. */
@NullMarked
package dev.rondo.balancer.proxy;

import org.jspecify.annotations.NullMarked;
