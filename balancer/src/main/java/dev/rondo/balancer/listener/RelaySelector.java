package dev.rondo.balancer.listener;

import dev.rondo.balancer.proxy.Proxy;
import io.helidon.common.buffers.BufferData;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import java.util.Set;

/** Takes every connection for the relay, before a byte is read. */
final class RelaySelector implements ServerConnectionSelector {
    private final Proxy proxy;
    private final AcceptedChannels accepted;
    private final ClientCounts counts;

    RelaySelector(Proxy proxy, AcceptedChannels accepted, ClientCounts counts) {
        this.proxy = proxy;
        this.accepted = accepted;
        this.counts = counts;
    }

    @Override
    public int bytesToIdentifyConnection() {
        return 0;
    }

    @Override
    public Support supports(BufferData data) {
        return Support.SUPPORTED;
    }

    @Override
    public Set<String> supportedApplicationProtocols() {
        return Set.of();
    }

    @Override
    public ServerConnection connection(ConnectionContext context) {
        return new RelayConnection(proxy, accepted, counts, context);
    }
}
