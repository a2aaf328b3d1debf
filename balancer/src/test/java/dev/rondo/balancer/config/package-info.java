/** Files that are right, files that are wrong, and the pages that are written from the description. */
@NullMarked
package dev.rondo.balancer.config;

import org.jspecify.annotations.NullMarked;
