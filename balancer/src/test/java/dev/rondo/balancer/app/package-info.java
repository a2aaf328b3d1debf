/** The program: its command line, its start and its end. */
@NullMarked
package dev.rondo.balancer.app;

import org.jspecify.annotations.NullMarked;
