package dev.rondo.balancer.health;

/** Passes when a connection is accepted; nothing is sent on it. */
public final class TcpCheck implements Check {
    private final Connector connector;

    /** One whose connections {@code connector} makes. */
    public TcpCheck(Connector connector) {
        this.connector = connector;
    }

    @Override
    public CheckResult run(Place place, Deadline deadline) {
        try {
            Connector.close(connector.connect(place, deadline));
            return CheckResult.passed("connected");
        } catch (CheckEnded e) {
            return e.result();
        }
    }
}
