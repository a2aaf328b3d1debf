/** What the tests of the relay are built from: clients and backends that speak raw bytes, and the grammar that both sides are held to. */
@NullMarked
package dev.rondo.balancer.testkit;

import org.jspecify.annotations.NullMarked;
