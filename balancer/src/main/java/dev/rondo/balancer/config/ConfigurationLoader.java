package dev.rondo.balancer.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * From a file, environment variables and system properties to a {@link Configuration}.
 *
 * <p>The file is parsed once, into a tree with places; the tree is held against the {@link Description}; what passes is laid
 * under variables and properties by Helidon Config; the result is bound to records, whose constructors know what goes
 * together. Nothing stops at the first problem except a file that is not YAML.
 */
public final class ConfigurationLoader {
    private ConfigurationLoader() {}

    /**
     * Never throws because of what a file, a variable or a property says.
     *
     * @param file named in messages as it is named here
     * @param environment all variables; those that begin with {@code RONDO_} and name a key are taken
     * @param properties all system properties; those that begin with {@code rondo.} are taken
     */
    public static Loaded load(Path file, Map<String, String> environment, Map<String, String> properties) {
        Findings findings = new Findings(file.toString());
        String text = YamlFile.read(file, findings);
        return text == null ? new Loaded.Broken(findings.problems()) : load(text, findings, environment, properties);
    }

    static Loaded load(
            String text, Findings findings, Map<String, String> environment, Map<String, String> properties) {
        Tree.Fields tree = YamlDocument.parse(text, findings);
        if (tree == null) return new Loaded.Broken(findings.problems());
        Settings settings = new Settings();
        new FileCheck(settings, findings).check(tree);
        List<String> ignored = new Overrides(settings, findings).add(environment, properties);
        Value.Fields root = new Resolution(settings, findings).resolve();
        Configuration configuration = new Binding(root, settings, findings).configuration();
        if (configuration == null) return new Loaded.Broken(findings.problems());
        new Advice(root, findings).give(configuration);
        return new Loaded.Valid(
                configuration, findings.warnings(), new Effective(root, configuration.routes(), ignored));
    }
}
