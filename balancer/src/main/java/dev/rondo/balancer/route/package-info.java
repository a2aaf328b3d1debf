/** Host and path to a pool; immutable. */
@NullMarked
package dev.rondo.balancer.route;

import org.jspecify.annotations.NullMarked;
