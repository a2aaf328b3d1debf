package dev.rondo.balancer.discovery;

import static dev.rondo.balancer.testkit.Slices.hinted;
import static dev.rondo.balancer.testkit.Slices.in;
import static dev.rondo.balancer.testkit.Slices.pod;
import static dev.rondo.balancer.testkit.Slices.ready;
import static dev.rondo.balancer.testkit.Slices.slice;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.cluster.Found;
import dev.rondo.balancer.cluster.Withheld;
import dev.rondo.balancer.config.BackendSource;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPort;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What slices say, and what follows from that. */
class EndpointTableTest {
    private static BackendSource.Kubernetes service(@Nullable String port) {
        return new BackendSource.Kubernetes("api", "shop", port, true, null, 1, 0);
    }

    private static EndpointTable.Backends table(@Nullable String port, @Nullable String zone, EndpointSlice... slices) {
        return new EndpointTable(service(port), zone).backends(List.of(slices));
    }

    /** {@code id@place}, {@code !} where it is withheld, {@code ~} where it is far. */
    private static List<String> shown(EndpointTable.Backends backends) {
        return backends.found().stream().map(EndpointTableTest::shown).toList();
    }

    private static String shown(Found found) {
        return (found.withheld() == null ? "" : "!") + (found.near() ? "" : "~")
                + found.config().id() + "@" + found.config().url().getRawAuthority();
    }

    @ParameterizedTest(name = "ready {0}, serving {1}, terminating {2}: beside a ready one {3}, alone {4}")
    @CsvSource({
        "true,  true,  false, used,     used",
        "true,  null,  null,  used,     used",
        "null,  null,  null,  used,     used", // the API: unknown is ready
        "null,  true,  false, used,     used",
        "false, false, false, withheld, withheld",
        "false, true,  false, withheld, withheld",
        "false, null,  null,  withheld, withheld",
        "false, true,  true,  withheld, used", // KEP-1669
        "false, false, true,  withheld, withheld",
        "false, null,  true,  withheld, withheld",
        "true,  true,  true,  withheld, used", // publishNotReadyAddresses
        "null,  null,  true,  withheld, used",
    })
    void conditions(String ready, String serving, String terminating, String beside, String alone) {
        var endpoint = pod("b", "10.0.0.2", condition(ready), condition(serving), condition(terminating));
        assertThat(shown(table("http", null, slice("s", "api", 80, ready("a", "10.0.0.1"), endpoint))))
                .containsExactly("a@10.0.0.1:80", (beside.equals("used") ? "" : "!") + "b@10.0.0.2:80");
        assertThat(shown(table("http", null, slice("s", "api", 80, endpoint))))
                .containsExactly((alone.equals("used") ? "" : "!") + "b@10.0.0.2:80");
    }

    private static @Nullable Boolean condition(String word) {
        return word.equals("null") ? null : Boolean.valueOf(word);
    }

    @Test
    void whatIsWithheldSaysWhy() {
        assertThat(table(
                                null,
                                null,
                                slice(
                                        "s",
                                        "api",
                                        80,
                                        ready("a", "10.0.0.1"),
                                        pod("b", "10.0.0.2", false, true, true),
                                        pod("c", "10.0.0.3", false, false, false)))
                        .found())
                .extracting(Found::withheld)
                .containsExactly(
                        null,
                        new Withheld("its pod is terminating", true),
                        new Withheld("its pod is not ready", false));
    }

    @Test
    void whereAllEndThoseThatServeAreUsed() {
        assertThat(shown(table(
                        null,
                        null,
                        slice(
                                "s",
                                "api",
                                80,
                                pod("a", "10.0.0.1", false, true, true),
                                pod("b", "10.0.0.2", false, false, true),
                                pod("c", "10.0.0.3", false, false, false)))))
                .containsExactly("a@10.0.0.1:80", "!b@10.0.0.2:80", "!c@10.0.0.3:80");
    }

    @Test
    void severalSlicesAreOneService() {
        EndpointSlice one = slice("one", "api", 80, ready("a", "10.0.0.1"), ready("c", "10.0.0.3"));
        EndpointSlice two = slice("two", "api", 80, ready("b", "10.0.0.2"), ready("c", "10.0.0.3"));
        assertThat(shown(table("80", null, one, two)))
                .containsExactly("a@10.0.0.1:80", "b@10.0.0.2:80", "c@10.0.0.3:80");
    }

    /** While an endpoint moves from one slice to another it may be in both, in states of different moments. */
    @Test
    void ofOnePodTwiceTheBetterCounts() {
        EndpointSlice old = slice("one", "api", 80, pod("a", "10.0.0.1", false, true, true));
        EndpointSlice young = slice("two", "api", 80, ready("a", "10.0.0.9"));
        assertThat(shown(table("http", null, old, young))).containsExactly("a@10.0.0.9:80");
        assertThat(shown(table("http", null, young, old))).containsExactly("a@10.0.0.9:80");
    }

    @Test
    void aPodWithTwoFamiliesIsOneBackend() {
        EndpointSlice six = slice("six", "api", "IPv6", 80, ready("a", "fd00::1"), ready("b", "fd00::2"));
        EndpointSlice four = slice("four", "api", "IPv4", 80, ready("a", "10.0.0.1"));
        assertThat(shown(table("http", null, six, four))).containsExactly("a@10.0.0.1:80", "b@[fd00::2]:80");
        assertThat(shown(table("http", null, six))).containsExactly("a@[fd00::1]:80", "b@[fd00::2]:80");
    }

    @Test
    void whatIsNoPodIsNamedByItsPlace() {
        var external = new EndpointBuilder().withAddresses("192.0.2.1").build();
        var same = new EndpointBuilder().withAddresses("2001:db8::1").build();
        EndpointSlice six = slice("six", "api", "IPv6", 80, same);
        assertThat(shown(table("http", null, slice("s", "api", 80, external), six)))
                .containsExactly("192.0.2.1:80@192.0.2.1:80");
        assertThat(shown(table("http", null, six))).containsExactly("[2001:db8::1]:80@[2001:db8::1]:80");
    }

    @Test
    void namesAreNoAddresses() {
        assertThat(table("http", null, slice("s", "api", "FQDN", 80, ready("a", "a.example.com")))
                        .found())
                .isEmpty();
    }

    @Test
    void aNamedPortMayDifferFromPodToPod() {
        assertThat(shown(table(
                        "http",
                        null,
                        slice("s", "api", 8080, ready("a", "10.0.0.1")),
                        slice("t", "api", 9090, ready("b", "10.0.0.2")))))
                .containsExactly("a@10.0.0.1:8080", "b@10.0.0.2:9090");
    }

    @Test
    void aPortThatIsNotThereIsNamed() {
        EndpointSlice slice = slice("s", "api", 8080, ready("a", "10.0.0.1"));
        EndpointTable.Backends backends = table("80", null, slice);
        assertThat(backends.found()).isEmpty();
        assertThat(backends.missing())
                .isEqualTo("there is no port 80, but 8080 (http); set port to the one of the pods, or to its name");
        assertThat(table("8080", null, slice).missing()).isNull();
        EndpointSlice two = new EndpointSliceBuilder(slice)
                .addNewPort()
                .withName("metrics")
                .withPort(9090)
                .endPort()
                .build();
        assertThat(table(null, null, two).missing()).startsWith("there is more than one port, but 8080 (http), 9090");
        assertThat(table(null, null, slice).missing()).isNull();
    }

    @Test
    void datagramsAreNotSpoken() {
        EndpointSlice slice = new EndpointSliceBuilder(slice("s", "api", 53, ready("a", "10.0.0.1")))
                .editFirstPort()
                .withProtocol("UDP")
                .endPort()
                .build();
        assertThat(table("http", null, slice).found()).isEmpty();
    }

    @Test
    void aHeadlessServiceMayNameNoPort() {
        EndpointSlice slice = new EndpointSliceBuilder(slice("s", "api", 1, ready("a", "10.0.0.1")))
                .withPorts(List.<EndpointPort>of())
                .build();
        assertThat(shown(table("8080", null, slice))).containsExactly("a@10.0.0.1:8080");
        assertThat(table("http", null, slice).missing()).startsWith("there is no port http, but none;");
    }

    @Test
    void zones() {
        EndpointSlice slice =
                slice("s", "api", 80, in("a", ready("one", "10.0.0.1")), in("b", ready("two", "10.0.0.2")));
        assertThat(shown(table(null, "a", slice))).containsExactly("one@10.0.0.1:80", "~two@10.0.0.2:80");
        assertThat(shown(table(null, null, slice))).containsExactly("one@10.0.0.1:80", "two@10.0.0.2:80");
        assertThat(shown(table(null, "c", slice))).containsExactly("~one@10.0.0.1:80", "~two@10.0.0.2:80");
    }

    @Test
    void hintsCountWhereEveryEndpointHasOne() {
        var one = hinted("b", in("a", ready("one", "10.0.0.1")));
        var two = hinted("a", in("b", ready("two", "10.0.0.2")));
        var three = in("a", ready("three", "10.0.0.3"));
        assertThat(shown(table(null, "a", slice("s", "api", 80, one, two))))
                .containsExactly("~one@10.0.0.1:80", "two@10.0.0.2:80");
        assertThat(shown(table(null, "a", slice("s", "api", 80, one, two, three))))
                .containsExactly("one@10.0.0.1:80", "three@10.0.0.3:80", "~two@10.0.0.2:80");
    }

    @Test
    void theOrderOfSlicesAndEndpointsMeansNothing() {
        List<EndpointSlice> slices = new ArrayList<>(List.of(
                slice("one", "api", 80, ready("c", "10.0.0.3"), pod("a", "10.0.0.1", false, true, true)),
                slice("two", "api", 80, ready("b", "10.0.0.2"), ready("a", "10.0.0.7")),
                slice("six", "api", "IPv6", 80, ready("a", "fd00::1"), ready("d", "fd00::4"))));
        List<Found> expected =
                new EndpointTable(service(null), "a").backends(slices).found();
        Random random = new Random(7);
        for (int round = 0; round < 50; round++) {
            Collections.shuffle(slices, random);
            List<EndpointSlice> shuffled = slices.stream()
                    .map(slice -> {
                        var endpoints = new ArrayList<>(slice.getEndpoints());
                        Collections.shuffle(endpoints, random);
                        return new EndpointSliceBuilder(slice)
                                .withEndpoints(endpoints)
                                .build();
                    })
                    .toList();
            assertThat(new EndpointTable(service(null), "a").backends(shuffled).found())
                    .isEqualTo(expected);
        }
    }

    @Test
    void nothingIsNothing() {
        assertThat(table("http", null)).isEqualTo(new EndpointTable.Backends(List.of(), null));
        assertThat(table("http", null, slice("s", "api", 80)).found()).isEmpty();
    }
}
