/** Health, metrics and API over read-only views, on a listener of their own. */
@NullMarked
package dev.rondo.balancer.admin;

import org.jspecify.annotations.NullMarked;
