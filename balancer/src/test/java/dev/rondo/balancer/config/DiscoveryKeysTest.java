package dev.rondo.balancer.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Backends that are found, from files and variables to records. */
class DiscoveryKeysTest {
    private static final String SERVICE = "backends: {kubernetes: {service: shop}}";

    private static BackendSource source(String file, Map<String, String> variables) {
        if (load(file, variables) instanceof Loaded.Valid valid)
            return valid.configuration().pools().firstEntry().getValue().source();
        throw new AssertionError(load(file, variables));
    }

    private static Loaded load(String file, Map<String, String> variables) {
        return ConfigurationLoader.load(file + "\n", new Findings("rondo.yaml"), variables, Map.of());
    }

    @Test
    void aServiceIsEnough() {
        assertThat(source(SERVICE, Map.of()))
                .isEqualTo(new BackendSource.Kubernetes("shop", null, null, false, null, 1, 0));
        assertThat(source("backends: {kubernetes: {service: shop, port: 080}}", Map.of()))
                .isEqualTo(new BackendSource.Kubernetes("shop", null, "80", false, null, 1, 0));
    }

    @Test
    void aNameThatBeginsWithAnUnderscoreIsOneOfSrvRecords() {
        assertThat(source("backends: {dns: {name: _http._tcp.Web}}", Map.of()))
                .isEqualTo(new BackendSource.Dns("_http._tcp.web", 0, true, Duration.ofSeconds(5), 1, 0));
        assertThat(source("backends: {dns: {name: web, srv: true}}", Map.of()))
                .isEqualTo(new BackendSource.Dns("web", 0, true, Duration.ofSeconds(5), 1, 0));
        assertThat(source("backends: {dns: {name: _web, srv: false, port: 1}}", Map.of()))
                .isEqualTo(new BackendSource.Dns("_web", 1, false, Duration.ofSeconds(5), 1, 0));
    }

    @Test
    void variablesNameASourceWhereTheFileHasNone() {
        Map<String, String> variables = Map.of("RONDO_BACKENDS_DNS_NAME", "web", "RONDO_BACKENDS_DNS_PORT", "80");
        assertThat(source("via: x", variables))
                .isEqualTo(new BackendSource.Dns("web", 80, false, Duration.ofSeconds(5), 1, 0));
        assertThat(source("backends: {dns: {name: other, port: 80, interval: 1s}}", variables))
                .isEqualTo(new BackendSource.Dns("web", 80, false, Duration.ofSeconds(1), 1, 0));
    }

    @Test
    void aListFromAVariableReplacesTheSourceOfTheFile() {
        assertThat(source(SERVICE, Map.of("RONDO_BACKENDS", "http://a:1")))
                .isInstanceOfSatisfying(BackendSource.Listed.class, listed -> assertThat(listed.backends())
                        .extracting(BackendConfig::id)
                        .containsExactly("a:1"));
    }

    @Test
    void aListAndASourceDoNotGoTogether() {
        Loaded loaded = load(
                "backends: [\"http://a\"]", Map.of("RONDO_BACKENDS_DNS_NAME", "web", "RONDO_BACKENDS_DNS_PORT", "80"));
        assertThat(loaded).isInstanceOfSatisfying(Loaded.Broken.class, broken -> assertThat(broken.problems())
                .singleElement()
                .asString()
                .contains("backends.dns", "stands beside a list of backends; a pool has the one or the other"));
    }

    @Test
    void theZoneIsOnlyOfInterestWhereItIsPreferred() {
        Map<String, String> zone = Map.of("RONDO_ZONE", "eu-1");
        assertThat(source("locality: prefer-zone\n" + SERVICE, zone))
                .isEqualTo(new BackendSource.Kubernetes("shop", null, null, true, "eu-1", 1, 0));
        assertThat(source(SERVICE, zone)).isEqualTo(source(SERVICE, Map.of()));
    }

    /** The downward API gives an empty text for a label that the pod does not have. */
    @Test
    void anEmptyZoneIsNone() {
        assertThat(source("locality: prefer-zone\n" + SERVICE, Map.of("RONDO_ZONE", "")))
                .isEqualTo(new BackendSource.Kubernetes("shop", null, null, true, null, 1, 0));
    }

    @Test
    void aPoolThatIsFoundListsNobody() {
        assertThat(load(SERVICE, Map.of())).isInstanceOfSatisfying(Loaded.Valid.class, valid -> {
            assertThat(valid.configuration().pools().firstEntry().getValue().backends())
                    .isEmpty();
            assertThat(valid.warnings()).isEqualTo(List.of());
        });
    }
}
