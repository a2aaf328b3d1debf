/** The exchange record and those who consume it: metrics and access log; the application's own log. */
@NullMarked
package dev.rondo.balancer.telemetry;

import org.jspecify.annotations.NullMarked;
