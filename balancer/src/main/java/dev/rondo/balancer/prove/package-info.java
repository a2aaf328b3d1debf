/** {@code rondo prove}: a load client whose ledger says what became of every request. Knows nothing of the balancer. */
@NullMarked
package dev.rondo.balancer.prove;

import org.jspecify.annotations.NullMarked;
