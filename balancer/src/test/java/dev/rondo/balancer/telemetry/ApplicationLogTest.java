package dev.rondo.balancer.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.config.LogConfig;
import io.helidon.json.JsonObject;
import io.helidon.json.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.logging.Handler;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ApplicationLogTest {
    private final java.util.logging.Logger root = java.util.logging.Logger.getLogger("");
    private Handler[] before = {};
    private java.util.logging.Level levelBefore = java.util.logging.Level.INFO;

    @BeforeEach
    void remember() {
        before = root.getHandlers();
        levelBefore = root.getLevel();
    }

    @AfterEach
    void restore() {
        for (Handler handler : root.getHandlers()) {
            root.removeHandler(handler);
        }
        for (Handler handler : before) {
            root.addHandler(handler);
        }
        root.setLevel(levelBefore);
    }

    private static ByteArrayOutputStream install(LogConfig.Format format, Map<String, Level> levels) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
        ApplicationLog.install(
                new LogConfig(format, new LinkedHashMap<>(levels)), new LogLineHandler(LogLine.of(format), stream));
        return out;
    }

    private static String text(ByteArrayOutputStream out) {
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aLineOfText() {
        ByteArrayOutputStream out = install(LogConfig.Format.TEXT, Map.of());
        System.getLogger("dev.rondo.some").log(Level.WARNING, "größer than {0}", "expected");
        assertThat(text(out))
                .matches(
                        "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z WARNING dev\\.rondo\\.some: größer than expected\n");
    }

    @Test
    void theClientOfKubernetesDoesNotTellOfEachWatch() throws Exception {
        String name = Class.forName("io.fabric8.kubernetes.client.dsl.internal.AbstractWatchManager")
                .getName();
        ByteArrayOutputStream out = install(LogConfig.Format.TEXT, Map.of());
        System.getLogger(name).log(Level.ERROR, "Error received");
        assertThat(text(out)).isEmpty();
        out = install(LogConfig.Format.TEXT, Map.of(name, Level.INFO));
        System.getLogger(name).log(Level.ERROR, "Error received");
        assertThat(text(out)).contains("Error received");
    }

    @Test
    void exceptionsTakeOneLineAndShowTheirStackOnlyAtDebug() {
        Exception thrown = new IOException("first\nsecond", new IllegalStateException("why"));
        ByteArrayOutputStream out = install(LogConfig.Format.TEXT, Map.of("noisy", Level.DEBUG));
        System.getLogger("quiet").log(Level.ERROR, "failed", thrown);
        assertThat(text(out))
                .endsWith("ERROR   quiet: failed: java.io.IOException: first\\nsecond,"
                        + " caused by java.lang.IllegalStateException: why\n")
                .hasLineCount(1);
        out.reset();
        System.getLogger("noisy").log(Level.ERROR, "failed", thrown);
        assertThat(text(out)).contains("\\n\\tat dev.rondo.balancer").hasLineCount(1);
    }

    @Test
    void jsonHoldsTheStack() {
        ByteArrayOutputStream out = install(LogConfig.Format.JSON, Map.of());
        System.getLogger("some").log(Level.ERROR, "a \"b\"\n\u2028", new IOException("why"));
        assertThat(text(out)).hasLineCount(1).endsWith("}\n");
        JsonObject line = JsonParser.create(text(out)).readJsonObject();
        assertThat(line.stringValue("level")).contains("ERROR");
        assertThat(line.stringValue("logger")).contains("some");
        assertThat(line.stringValue("message")).contains("a \"b\"\n\u2028");
        assertThat(line.stringValue("exception")).contains("java.io.IOException: why");
        assertThat(line.stringValue("stack").orElseThrow()).contains("\tat dev.rondo.balancer");
    }

    @Test
    void helidonIsQuietUnlessAskedFor() {
        ByteArrayOutputStream out = install(LogConfig.Format.TEXT, Map.of());
        Logger framework = System.getLogger("io.helidon.webserver.LoomServer");
        framework.log(Level.INFO, "started all channels");
        assertThat(text(out)).isEmpty();
        framework.log(Level.WARNING, "trouble");
        assertThat(text(out)).contains("trouble");
        ByteArrayOutputStream asked = install(LogConfig.Format.TEXT, Map.of("io.helidon", Level.INFO));
        framework.log(Level.INFO, "started all channels");
        assertThat(text(asked)).contains("started all channels");
    }

    @Test
    void levelsComeFromTheConfigurationAndGoWithIt() {
        Logger logger = System.getLogger("dev.rondo.levels");
        ByteArrayOutputStream out =
                install(LogConfig.Format.TEXT, Map.of("root", Level.ERROR, "dev.rondo.levels", Level.TRACE));
        logger.log(Level.TRACE, "seen");
        System.getLogger("other").log(Level.WARNING, "not seen");
        assertThat(text(out)).hasLineCount(1).contains("TRACE   dev.rondo.levels: seen");
        ByteArrayOutputStream next = install(LogConfig.Format.TEXT, Map.of());
        logger.log(Level.DEBUG, "no more");
        assertThat(text(next)).isEmpty();
        assertThat(text(out)).hasLineCount(1);
    }

    @Property
    void anyMessageIsOneLine(@ForAll String message) {
        ByteArrayOutputStream out = install(LogConfig.Format.TEXT, Map.of());
        System.getLogger("some").log(Level.INFO, message);
        String line = text(out);
        assertThat(line).endsWith("\n");
        assertThat(line.substring(0, line.length() - 1))
                .doesNotContainPattern("[\\p{Cntrl}\\u0080-\\u009f\\u2028\\u2029]");
        restore();
    }

    @Test
    void theLogOutlivesTheJdksShutdownHook() {
        ApplicationLog.KeptLogManager manager = new ApplicationLog.KeptLogManager();
        java.util.logging.Logger logger = new java.util.logging.Logger("kept", null) {};
        manager.addLogger(logger);
        logger.setLevel(java.util.logging.Level.FINE);
        manager.reset();
        assertThat(logger.getLevel()).isEqualTo(java.util.logging.Level.FINE);
    }
}
