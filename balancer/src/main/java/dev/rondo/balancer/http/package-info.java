/** Bytes and RFC rules: head parser, framing, chunked coding, field rules, head writer. No I/O, no threads. */
@NullMarked
package dev.rondo.balancer.http;

import org.jspecify.annotations.NullMarked;
