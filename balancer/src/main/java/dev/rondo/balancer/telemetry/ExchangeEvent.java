package dev.rondo.balancer.telemetry;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.EventType;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/**
 * An exchange as Java Flight Recorder keeps it, beside the JVM's own events: what was relayed while the collector ran, a thread was
 * pinned or code was thrown away. Where nothing records, it costs nothing.
 */
@Name("dev.rondo.Exchange")
@Label("Exchange")
@Category("Rondo")
@Description("A request and what became of it; the event is of its end")
@StackTrace(false)
final class ExchangeEvent extends Event {
    @Label("Request id")
    @Nullable
    String requestId;

    @Label("Method")
    @Nullable
    String method;

    @Label("Target")
    @Nullable
    String target;

    @Label("Pool")
    @Nullable
    String pool;

    @Label("Backend")
    @Description("The one that was asked last")
    @Nullable
    String backend;

    @Label("Attempts")
    int attempts;

    @Label("Status")
    int status;

    @Label("Reason")
    @Nullable
    String reason;

    @Label("Bytes in")
    @DataAmount
    long bytesIn;

    @Label("Bytes out")
    @DataAmount
    long bytesOut;

    @Label("Whole duration")
    @Timespan
    long whole;

    @Label("Upstream duration")
    @Description("Of the last attempt, to the head of its answer")
    @Timespan
    long upstream;

    /** Apart, because to ask for it starts the recorder. */
    private static final class Kind {
        static final EventType TYPE = EventType.getEventType(ExchangeEvent.class);
    }

    /** Leaves {@code exchange} in the recording, if there is one that wants it. */
    static void emit(Exchange exchange) {
        // an event that nobody wants would be an allocation, until C2 removes it
        if (!FlightRecorder.isInitialized() || !Kind.TYPE.isEnabled()) return;
        new ExchangeEvent().commit(exchange);
    }

    private void commit(Exchange exchange) {
        requestId = exchange.requestId();
        method = exchange.method();
        target = exchange.target();
        pool = exchange.pool();
        attempts = exchange.attempts().size();
        if (attempts > 0) {
            Attempt last = exchange.attempts().getLast();
            backend = last.backend().backend();
            upstream = last.durationNanos();
        }
        status = exchange.status();
        reason = exchange.reason().word();
        bytesIn = exchange.bytesIn();
        bytesOut = exchange.bytesOut();
        whole = exchange.durationNanos();
        commit();
    }
}
