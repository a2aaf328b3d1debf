/** Every case of {@code /cases} through Rondo, in both kinds of engine. */
@NullMarked
package dev.rondo.balancer.conformance;

import org.jspecify.annotations.NullMarked;
