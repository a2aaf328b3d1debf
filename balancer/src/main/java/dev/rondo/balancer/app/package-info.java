/** Main, wiring, lifecycle, signal handling, reload. */
@NullMarked
package dev.rondo.balancer.app;

import org.jspecify.annotations.NullMarked;
