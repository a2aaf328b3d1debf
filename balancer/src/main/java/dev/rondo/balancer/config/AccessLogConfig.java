package dev.rondo.balancer.config;

/**
 * The access log.
 *
 * @param format how a line looks
 * @param path a file, or {@code -} for standard output
 */
public record AccessLogConfig(Format format, String path) {
    /** How a line looks. */
    public enum Format {
        /** One JSON object a line. */
        JSON,
        /** The NCSA common log format. */
        COMMON,
        /** The common format with referer and user agent. */
        COMBINED,
        /** No access log. */
        OFF
    }
}
