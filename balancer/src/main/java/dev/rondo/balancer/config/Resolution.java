package dev.rondo.balancer.config;

import io.helidon.config.Config;
import io.helidon.config.ConfigSources;
import io.helidon.config.spi.ConfigNode.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What holds: Helidon Config lays properties over variables over the file; what none of them sets falls back to what the
 * description says.
 */
final class Resolution {
    private static final Origin DEFAULT = new Origin.Default();

    private final Settings settings;
    private final Findings findings;
    private final Config merged;
    private final SequencedMap<String, Value> top = new LinkedHashMap<>();

    Resolution(Settings settings, Findings findings) {
        this.settings = settings;
        this.findings = findings;
        this.merged = Config.builder()
                .disableEnvironmentVariablesSource()
                .disableSystemPropertiesSource()
                .disableValueResolving()
                .disableKeyResolving()
                .disableParserServices()
                .disableMapperServices()
                .disableFilterServices()
                .sources(
                        ConfigSources.create(nested(settings.properties)),
                        ConfigSources.create(nested(settings.variables)),
                        ConfigSources.create(nested(settings.file)))
                .build();
    }

    Value.Fields resolve() {
        return section(Description.ROOT, KeyPath.ROOT);
    }

    /** Lists become objects with numbers for names, so that a source can replace or lengthen those of another. */
    private static ObjectNode nested(Map<String, String> flat) {
        Map<String, Object> root = new LinkedHashMap<>();
        flat.forEach((key, text) -> {
            Map<String, Object> at = root;
            String[] names = key.split("\\.", -1);
            for (int i = 0; i < names.length - 1; i++) at = below(at, names[i]);
            at.put(names[names.length - 1], text);
        });
        return node(root);
    }

    @SuppressWarnings("unchecked") // the maps hold texts and such maps
    private static Map<String, Object> below(Map<String, Object> map, String name) {
        return (Map<String, Object>) map.computeIfAbsent(name, _ -> new LinkedHashMap<String, Object>());
    }

    @SuppressWarnings("unchecked")
    private static ObjectNode node(Map<String, Object> map) {
        ObjectNode.Builder builder = ObjectNode.builder();
        map.forEach((name, value) -> {
            if (value instanceof String text) builder.addValue(name, text);
            else builder.addObject(name, node((Map<String, Object>) value));
        });
        return builder.build();
    }

    private @Nullable Value value(Type type, KeyPath path) {
        if (type instanceof Type.Scalar<?> scalar) return set(scalar, path);
        if (type instanceof Type.Section section) return section(section, path);
        if (type instanceof Type.ListOf list) return list(list, path);
        return type instanceof Type.ListOrSection either ? either(either, path) : map((Type.MapOf) type, path);
    }

    private @Nullable Value set(Type.Scalar<?> type, KeyPath path) {
        Optional<Origin> origin = settings.origin(path);
        if (origin.isEmpty()) return null;
        return leaf(type, path, origin.get(), merged.get(path.key()).asString().get());
    }

    private static Value leaf(Type.Scalar<?> type, KeyPath path, Origin origin, String text) {
        return new Value.Leaf(path, origin, text, type.parse().apply(text));
    }

    private Value.Fields section(Type.Section section, KeyPath path) {
        Origin origin = settings.origin(path).orElse(DEFAULT);
        SequencedMap<String, Value> members = path.key().isEmpty() ? top : new LinkedHashMap<>();
        Value.Fields fields = new Value.Fields(path, origin, members);
        for (Key key : section.keys()) {
            KeyPath child = path.child(key.name());
            if (key.needs() != null && !isSet(path.child(key.needs()))) {
                complainOfNeed(key, child, path.child(key.needs()));
                continue;
            }
            if (key.fallback() instanceof Key.Fallback.Off && !isSet(child)) continue;
            Value value = value(key.type(), child);
            if (value == null) value = fallback(key, child, fields);
            if (value != null) members.put(key.name(), value);
        }
        return fields;
    }

    private boolean isSet(KeyPath path) {
        return settings.origin(path).isPresent();
    }

    private void complainOfNeed(Key key, KeyPath child, KeyPath needed) {
        if (findings.covers(child) || findings.covers(needed)) return;
        settings.origin(child)
                .ifPresent(origin -> findings.add(
                        origin,
                        child,
                        "says nothing without " + key.needs() + " beside it; move it into the pool it is meant for"));
    }

    private @Nullable Value fallback(Key key, KeyPath path, Value.Fields beside) {
        return key.fallback() instanceof Key.Fallback.Fixed fixed // most keys
                ? leaf((Type.Scalar<?>) key.type(), path, DEFAULT, fixed.text())
                : derived(key, path, beside);
    }

    private @Nullable Value derived(Key key, KeyPath path, Value.Fields beside) {
        Key.Fallback fallback = key.fallback();
        if (fallback instanceof Key.Fallback.Computed computed) return computed(computed, key, path, beside);
        if (fallback instanceof Key.Fallback.Inherited inherited) return inherited(inherited, key, path, beside);
        if (fallback instanceof Key.Fallback.Required && !findings.covers(path)) {
            String example = key.example() == null ? "" : "; for example " + key.name() + ": " + key.example();
            findings.add(beside.origin(), path, "is missing" + example);
        }
        return null;
    }

    private @Nullable Value inherited(Key.Fallback.Inherited fallback, Key key, KeyPath path, Value.Fields beside) {
        Value.Fields from = (Value.Fields) top.get(fallback.section());
        if (from == null || !(from.find(fallback.key()) instanceof Value.Leaf leaf)) return null;
        boolean set = !(leaf.origin() instanceof Origin.Default);
        Key.Fallback.Computed unset = fallback.unset();
        if (!set && unset != null) return computed(unset, key, path, beside);
        Origin origin = set ? new Origin.Inherited(leaf.path().shown(), leaf.origin()) : DEFAULT;
        return new Value.Leaf(path, origin, leaf.text(), leaf.parsed());
    }

    private static @Nullable Value computed(
            Key.Fallback.Computed fallback, Key key, KeyPath path, Value.Fields beside) {
        String text = fallback.from().apply(beside);
        return text == null ? null : leaf((Type.Scalar<?>) key.type(), path, DEFAULT, text);
    }

    private @Nullable Value list(Type.ListOf list, KeyPath path) {
        if (!isSet(path)) return list.mayBeEmpty() ? new Value.Items(path, DEFAULT, List.of()) : null;
        Origin origin = settings.origin(path).orElse(DEFAULT);
        if (settings.members(path).isEmpty() && !list.mayBeEmpty())
            findings.add(origin, path, "is empty; name at least one, or leave the key out");
        List<Value> items = new ArrayList<>();
        for (String index : settings.members(path)) {
            Value item = value(list.item(), path.item(Integer.parseInt(index)));
            if (item != null) items.add(item);
        }
        return new Value.Items(path, origin, items);
    }

    private @Nullable Value either(Type.ListOrSection either, KeyPath path) {
        List<KeyPath> keys = either.section().keys().stream()
                .map(key -> path.child(key.name()))
                .toList();
        Optional<KeyPath> set = keys.stream().filter(this::isSet).findFirst();
        if (set.isEmpty() && keys.stream().anyMatch(findings::covers)) {
            findings.cover(path); // a key that is misspelt is no list that is empty
            return null;
        }
        if (set.isEmpty()) return list(either.list(), path);
        if (!settings.members(path).isEmpty())
            findings.add(
                    settings.origin(set.get()).orElse(DEFAULT),
                    set.get(),
                    "stands beside a list of backends; a pool has the one or the other");
        return section(either.section(), path);
    }

    private @Nullable Value map(Type.MapOf map, KeyPath path) {
        if (settings.members(path).isEmpty() && !map.mayBeEmpty()) {
            settings.origin(path)
                    .ifPresent(
                            origin -> findings.add(origin, path, "is empty; name at least one, or leave the key out"));
            return null;
        }
        SequencedMap<String, Value> members = new LinkedHashMap<>();
        Set<String> names = new LinkedHashSet<>(map.defaults().keySet());
        names.addAll(settings.members(path));
        for (String name : names) {
            KeyPath child = path.child(name);
            Value value = value(map.value(), child);
            String standard = map.defaults().get(name);
            if (value == null && standard != null) value = leaf((Type.Scalar<?>) map.value(), child, DEFAULT, standard);
            if (value != null) members.put(name, value);
        }
        return new Value.Fields(path, settings.origin(path).orElse(DEFAULT), members);
    }
}
