package dev.rondo.balancer.admin;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Locale;
import java.util.zip.GZIPOutputStream;

/** {@code /metrics}: Prometheus text, OpenMetrics or protobuf as {@code Accept} asks, gzip where it is accepted. */
final class MetricsHandler implements Handler {
    private final PrometheusRegistry registry;
    private final ExpositionFormats formats = ExpositionFormats.init();

    MetricsHandler(PrometheusRegistry registry) {
        this.registry = registry;
    }

    @Override
    public void handle(ServerRequest request, ServerResponse response) throws IOException {
        String accept = String.join(",", request.headers().values(HeaderNames.ACCEPT));
        ExpositionFormatWriter writer = formats.findWriter(accept);
        boolean gzip = acceptsGzip(String.join(",", request.headers().values(HeaderNames.ACCEPT_ENCODING)));
        ByteArrayOutputStream body = new ByteArrayOutputStream(16 * 1024);
        try (OutputStream out = gzip ? new GZIPOutputStream(body) : body) {
            writer.write(out, registry.scrape(), EscapingScheme.fromAcceptHeader(accept));
        }
        response.header(HeaderNames.CONTENT_TYPE, writer.getContentType());
        response.header(HeaderNames.VARY, "Accept, Accept-Encoding");
        if (gzip) {
            response.header(HeaderNames.CONTENT_ENCODING, "gzip");
        }
        response.send(body.toByteArray());
    }

    /** Whether {@code Accept-Encoding} names gzip without a weight of zero (RFC 9110 §12.5.3). */
    static boolean acceptsGzip(String acceptEncoding) {
        for (String coding : acceptEncoding.toLowerCase(Locale.ROOT).split(",", -1)) {
            String[] parts = coding.strip().split(";", 2);
            if (parts[0].strip().equals("gzip")) {
                return parts.length == 1 || !parts[1].replace(" ", "").matches("q=0(\\.0{0,3})?");
            }
        }
        return false;
    }
}
