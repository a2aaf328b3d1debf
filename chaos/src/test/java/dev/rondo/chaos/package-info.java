/** Tests of what counts: a scenario is only as good as its books. */
@NullMarked
package dev.rondo.chaos;

import org.jspecify.annotations.NullMarked;
