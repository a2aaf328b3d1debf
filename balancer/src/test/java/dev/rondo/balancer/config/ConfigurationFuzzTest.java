package dev.rondo.balancer.config;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Whatever a file and the variables say: an answer, never an exception, and problems of one line each. */
class ConfigurationFuzzTest {
    @FuzzTest(maxDuration = "20s")
    void anyBytesGiveAnAnswer(FuzzedDataProvider data) throws IOException {
        Map<String, String> properties = new HashMap<>();
        if (data.consumeBoolean()) {
            String key = data.pickValue(
                    List.of("server.port", "backends", "backends.0.url", "log.levels.a", "timeouts.idle"));
            properties.put("rondo." + key, data.consumeString(40));
        }
        Path file = Files.createTempFile("rondo", ".yaml");
        try {
            Files.write(file, data.consumeRemainingAsBytes());
            judge(ConfigurationLoader.load(file, Map.of(), properties));
        } finally {
            Files.delete(file);
        }
    }

    static void judge(Loaded loaded) {
        switch (loaded) {
            case Loaded.Broken broken -> {
                if (broken.problems().isEmpty()) throw new AssertionError("broken without a reason");
                for (Problem problem : broken.problems())
                    if (problem.toString().lines().count() != 1) throw new AssertionError(problem.toString());
            }
            case Loaded.Valid valid when valid.effective().toString().contains(Secret.HIDDEN) -> {
                // what is printed does not load, which is the purpose
            }
            case Loaded.Valid valid -> {
                Loaded again = ConfigurationLoader.load(
                        valid.effective().toString(), new Findings("printed"), Map.of(), Map.of());
                if (!(again instanceof Loaded.Valid same)
                        || !same.configuration().equals(valid.configuration()))
                    throw new AssertionError("printing changes it: " + valid.effective());
            }
        }
    }
}
