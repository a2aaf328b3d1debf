package dev.rondo.bench;

import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Map;
import javax.management.JMException;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/**
 * What the JVM allocates for a request. The counter that is read is that of all platform threads together: a virtual thread
 * has none of its own, it allocates from the buffer of its carrier, which is a loop, or a thread of the scheduler in the
 * fallback engine. So nothing is missed, and nothing is sampled or estimated as it would be from collections or with JFR; what the
 * JVM's other threads allocate meanwhile is counted as well, which shows in a thousand requests and vanishes in a million.
 */
record AllocationTrial(Load load) implements Trial {
    @Override
    @SuppressWarnings("BanJNDI") // the address is that of a process of our own, and no name is looked up
    public Figures measure(Workbench bench, Proxy proxy, int seconds)
            throws IOException, BenchException, InterruptedException {
        try (JMXConnector connector = JMXConnectorFactory.connect(new JMXServiceURL(address(proxy)))) {
            MBeanServerConnection server = connector.getMBeanServerConnection();
            long before = allocated(server);
            Wrk.Counted counted = bench.wrk().measure(load, proxy.port(), seconds);
            double allocated = allocated(server) - before;
            return new Figures(Map.of(
                    Metric.REQUESTS,
                    counted.perSecond(),
                    Metric.ALLOCATION,
                    allocated / counted.requests(),
                    Metric.ERRORS,
                    (double) counted.errors()));
        }
    }

    private static long allocated(MBeanServerConnection server) throws IOException, BenchException {
        try {
            return (long) server.getAttribute(
                    new ObjectName(ManagementFactory.THREAD_MXBEAN_NAME), "TotalThreadAllocatedBytes");
        } catch (JMException e) {
            throw new BenchException("the JVM does not say what it allocates: " + e.getMessage());
        }
    }

    private static String address(Proxy proxy) throws IOException, BenchException {
        try {
            VirtualMachine machine =
                    VirtualMachine.attach(Long.toString(proxy.process().pid()));
            try {
                return machine.startLocalManagementAgent();
            } finally {
                machine.detach();
            }
        } catch (AttachNotSupportedException e) {
            throw new BenchException(proxy.peer().name() + " cannot be looked into: " + e.getMessage());
        }
    }

    @Override
    public void warm(Workbench bench, Proxy proxy, int seconds)
            throws IOException, BenchException, InterruptedException {
        var unused = bench.wrk().run(load, proxy.port(), seconds);
    }
}
