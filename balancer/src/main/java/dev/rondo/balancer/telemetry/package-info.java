/** The exchange record and those who consume it: metrics, access log, JFR events. */
@NullMarked
package dev.rondo.balancer.telemetry;

import org.jspecify.annotations.NullMarked;
