package dev.rondo.balancer.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** A secret reaches its record and nobody's eyes. */
class SecretsTest {
    private static final String SECRET = "correct-horse-battery-staple";
    private static final String BACKENDS = "backends: [\"http://localhost:5000\"]\n";

    @Test
    void theRecordHasIt() {
        Configuration configuration = valid().configuration();
        assertThat(configuration.admin().token()).isEqualTo(SECRET);
        Affinity affinity =
                configuration.pools().firstEntry().getValue().balancing().affinity();
        assertThat(affinity == null ? "" : affinity.secret()).isEqualTo(SECRET);
    }

    @Test
    void nothingThatIsPrintedHasIt() {
        Loaded.Valid valid = valid();
        assertThat(valid.effective().toString())
                .doesNotContain(SECRET)
                .contains("token: \"(hidden)\"", "secret: \"(hidden)\"", "# environment variable RONDO_ADMIN_TOKEN");
        assertThat(valid.configuration().toString())
                .doesNotContain(SECRET)
                .contains("token=(hidden)", "secret=(hidden)");
    }

    @Test
    void whatIsPrintedInItsPlaceDoesNotBecomeThePassword() {
        Loaded again =
                ConfigurationLoader.load(valid().effective().toString(), new Findings("printed"), Map.of(), Map.of());
        assertThat(again).isInstanceOf(Loaded.Broken.class);
        assertThat(((Loaded.Broken) again).problems())
                .extracting(Problem::path)
                .containsExactly("admin.token", "affinity.secret");
    }

    @Test
    void messagesDoNotQuoteIt() {
        Loaded loaded = ConfigurationLoader.load(
                BACKENDS, new Findings("f"), Map.of("RONDO_ADMIN_TOKEN", "hunter2"), Map.of("rondo.affinity", "a"));
        assertThat(loaded).isInstanceOf(Loaded.Broken.class);
        assertThat(loaded.toString()).doesNotContain("hunter2");
        assertThat(((Loaded.Broken) loaded).problems())
                .extracting(Problem::toString)
                .containsExactly("RONDO_ADMIN_TOKEN admin.token: the value is not a secret; use 16 to 512 letters,"
                        + " digits and any of . _ ~ + / = -");
    }

    private static Loaded.Valid valid() {
        Loaded loaded = ConfigurationLoader.load(
                "affinity: {cookie: a, secret: " + SECRET + "}\n" + BACKENDS,
                new Findings("f"),
                Map.of("RONDO_ADMIN_TOKEN", SECRET),
                Map.of());
        assertThat(loaded).isInstanceOf(Loaded.Valid.class);
        return (Loaded.Valid) loaded;
    }
}
