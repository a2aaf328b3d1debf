package dev.rondo.balancer.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Holds the file against the description; what passes goes into the settings, what does not into the findings. */
final class FileCheck {
    private final Settings settings;
    private final Findings findings;

    FileCheck(Settings settings, Findings findings) {
        this.settings = settings;
        this.findings = findings;
    }

    void check(Tree.Fields file) {
        value(Description.ROOT, file, KeyPath.ROOT);
    }

    private void value(Type type, Tree tree, KeyPath path) {
        if (tree instanceof Tree.Scalar scalar && scalar.empty()) {
            findings.add(scalar.at(), path, "has no value; give it one, or leave the key out");
            return;
        }
        if (type instanceof Type.Section section) section(section, tree, path);
        else if (type instanceof Type.ListOf list) list(list, tree, path);
        else if (type instanceof Type.ListOrSection either) either(either, tree, path);
        else if (type instanceof Type.MapOf map) map(map, tree, path);
        else scalar((Type.Scalar<?>) type, tree, path);
    }

    private void either(Type.ListOrSection either, Tree tree, KeyPath path) {
        if (tree instanceof Tree.Fields fields && isMeant(either.section(), fields))
            section(either.section(), tree, path);
        else list(either.list(), tree, path);
    }

    private void section(Type.Section section, Tree tree, KeyPath path) {
        Key shorthand = section.shorthand();
        if (tree instanceof Tree.Scalar && shorthand != null) {
            settings.open(path, tree.at());
            value(shorthand.type(), tree, path.child(shorthand.name()));
        } else if (tree instanceof Tree.Fields fields) {
            settings.open(path, tree.at());
            for (Tree.Field field : fields.fields()) {
                Key key = section.key(field.name());
                if (key == null) unknown(section, field, path);
                else value(key.type(), field.value(), path.child(key.name()));
            }
        } else {
            expected("keys (" + names(section) + ")", tree, path);
        }
    }

    /** Whether one of the names is a key of {@code section}, or nearly: whoever has forgotten the dashes of a list means none. */
    private static boolean isMeant(Type.Section section, Tree.Fields tree) {
        List<String> keys = section.keys().stream().map(Key::name).toList();
        return tree.fields().isEmpty()
                || tree.fields().stream()
                        .anyMatch(field -> keys.contains(field.name())
                                || Text.nearest(field.name(), keys.stream()).isPresent());
    }

    private void unknown(Type.Section section, Tree.Field field, KeyPath path) {
        if (field.name().equals("<<")) {
            findings.add(field.at(), "merge keys (<<) are not supported; write the keys out");
            return;
        }
        Optional<String> meant =
                Text.nearest(field.name(), section.keys().stream().map(Key::name));
        meant.ifPresent(name -> findings.cover(path.child(name)));
        String remedy = meant.map(Text::quoted)
                .or(() -> elsewhere(field.name()))
                .map(name -> " (did you mean " + name + "?)")
                .orElseGet(() -> " (there are: " + names(section) + ")");
        findings.add(field.at(), "unknown key " + Text.quoted(field.name()) + remedy);
    }

    /** {@code port} at the top was meant to be {@code server.port}. */
    private static Optional<String> elsewhere(String name) {
        for (Key key : Description.ROOT.keys())
            if (key.type() instanceof Type.Section section && section.key(name) != null)
                return Optional.of(Text.quoted(key.name() + "." + name));
        return Optional.ofNullable(Description.ROOT.key(name))
                .map(key -> Text.quoted(key.name()) + " at the top of the file");
    }

    private static String names(Type.Section section) {
        return section.keys().stream().map(Key::name).collect(Collectors.joining(", "));
    }

    private void list(Type.ListOf list, Tree tree, KeyPath path) {
        if (!(tree instanceof Tree.Items items)) {
            expected("a list ([…], or lines that begin with a dash)", tree, path);
            return;
        }
        settings.open(path, tree.at());
        List<Tree> values = items.items();
        for (int i = 0; i < values.size(); i++) {
            settings.member(path, Integer.toString(i));
            value(list.item(), values.get(i), path.item(i));
        }
    }

    private void map(Type.MapOf map, Tree tree, KeyPath path) {
        if (!(tree instanceof Tree.Fields fields)) {
            expected(map.name() + " ({" + map.placeholder() + ": …})", tree, path);
            return;
        }
        settings.open(path, tree.at());
        for (Tree.Field field : fields.fields()) {
            Optional<String> refusal = map.names().refusal(field.name());
            if (refusal.isPresent()) {
                String named = path.shown() + ": " + Text.quoted(field.name());
                findings.add(field.at(), named + " " + refusal.get());
                continue;
            }
            KeyPath child = path.child(field.name());
            settings.member(path, field.name());
            value(map.value(), field.value(), child);
        }
    }

    private void scalar(Type.Scalar<?> type, Tree tree, KeyPath path) {
        if (tree instanceof Tree.Items items && type.item() != null) {
            joined(type.item(), items, path);
            return;
        }
        if (!(tree instanceof Tree.Scalar scalar)) {
            expected("one value (" + type.name() + ")", tree, path);
            return;
        }
        type.complaint(scalar.text())
                .ifPresentOrElse(
                        complaint -> findings.add(scalar.at(), path, complaint),
                        () -> settings.set(settings.file, path, scalar.text(), scalar.at()));
    }

    /** A list instead of a text with commas in it. */
    private void joined(Type.Scalar<?> type, Tree.Items tree, KeyPath path) {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < tree.items().size(); i++) {
            Tree item = tree.items().get(i);
            KeyPath at = path.item(i);
            if (item instanceof Tree.Scalar scalar && scalar.empty()) {
                findings.add(scalar.at(), at, "has no value; give it one, or leave it out");
                findings.cover(path);
            } else if (!(item instanceof Tree.Scalar scalar)) {
                expected("one value (" + type.name() + ")", item, at);
                findings.cover(path);
            } else {
                type.complaint(scalar.text()).ifPresent(complaint -> {
                    findings.add(scalar.at(), at, complaint);
                    findings.cover(path);
                });
                texts.add(scalar.text());
            }
        }
        if (texts.isEmpty()) findings.add(tree.at(), path, "is empty; name at least one, or leave the key out");
        else if (!findings.covers(path)) settings.set(settings.file, path, String.join(", ", texts), tree.at());
    }

    private void expected(String what, Tree tree, KeyPath path) {
        findings.add(tree.at(), path, "expected " + what + ", found " + tree.described());
    }
}
