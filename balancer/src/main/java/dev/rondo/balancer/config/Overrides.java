package dev.rondo.balancer.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Environment variables and system properties: finds the key that each is meant for and adds it to the settings.
 *
 * <p>A property is the key's path behind {@code rondo.}. A variable is the same in upper case with underscores, which cannot
 * be turned back, so it is compared with every key that there is or that the file has opened.
 */
final class Overrides {
    private final Settings settings;
    private final Findings findings;
    private final List<String> ignored = new ArrayList<>();

    /** Where an override can go. */
    private record Target(KeyPath path, Type type) {}

    Overrides(Settings settings, Findings findings) {
        this.settings = settings;
        this.findings = findings;
    }

    /** Adds both, variables first, since properties win; returns the names of variables that look like ours and are not. */
    List<String> add(Map<String, String> environment, Map<String, String> properties) {
        new TreeMap<>(environment).forEach((name, text) -> {
            if (name.startsWith(KeyPath.VARIABLE_PREFIX)) variable(name, text);
        });
        new TreeMap<>(properties).forEach((name, text) -> {
            if (name.startsWith(KeyPath.PROPERTY_PREFIX)) property(name, text);
        });
        return ignored;
    }

    private void variable(String name, String text) {
        List<Target> meant = targets().stream()
                .filter(target -> target.path.variable().equals(name))
                .toList();
        if (meant.isEmpty() || isServiceLink(text)) {
            ignored.add(name);
        } else if (meant.size() > 1) {
            findings.add(
                    new Origin.Variable(name),
                    "is both " + meant.get(0).path.shown() + " and "
                            + meant.get(1).path.shown() + "; set the system property "
                            + meant.get(0).path.property() + " instead");
        } else {
            apply(meant.getFirst(), text, settings.variables, new Origin.Variable(name));
        }
    }

    /** Kubernetes gives every container {@code RONDO_ADMIN_PORT=tcp://10.0.0.1:9090} for a Service named rondo-admin. */
    private static boolean isServiceLink(String text) {
        return text.matches("(tcp|udp|sctp)://.*");
    }

    private void property(String name, String text) {
        List<Target> targets = targets();
        Optional<Target> meant = targets.stream()
                .filter(target -> target.path.property().equals(name))
                .findFirst()
                .or(() -> newEntry(name));
        if (meant.isPresent()) {
            apply(meant.get(), text, settings.properties, new Origin.Property(name));
            return;
        }
        String remedy = Text.nearest(
                        name.substring(KeyPath.PROPERTY_PREFIX.length()),
                        targets.stream()
                                .map(target -> target.path.property().substring(KeyPath.PROPERTY_PREFIX.length())))
                .map(near -> " (did you mean " + Text.quoted(KeyPath.PROPERTY_PREFIX + near) + "?)")
                .orElse("; docs/configuration.md lists the keys");
        findings.add(new Origin.Property(name), "sets no key that there is" + remedy);
    }

    private void apply(Target target, String text, Map<String, String> source, Origin origin) {
        switch (target.type) {
            case Type.Scalar<?> scalar -> scalar(target.path, scalar, text, source, origin);
            case Type.ListOf list -> {
                settings.forget(target.path);
                settings.open(target.path, origin);
                String[] items = text.isBlank() ? new String[0] : text.split(",", -1);
                for (int i = 0; i < items.length; i++) {
                    KeyPath item = target.path.item(i);
                    settings.member(target.path, Integer.toString(i));
                    settings.open(item, origin);
                    apply(new Target(item, list.item()), items[i].strip(), source, origin);
                }
            }
            case Type.Section section -> {
                Key key = shorthand(section).orElseThrow();
                apply(new Target(target.path.child(key.name()), key.type()), text, source, origin);
            }
            case Type.ListOrSection either -> apply(new Target(target.path, either.list()), text, source, origin);
            case Type.MapOf _ -> throw new IllegalStateException(target.path.shown() + " cannot be one text");
        }
    }

    private void scalar(KeyPath path, Type.Scalar<?> type, String text, Map<String, String> source, Origin origin) {
        type.complaint(text)
                .ifPresentOrElse(
                        complaint -> findings.add(origin, path, complaint),
                        () -> settings.set(source, path, text, origin));
        settings.openAbove(path, origin);
    }

    private static Optional<Key> shorthand(Type type) {
        return type instanceof Type.Section section ? Optional.ofNullable(section.shorthand()) : Optional.empty();
    }

    /** A logger or a field that nobody has named yet. */
    private Optional<Target> newEntry(String property) {
        List<Target> maps = new ArrayList<>();
        collect(Description.ROOT, KeyPath.ROOT, maps, true);
        for (Target target : maps) {
            String prefix = target.path.property() + ".";
            if (!(target.type instanceof Type.MapOf map) || !property.startsWith(prefix)) continue;
            String name = property.substring(prefix.length());
            if (map.names().refusal(name).isPresent()) continue;
            settings.member(target.path, name);
            return Optional.of(new Target(target.path.child(name), map.value()));
        }
        return Optional.empty();
    }

    private List<Target> targets() {
        List<Target> targets = new ArrayList<>();
        collect(Description.ROOT, KeyPath.ROOT, targets, false);
        return targets;
    }

    /** @param maps whether maps of scalars are wanted, or everything that one text can set */
    private void collect(Type type, KeyPath path, List<Target> out, boolean maps) {
        switch (type) {
            case Type.Scalar<?> _ -> {
                if (!maps) out.add(new Target(path, type));
            }
            case Type.Section section -> {
                if (!maps && shorthand(section).isPresent()) out.add(new Target(path, type));
                for (Key key : section.keys()) collect(key.type(), path.child(key.name()), out, maps);
            }
            case Type.ListOf list -> {
                if (!maps
                        && (list.item() instanceof Type.Scalar<?>
                                || shorthand(list.item()).isPresent())) out.add(new Target(path, type));
                for (String index : settings.members(path))
                    collect(list.item(), path.item(Integer.parseInt(index)), out, maps);
            }
            case Type.ListOrSection either -> {
                collect(either.list(), path, out, maps);
                collect(either.section(), path, out, maps);
            }
            case Type.MapOf map -> {
                if (maps && map.value() instanceof Type.Scalar<?>) out.add(new Target(path, type));
                Map<String, Boolean> names = new LinkedHashMap<>();
                map.defaults().keySet().forEach(name -> names.put(name, true));
                settings.members(path).forEach(name -> names.put(name, true));
                for (String name : names.keySet()) collect(map.value(), path.child(name), out, maps);
            }
        }
    }
}
