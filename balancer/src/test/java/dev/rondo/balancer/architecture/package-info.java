/** What the code must look like from a distance: the table of packages, names, clocks. */
@NullMarked
package dev.rondo.balancer.architecture;

import org.jspecify.annotations.NullMarked;
