package dev.rondo.balancer.config;

import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * A block of addresses, {@code 10.0.0.0/8} or {@code fd00::/8}; an address alone is a block of one.
 *
 * @param network its first address
 * @param prefix bits that count
 */
public record Cidr(InetAddress network, int prefix) {
    public Cidr {
        var check = new Rejected.Check();
        check.that(prefix >= 0 && prefix <= network.getAddress().length * 8, "prefix", prefix + " is out of range");
        check.done();
    }

    /** The first address of the block of {@code prefix} bits that {@code address} lies in. */
    static InetAddress first(InetAddress address, int prefix) {
        byte[] bytes = address.getAddress();
        for (int bit = prefix; bit < bytes.length * 8; bit++) bytes[bit / 8] &= (byte) ~(0x80 >> bit % 8);
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of " + bytes.length + " bytes", e);
        }
    }

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
