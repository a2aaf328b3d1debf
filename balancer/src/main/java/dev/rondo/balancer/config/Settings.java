package dev.rondo.balancer.config;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What was set by anybody, by key: the text of each scalar for every kind of source, and one origin, that of the source
 * that wins. Sections, lists and maps have an origin and no text.
 */
final class Settings {
    final Map<String, String> file = new LinkedHashMap<>();
    final Map<String, String> variables = new LinkedHashMap<>();
    final Map<String, String> properties = new LinkedHashMap<>();
    private final Map<String, Origin> origins = new LinkedHashMap<>();
    private final Map<String, Set<String>> children = new LinkedHashMap<>();

    /** A section, list or map was opened. */
    void open(KeyPath path, Origin origin) {
        origins.putIfAbsent(path.key(), origin);
    }

    /** A value was found at {@code path}: the sections it lies in are open, whoever opened them. */
    void openAbove(KeyPath path, Origin origin) {
        for (int dot = path.key().lastIndexOf('.'); dot > 0; dot = path.key().lastIndexOf('.', dot - 1))
            origins.putIfAbsent(path.key().substring(0, dot), origin);
    }

    /** A list or map has this member. */
    void member(KeyPath of, String name) {
        children.computeIfAbsent(of.key(), _ -> new LinkedHashSet<>()).add(name);
    }

    /** @param source one of the three maps */
    void set(Map<String, String> source, KeyPath path, String text, Origin origin) {
        source.put(path.key(), text);
        origins.put(path.key(), origin);
    }

    /** A source replaces everything at and below {@code path}. */
    void forget(KeyPath path) {
        for (Collection<String> keys :
                List.of(file.keySet(), variables.keySet(), properties.keySet(), origins.keySet(), children.keySet()))
            keys.removeIf(key -> path.holds(new KeyPath("", key)));
    }

    Optional<Origin> origin(KeyPath path) {
        return Optional.ofNullable(origins.get(path.key()));
    }

    /** Members of a list ({@code 0}, {@code 1}, …) or a map, in the order in which they were set. */
    Set<String> members(KeyPath path) {
        return children.getOrDefault(path.key(), Set.of());
    }
}
