/** Takes connections from Helidon's listener and gives them to the engine. */
@NullMarked
package dev.rondo.balancer.listener;

import org.jspecify.annotations.NullMarked;
