/** YAML to validated records; imports nothing of the other packages. */
@NullMarked
package dev.rondo.balancer.config;

import org.jspecify.annotations.NullMarked;
