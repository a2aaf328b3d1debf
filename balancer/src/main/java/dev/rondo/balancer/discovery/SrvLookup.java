package dev.rondo.balancer.discovery;

import dev.rondo.balancer.cluster.Found;
import dev.rondo.balancer.config.BackendSource;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.ExtendedResolver;
import org.xbill.DNS.Lookup;
import org.xbill.DNS.Record;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.ResolverConfig;
import org.xbill.DNS.SRVRecord;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/** SRV records (RFC 2782), which the JDK's resolver does not look up. */
final class SrvLookup {
    /** However short records live, they are not asked for more often. */
    private static final long SHORTEST = TimeUnit.SECONDS.toNanos(1);

    private static final int HEAVIEST = 100;

    private final @Nullable Resolver resolver;

    /** Asks the servers of this machine. */
    SrvLookup() {
        this(null);
    }

    /** @param resolver null for the servers of this machine */
    SrvLookup(@Nullable Resolver resolver) {
        this.resolver = resolver;
    }

    /** @param records at least one */
    record Answer(List<SRVRecord> records) {
        /** Until when it holds, seen from now; {@code interval} where it lives longer. */
        long holdsNanos(long interval) {
            long lives = records.stream().mapToLong(Record::getTTL).min().orElse(0);
            return Math.min(interval, Math.max(SHORTEST, TimeUnit.SECONDS.toNanos(lives)));
        }

        /** Sorted by their places. A record without a target says that there is no backend. */
        List<Found> backends(BackendSource.Dns config) {
            Map<String, SRVRecord> places = new LinkedHashMap<>();
            records.stream()
                    .filter(record -> !host(record).isEmpty() && record.getPort() > 0)
                    .sorted(Comparator.comparingInt(SRVRecord::getPriority))
                    .forEach(record -> places.putIfAbsent(Places.authority(host(record), record.getPort()), record));
            int first = places.values().stream()
                    .mapToInt(SRVRecord::getPriority)
                    .min()
                    .orElse(0);
            int heaviest = places.values().stream()
                    .mapToInt(SRVRecord::getWeight)
                    .max()
                    .orElse(0);
            boolean equal = places.values().stream().allMatch(record -> record.getWeight() == heaviest);
            List<Found> found = new ArrayList<>();
            places.forEach((id, record) -> found.add(new Found(Places.backend(
                    host(record),
                    record.getPort(),
                    equal ? config.weight() : Math.max(1, HEAVIEST * record.getWeight() / heaviest),
                    record.getPriority() > first,
                    config.maxRequests()))));
            found.sort(Comparator.comparing(each -> each.config().id()));
            return found;
        }

        private static String host(SRVRecord record) {
            return record.getTarget().toString(true).toLowerCase(Locale.ROOT).replaceFirst("^\\.$", "");
        }
    }

    /** Asks once, over UDP, and over TCP where the answer is too long for that. Completes the name as the machine does. */
    Answer look(String name) throws SourceLost {
        try {
            Lookup lookup = new Lookup(name, Type.SRV);
            lookup.setCache(null); // it holds as long as we say
            lookup.setResolver(resolver == null ? machines() : resolver);
            Record[] records = lookup.run();
            if (records == null || records.length == 0)
                throw new SourceLost("no SRV records: " + lookup.getErrorString(), null);
            return new Answer(Arrays.stream(records)
                    .filter(SRVRecord.class::isInstance)
                    .map(SRVRecord.class::cast)
                    .toList());
        } catch (TextParseException | UnknownHostException e) {
            throw new SourceLost("the name cannot be looked up", e);
        }
    }

    /** Read anew each time: a machine gets other servers while it runs. */
    private static Resolver machines() throws UnknownHostException {
        ResolverConfig.refresh();
        return new ExtendedResolver();
    }
}
