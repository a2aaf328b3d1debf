/** JMH benchmarks of what a request passes through. */
@NullMarked
package dev.rondo.bench.micro;

import org.jspecify.annotations.NullMarked;
