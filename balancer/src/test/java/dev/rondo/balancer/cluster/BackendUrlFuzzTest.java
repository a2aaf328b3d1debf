package dev.rondo.balancer.cluster;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.rondo.balancer.config.BackendConfig;
import dev.rondo.balancer.config.ConfigurationLoader;
import dev.rondo.balancer.config.Loaded;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;

/** Whatever stands where the URL of a backend should: a problem of one line, or a host and a port that go into a Host field. */
class BackendUrlFuzzTest {
    private static final Pattern HOST = Pattern.compile("[a-z0-9_.-]+|[0-9a-f:.]+");
    private static final Path FILE = file();

    private static Path file() {
        try {
            Path file = Files.createTempFile("rondo", ".yaml");
            file.toFile().deleteOnExit();
            return Files.writeString(file, "backends: [{id: a, url: \"http://a:1\"}]\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @FuzzTest(maxDuration = "20s")
    void anyUrl(FuzzedDataProvider data) {
        String prefix = data.pickValue(new String[] {"", "http://", "http://[", "HTTP://a"});
        String url = prefix + data.consumeRemainingAsString();
        switch (ConfigurationLoader.load(FILE, Map.of(), Map.of("rondo.backends.0.url", url))) {
            case Loaded.Broken broken -> {
                if (broken.problems().isEmpty()) throw new AssertionError("broken without a reason: " + url);
            }
            case Loaded.Valid valid ->
                check(valid.configuration()
                        .pools()
                        .firstEntry()
                        .getValue()
                        .backends()
                        .getFirst());
        }
    }

    private static void check(BackendConfig backend) {
        boolean valid = HOST.matcher(backend.host()).matches()
                && backend.host().length() <= 255
                && backend.port() >= 1
                && backend.port() <= 65_535;
        if (!valid) throw new AssertionError(backend + ": " + backend.host() + " " + backend.port());
    }
}
