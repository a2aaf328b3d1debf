package dev.rondo.balancer.app;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** What is running, as the jar's manifest says. */
final class Version {
    private static final String UNKNOWN = "development";

    private Version() {}

    /** The version of the product. */
    static String number() {
        String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? UNKNOWN : version;
    }

    /** The commit whose sources it was built from; {@code unknown} where the build was not told. */
    static String revision() {
        try (InputStream in = Version.class.getResourceAsStream("/META-INF/rondo-revision")) {
            if (in != null) return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            return UNKNOWN;
        }
        return UNKNOWN;
    }
}
