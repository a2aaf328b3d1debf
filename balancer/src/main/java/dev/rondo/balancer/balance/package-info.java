/** The pickers: pure, generic, a leaf. */
@NullMarked
package dev.rondo.balancer.balance;

import org.jspecify.annotations.NullMarked;
