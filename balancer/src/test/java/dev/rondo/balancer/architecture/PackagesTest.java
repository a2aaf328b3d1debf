package dev.rondo.balancer.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleName;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The table of packages in the design, §2: each imports only packages below it. */
class PackagesTest {
    private static final String ROOT = "dev.rondo.balancer";

    /** From top to bottom; those of one row know nothing of each other. */
    private static final List<List<String>> TABLE = List.of(
            List.of("app"),
            List.of("admin"),
            List.of("listener"),
            List.of("proxy"),
            List.of("route"),
            List.of("health", "discovery"),
            List.of("cluster"),
            List.of("balance"),
            List.of("connect"),
            List.of("telemetry"),
            List.of("http"),
            List.of("wire"),
            List.of("prove"),
            List.of("config"));

    /** Import nothing of the project. */
    private static final List<String> LEAVES = List.of("balance", "prove", "config");

    private static final Pattern VAGUE = Pattern.compile("Abstract.*|.*(Manager|Helper|Utils?|Impl|Data|Info)");
    private static final Pattern CLOCK = Pattern.compile("(nanoTime|currentTimeMillis|now|instant|millis)");

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT);

    private static String in(String name) {
        return ROOT + "." + name + "..";
    }

    private static List<String> names() {
        return TABLE.stream().flatMap(List::stream).toList();
    }

    /** The packages that {@code name} may not know. */
    private static String[] refusedTo(String name) {
        if (LEAVES.contains(name)) {
            return names().stream()
                    .filter(other -> !other.equals(name))
                    .map(PackagesTest::in)
                    .toArray(String[]::new);
        }
        List<String> refused = new ArrayList<>();
        for (List<String> row : TABLE) {
            for (String other : row) if (!other.equals(name)) refused.add(in(other));
            if (row.contains(name)) break;
        }
        return refused.toArray(String[]::new);
    }

    @ParameterizedTest
    @MethodSource("names")
    void importsOnlyPackagesBelow(String name) {
        String[] refused = refusedTo(name);
        if (refused.length == 0) return; // the top
        noClasses()
                .that(resideInAPackage(in(name)))
                .should()
                .dependOnClassesThat(resideInAnyPackage(refused))
                .allowEmptyShould(true) // of packages that are still to come
                .check(CLASSES);
    }

    @Test
    void everyPackageStandsInTheTable() {
        Set<String> there = new TreeSet<>();
        for (JavaClass each : CLASSES) {
            String rest = each.getPackageName().substring(ROOT.length());
            there.add(rest.isEmpty() ? "(root)" : rest.substring(1));
        }
        assertThat(there).isSubsetOf(names()).contains("app", "proxy", "http", "wire", "config");
    }

    @Test
    void thereAreNoCycles() {
        slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void everyPackageIsNullMarked() {
        Set<String> names = new TreeSet<>();
        for (JavaClass each : CLASSES) names.add(each.getPackageName());
        assertThat(names).allMatch(name -> CLASSES.getPackage(name).isAnnotatedWith(NullMarked.class));
    }

    @Test
    void httpDoesNoInputOrOutputAndStartsNoThreads() {
        noClasses()
                .that(resideInAPackage(in("http")))
                .should()
                .dependOnClassesThat(resideInAnyPackage(
                                "java.nio.channels..", "java.net..", "java.util.concurrent..", "java.io..", in("wire"))
                        .and(not(simpleName("Serializable"))) // what enums and exceptions are
                        .or(DescribedPredicate.describe("is a thread", c -> c.isAssignableTo(Thread.class))))
                .check(CLASSES);
    }

    @Test
    void theDemoBackendIsAnotherProgram() {
        noClasses()
                .should()
                .dependOnClassesThat(resideInAPackage("dev.rondo.backend.."))
                .check(CLASSES);
    }

    @Test
    void onlyTheTickerReadsClocks() {
        noClasses()
                .that(DescribedPredicate.describe(
                        "are not the ticker", c -> !c.getName().startsWith(ROOT + ".wire.Ticker")))
                .should()
                .callMethodWhere(DescribedPredicate.describe("reads a clock", PackagesTest::readsClock))
                .check(CLASSES);
    }

    private static boolean readsClock(JavaMethodCall call) {
        JavaClass owner = call.getTargetOwner();
        boolean clock =
                owner.isEquivalentTo(System.class) || owner.getPackageName().equals("java.time");
        return clock && CLOCK.matcher(call.getName()).matches() && !owner.isEquivalentTo(java.time.Duration.class);
    }

    @Test
    void namesSayWhatAClassDoes() {
        noClasses()
                .that(DescribedPredicate.describe(
                        "do not bear the name of what they extend", c -> !bearsParentsName(c)))
                .should()
                .haveNameMatching(".*[.$](" + VAGUE.pattern() + ")")
                .check(CLASSES);
    }

    /** Such as a {@code java.util.logging.LogManager} of ours. */
    private static boolean bearsParentsName(JavaClass each) {
        return each.getRawSuperclass()
                .filter(parent -> parent.getPackageName().startsWith("java."))
                .filter(parent -> each.getSimpleName().endsWith(parent.getSimpleName()))
                .isPresent();
    }

    @Test
    void nothingSleeps() {
        noClasses()
                .should()
                .callMethodWhere(DescribedPredicate.describe(
                        "sleeps",
                        call -> call.getTargetOwner().isEquivalentTo(Thread.class)
                                && call.getName().equals("sleep")))
                .check(CLASSES);
    }
}
