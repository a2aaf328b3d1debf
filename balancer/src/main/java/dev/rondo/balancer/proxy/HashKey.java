package dev.rondo.balancer.proxy;

import dev.rondo.balancer.balance.Hash;
import dev.rondo.balancer.config.HashOn;
import dev.rondo.balancer.config.PoolConfig;
import dev.rondo.balancer.http.RequestHead;

/** What keeps a client at a backend, for the strategies that hash. */
final class HashKey {
    private HashKey() {}

    /**
     * The hash of what {@code hash-on} names. A request without that field or cookie is hashed by its client's address: all of them
     * at one backend would be worse than any spread.
     */
    static long of(PoolConfig config, RequestHead head, String client) {
        if (!config.strategy().hashes()) return 0;
        String key =
                switch (config.balancing().hashOn()) {
                    case HashOn.ClientIp ip -> null;
                    case HashOn.Header header -> head.value(header.name());
                    case HashOn.Cookie cookie -> head.cookie(cookie.name());
                    case HashOn.Path path -> head.path();
                };
        return Hash.of(key == null ? client : key);
    }
}
