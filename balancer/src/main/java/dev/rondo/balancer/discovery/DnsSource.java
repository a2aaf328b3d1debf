package dev.rondo.balancer.discovery;

import dev.rondo.balancer.cluster.Found;
import dev.rondo.balancer.config.BackendSource;
import dev.rondo.balancer.connect.Resolver;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a name resolves to, looked up again and again. */
final class DnsSource implements Source {
    private final BackendSource.Dns config;
    private final Resolver.Lookup addresses;
    private final @Nullable SrvLookup records;

    private DnsSource(BackendSource.Dns config, Resolver.Lookup addresses, @Nullable SrvLookup records) {
        this.config = config;
        this.addresses = addresses;
        this.records = records;
    }

    static DnsSource of(BackendSource.Dns config, Resolver.Lookup addresses) {
        return new DnsSource(config, addresses, config.srv() ? new SrvLookup() : null);
    }

    /** With SRV records from {@code records}. */
    static DnsSource of(BackendSource.Dns config, SrvLookup records) {
        return new DnsSource(config, Resolver::system, records);
    }

    @Override
    public void follow(Feed feed) throws SourceLost, InterruptedException {
        while (true) {
            feed.pause(look(feed));
        }
    }

    /** Looks once; returns how long that holds. */
    private long look(Feed feed) throws SourceLost {
        if (records == null) {
            feed.found(ofAddresses(resolve()));
            return config.interval().toNanos();
        }
        SrvLookup.Answer answer = records.look(config.name());
        feed.found(answer.backends(config));
        return answer.holdsNanos(config.interval().toNanos());
    }

    private List<InetAddress> resolve() throws SourceLost {
        try {
            return addresses.addresses(config.name());
        } catch (UnknownHostException e) {
            throw new SourceLost("the name cannot be resolved", e);
        }
    }

    /**
     * IPv4 where there is any, since a name that has both names the same machines twice; sorted, because many servers turn their
     * answers round.
     */
    private List<Found> ofAddresses(List<InetAddress> all) {
        boolean four = all.stream().anyMatch(Inet4Address.class::isInstance);
        return all.stream()
                .filter(address -> !four || address instanceof Inet4Address)
                .sorted(Comparator.comparing(InetAddress::getAddress, Arrays::compareUnsigned))
                .distinct()
                .map(address -> new Found(Places.backend(
                        Places.literal(address), config.port(), config.weight(), false, config.maxRequests())))
                .toList();
    }
}
