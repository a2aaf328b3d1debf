package dev.rondo.balancer.config;

import java.net.InetAddress;

/**
 * A block of addresses, {@code 10.0.0.0/8} or {@code fd00::/8}; an address alone is a block of one.
 *
 * @param network its first address
 * @param prefix bits that count
 */
public record Cidr(InetAddress network, int prefix) {
    /** Whether {@code address} lies in this block; an IPv4 address never lies in an IPv6 block. */
    public boolean contains(InetAddress address) {
        byte[] mine = network.getAddress();
        byte[] other = address.getAddress();
        if (mine.length != other.length) return false;
        int whole = prefix / 8;
        for (int i = 0; i < whole; i++) if (mine[i] != other[i]) return false;
        int rest = prefix % 8;
        return rest == 0 || ((mine[whole] ^ other[whole]) & (0xff00 >> rest) & 0xff) == 0;
    }
}
