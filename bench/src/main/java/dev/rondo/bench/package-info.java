/** {@code make bench}: Rondo beside nginx and HAProxy, on the machine at hand. */
@NullMarked
package dev.rondo.bench;

import org.jspecify.annotations.NullMarked;
