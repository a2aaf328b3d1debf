package dev.rondo.balancer.config;

import java.util.stream.Collectors;

/** {@code docs/configuration.md}: prose that does not change, and a table for each section of the description. */
final class ReferencePage {
    private static final String HEAD = """
            # Configuration

            <!-- Written by ReferencePagesTest from Description.java; change that and run `make docs`. -->

            One YAML file. These lines are enough:

            ```yaml
            backends:
              - {id: server-1, url: "http://localhost:5000"}
              - {id: server-2, url: "http://localhost:5001"}
            ```

            `rondo check FILE` reports everything that is wrong, each problem in one line with its place and the remedy, and ends
            with exit status 2. `rondo print FILE` shows what holds and where each value comes from, as YAML that can be loaded
            again. Editors complete and check the file with [the JSON schema](rondo.schema.json): begin it with
            `# yaml-language-server: $schema=docs/rondo.schema.json`.

            ## Pools and routes

            `backends` at the top, and with them `strategy`, `health-check`, `retry` and all else that a pool can say, are a pool
            named `default`. More pools stand in `pools`, and `routes` says which requests go where. A pool has timeouts of its
            own where it needs them; what it leaves out is taken from `timeouts` at the top. Nothing else is taken from there: a
            pool that says nothing of health checks has none, whatever the pool `default` says.

            ```yaml
            timeouts: {response: 10s}
            pools:
              api:
                strategy: least-requests
                health-check: /health/ready
                timeouts: {response: 2s}
                backends: ["http://10.0.0.1:8080", "http://10.0.0.2:8080"]
              site:
                backends: ["http://10.0.1.1:8080"]
            routes:
              - {host: api.example.com, path-prefix: /v1, pool: api}
              - {pool: site}
            ```

            ## What is on by itself

            Two lines with backends are safe to run: what a backend fails is tried at two others within a budget (`retry`), and
            one that fails again and again is benched for a while (`outlier-detection`). What needs to know more of the backends
            is off until it is named: `health-check`, `slow-start`, `bounded-load`, `affinity`, `hedge`. A short form is enough
            for most of them, and `off` takes back what another source has said:

            ```yaml
            health-check: /health/ready
            slow-start: 30s
            affinity: rondo-backend
            hedge: on
            outlier-detection: off
            retry: off
            ```

            ## Units

            | type | how to write it |
            |---|---|
            | duration | a whole number and `ms`, `s`, `m`, `h` or `d`; or ISO 8601: `PT2S`. Never without a unit; 365 days at most |
            | size | bytes, or a whole number and `KB`, `MB`, `GB` (powers of 1000) or `KiB`, `MiB`, `GiB` (powers of 1024) |
            | number with a fraction | `0.5`, with a digit before the point and without an exponent |
            | true or false | these two words only |
            | on or off | these two words, or `true` and `false`, as which YAML 1.1 reads them |
            | secret | 16 characters or more, from `openssl rand -hex 32` for example; no message and no `rondo print` shows it, so give it by a variable |
            | list of … | a YAML list, or one text with commas |

            A timeout is never longer than the one that contains it: `connect` ≤ `response`, `connect` ≤ `attempt` ≤ `request`,
            `idle` ≤ `tunnel`, `upstream-keep-alive` ≤ `upstream-max-age`, `health-check.timeout` ≤ `health-check.interval`.

            ## Environment variables and system properties

            Environment variables win over the file, system properties over both.

            * `RONDO_SERVER_PORT=8081`: `RONDO_`, then the key in upper case with `_` for every dot, dash and bracket. A variable
              that names no key is ignored, because Kubernetes makes up `RONDO_SERVICE_HOST` and the like for a Service named
              `rondo`; so is one whose value is such a link (`tcp://…`). `rondo print` lists them.
            * `-Drondo.server.port=8081`: `rondo.`, then the key as it is. A property that names no key is an error.
            * Items of a list have numbers from 0: `RONDO_BACKENDS_0_WEIGHT=0`, `-Drondo.backends.0.weight=0`. A whole list can be
              replaced by values with commas between them: `RONDO_BACKENDS=http://a:5000,http://b:5000`.

            ## Limits of the file

            UTF-8, at most 1 MiB, one YAML document. Anchors and aliases work, as long as they repeat less than 10,000 values;
            merge keys (`<<`) and tags do not. Every key is known or an error, and stands there once.

            ## Every key
            """;

    private ReferencePage() {}

    static String text() {
        StringBuilder out = new StringBuilder(HEAD);
        section(out, "", Description.ROOT);
        return out.toString();
    }

    private static void section(StringBuilder out, String path, Type.Section section) {
        out.append("\n### ")
                .append(path.isEmpty() ? "At the top" : "`" + path + "`")
                .append("\n\n");
        Key shorthand = section.shorthand();
        if (shorthand != null)
            out.append("A single value instead of the keys is its `")
                    .append(shorthand.name())
                    .append("`.\n\n");
        out.append("| key | type | default | meaning | example |\n|---|---|---|---|---|\n");
        for (Key key : section.keys()) out.append(row(path, key));
        for (Key key : section.keys()) below(out, path.isEmpty() ? key.name() : path + "." + key.name(), key.type());
    }

    private static void below(StringBuilder out, String path, Type type) {
        switch (type) {
            case Type.Section section -> section(out, path, section);
            case Type.ListOf list -> below(out, path + "[]", list.item());
            case Type.ListOrSection either -> {
                below(out, path, either.list());
                section(out, path, either.section());
            }
            case Type.MapOf map -> below(out, path + "." + map.placeholder(), map.value());
            case Type.Scalar<?> _ -> {}
        }
    }

    private static String row(String path, Key key) {
        String needs = key.needs() == null ? "" : " Only beside `" + key.needs() + "`.";
        return "| `%s` | %s | %s | %s | %s |\n"
                .formatted(
                        key.name(),
                        type(path, key),
                        fallback(key),
                        key.meaning() + needs,
                        "`" + key.name() + ": " + example(key) + "`");
    }

    private static String type(String path, Key key) {
        String name = (path.isEmpty() ? "" : path + ".") + key.name();
        return switch (key.type()) {
            case Type.Section _ -> "section, see [`" + name + "`](#" + anchor(name) + ")";
            case Type.ListOf list
            when list.item() instanceof Type.Section ->
                list.name() + ", see [`" + name + "[]`](#" + anchor(name + "[]") + ")";
            case Type.ListOrSection either ->
                either.list().name() + ", see [`" + name + "[]`](#" + anchor(name + "[]") + "), or "
                        + either.section().name() + ", see [`" + name + "`](#" + anchor(name) + ")";
            case Type.MapOf map
            when map.value() instanceof Type.Section ->
                map.name() + ", see [`" + name + "." + map.placeholder() + "`](#"
                        + anchor(name + "." + map.placeholder()) + ")";
            case Type type -> type.name();
        };
    }

    /** As GitHub makes it from a heading. */
    private static String anchor(String heading) {
        return heading.toLowerCase(java.util.Locale.ROOT).replaceAll("[^a-z0-9-]", "");
    }

    private static String fallback(Key key) {
        if (key.type() instanceof Type.MapOf map && !map.defaults().isEmpty())
            return map.defaults().entrySet().stream()
                    .map(entry -> "`{" + entry.getKey() + ": " + entry.getValue() + "}`")
                    .collect(Collectors.joining(", "));
        return switch (key.fallback()) {
            case Key.Fallback.Required() -> "required";
            case Key.Fallback.Nothing() -> key.type() instanceof Type.Section ? "those below" : "none";
            case Key.Fallback.Fixed(String text) -> "`" + text + "`";
            case Key.Fallback.Off() -> "off";
            case Key.Fallback.Inherited(String section, String name, Key.Fallback.Computed unset) ->
                "that of `" + section + "." + name + "` at the top"
                        + (unset == null ? "" : "; where that is not set, " + unset.words());
            case Key.Fallback.Computed computed -> computed.words();
        };
    }

    /** The key's own, else its default, else one that is put together from the keys below it. */
    static String example(Key key) {
        if (key.example() != null) return key.example();
        if (key.fallback() instanceof Key.Fallback.Fixed(String text))
            return text.matches("[A-Za-z0-9/][A-Za-z0-9/._-]*") ? text : "\"" + text + "\"";
        return switch (key.type()) {
            case Type.Section section -> "{" + inner(section) + "}";
            case Type.MapOf map when map.value() instanceof Type.Section section -> "{api: {" + inner(section) + "}}";
            case Type type
            when key.fallback() instanceof Key.Fallback.Inherited parent ->
                example(inherited(parent.section(), parent.key(), type));
            case Type type -> throw new IllegalStateException(key.name() + " needs an example: " + type.name());
        };
    }

    private static Key inherited(String section, String name, Type type) {
        Key parent = Description.ROOT.key(section);
        Key key = parent != null && parent.type() instanceof Type.Section keys ? keys.key(name) : null;
        if (key != null) return key;
        throw new IllegalStateException("no key " + section + "." + name + " of type " + type.name());
    }

    /** What must be there; where nothing must, the first key. */
    private static String inner(Type.Section section) {
        String required = section.keys().stream()
                .filter(key -> key.fallback() instanceof Key.Fallback.Required)
                .map(key -> key.name() + ": " + example(key))
                .collect(Collectors.joining(", "));
        Key first = section.keys().getFirst();
        return required.isEmpty() ? first.name() + ": " + example(first) : required;
    }
}
