package dev.rondo.balancer.discovery;

import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientImpl;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.http.HttpClient;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The JDK's HTTP client, which ends when it is closed. fabric8 leaves that to the garbage collector, and with it a thread and the
 * descriptors of a selector: a long outage, with a new client for each try, would pile them up. For one client of Kubernetes.
 */
final class EndingHttpClient extends JdkHttpClientFactory {
    private final Queue<HttpClient> made = new ConcurrentLinkedQueue<>();

    @Override
    protected HttpClient.Builder createNewHttpClientBuilder() {
        HttpClient.Builder builder = super.createNewHttpClientBuilder();
        // what it builds is nowhere else to be had
        return (HttpClient.Builder) Proxy.newProxyInstance(
                EndingHttpClient.class.getClassLoader(),
                new Class<?>[] {HttpClient.Builder.class},
                (proxy, method, arguments) -> {
                    try {
                        Object result = method.invoke(builder, arguments);
                        if (result instanceof HttpClient client) made.add(client);
                        return result == builder ? proxy : result;
                    } catch (InvocationTargetException e) {
                        throw e.getCause() == null ? e : e.getCause();
                    }
                });
    }

    @Override
    protected void closeHttpClient(JdkHttpClientImpl closed) {
        made.forEach(HttpClient::shutdownNow);
        super.closeHttpClient(closed);
    }
}
