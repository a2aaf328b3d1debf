/** Backends that are found rather than listed: pushes what it finds into the cluster; nothing calls it back. */
@NullMarked
package dev.rondo.balancer.discovery;

import org.jspecify.annotations.NullMarked;
