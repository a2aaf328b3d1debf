/** Tests of the load client against servers that misbehave. */
@NullMarked
package dev.rondo.balancer.prove;

import org.jspecify.annotations.NullMarked;
