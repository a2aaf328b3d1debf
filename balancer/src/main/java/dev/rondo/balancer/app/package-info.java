/** The command line, wiring, start and stop, signals. */
@NullMarked
package dev.rondo.balancer.app;

import org.jspecify.annotations.NullMarked;
