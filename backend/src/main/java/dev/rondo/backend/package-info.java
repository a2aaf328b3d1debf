/** The demo backend: an HTTP server that answers with its name, and that fails on request. */
@NullMarked
package dev.rondo.backend;

import org.jspecify.annotations.NullMarked;
