/** Active checks: whether a backend answers when nobody else asks it. They push what they find; nothing calls them back. */
@NullMarked
package dev.rondo.balancer.health;

import org.jspecify.annotations.NullMarked;
