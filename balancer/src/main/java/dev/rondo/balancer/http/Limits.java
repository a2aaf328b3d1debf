package dev.rondo.balancer.http;

/**
 * What a head may measure.
 *
 * @param headSize bytes, the empty line included
 * @param fields field lines
 * @param target bytes of a request target
 */
public record Limits(int headSize, int fields, int target) {
    /** The defaults of the configuration. */
    public static final Limits DEFAULT = new Limits(32 * 1024, 128, 16 * 1024);
}
