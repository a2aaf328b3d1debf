package dev.rondo.balancer.proxy;

import dev.rondo.balancer.config.Cidr;
import dev.rondo.balancer.config.Configuration;
import dev.rondo.balancer.http.Limits;
import java.net.InetAddress;
import java.util.List;

/** What the relay wants to know of the configuration, times in nanoseconds. Immutable. */
record Settings(
        Limits limits,
        long maxBody,
        int maxInFlight,
        long requestHead,
        int requestBodyRate,
        long bodyGrace,
        long threadGrace,
        long idle,
        long keepAlive,
        List<Cidr> trustedProxies,
        boolean forwarded,
        String via,
        boolean exposeErrors) {
    static Settings of(Configuration c, Graces graces) {
        return new Settings(
                new Limits(
                        c.limits().maxHeadSize(),
                        c.limits().maxFields(),
                        c.limits().maxTarget()),
                c.limits().maxBody(),
                c.limits().maxRequestsInFlight(),
                c.timeouts().requestHead().toNanos(),
                c.timeouts().requestBodyRate(),
                graces.body().toNanos(),
                graces.thread().toNanos(),
                c.timeouts().idle().toNanos(),
                c.timeouts().keepAlive().toNanos(),
                c.trustedProxies(),
                c.forwarded(),
                c.via(),
                c.exposeErrors());
    }

    boolean trusts(InetAddress peer) {
        for (Cidr block : trustedProxies) if (block.contains(peer)) return true;
        return false;
    }
}
