package dev.rondo.balancer.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** {@code docs/rondo.schema.json}: the description as JSON schema, for editors. It says less than the check, never more. */
final class SchemaPage {
    private SchemaPage() {}

    static String text() {
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        root.put("title", "Rondo configuration");
        root.put("description", "Written by ReferencePagesTest from Description.java; change that and run make docs.");
        root.putAll(schema(Description.ROOT));
        root.put("anyOf", List.of(Map.of("required", List.of("backends")), Map.of("required", List.of("pools"))));
        root.put(
                "dependentRequired",
                Description.ROOT.keys().stream()
                        .filter(key -> key.needs() != null)
                        .collect(Collectors.toMap(
                                Key::name,
                                key -> List.of(String.valueOf(key.needs())),
                                (a, _) -> a,
                                LinkedHashMap::new)));
        StringBuilder out = new StringBuilder();
        json(out, root, "");
        return out.append('\n').toString();
    }

    private static Map<String, Object> schema(Type type) {
        return switch (type) {
            case Type.Scalar<?> scalar
            when scalar.item() != null ->
                Scalars.schema(
                        "anyOf",
                        List.of(
                                scalar.schema(),
                                Scalars.schema("type", "array", "items", schema(scalar.item()), "minItems", 1)));
            case Type.Scalar<?> scalar -> orFalse(scalar.schema());
            case Type.Section section -> section(section);
            case Type.ListOf list -> {
                Map<String, Object> schema = Scalars.schema("type", "array", "items", schema(list.item()));
                if (!list.mayBeEmpty()) schema.put("minItems", 1);
                yield schema;
            }
            case Type.ListOrSection either -> {
                Map<String, Object> source = section(either.section());
                source.put("minProperties", 1);
                source.put("maxProperties", 1);
                yield Scalars.schema("anyOf", List.of(schema(either.list()), source));
            }
            case Type.MapOf map -> {
                Map<String, Object> schema = Scalars.schema(
                        "type",
                        "object",
                        "propertyNames",
                        map.names().schema(),
                        "additionalProperties",
                        schema(map.value()));
                if (!map.mayBeEmpty()) schema.put("minProperties", 1);
                yield schema;
            }
        };
    }

    /** {@code off} is a boolean for an editor that reads YAML 1.1. */
    private static Map<String, Object> orFalse(Map<String, Object> schema) {
        if (!(schema.get("enum") instanceof List<?> words) || !words.contains("off")) return schema;
        List<Object> values = new ArrayList<>(words);
        values.add(false);
        return Scalars.schema("enum", values);
    }

    private static Map<String, Object> section(Type.Section section) {
        Map<String, Object> properties = new LinkedHashMap<>();
        for (Key key : section.keys()) properties.put(key.name(), property(key));
        Map<String, Object> schema =
                Scalars.schema("type", "object", "additionalProperties", false, "properties", properties);
        List<String> required = section.keys().stream()
                .filter(key -> key.fallback() instanceof Key.Fallback.Required)
                .map(Key::name)
                .toList();
        if (!required.isEmpty()) schema.put("required", required);
        Key shorthand = section.shorthand();
        return shorthand == null ? schema : Scalars.schema("anyOf", List.of(schema, schema(shorthand.type())));
    }

    private static Map<String, Object> property(Key key) {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("description", key.meaning().replace("`", ""));
        schema.putAll(schema(key.type()));
        if (key.fallback() instanceof Key.Fallback.Fixed(String text)) schema.put("default", literal(schema, text));
        return schema;
    }

    private static Object literal(Map<String, Object> schema, String text) {
        if ("boolean".equals(schema.get("type"))) return Boolean.valueOf(text);
        if ("number".equals(schema.get("type"))) return new java.math.BigDecimal(text);
        return "integer".equals(schema.get("type")) ? (Object) Long.valueOf(text) : text;
    }

    private static void json(StringBuilder out, Object value, String indent) {
        String below = indent + "  ";
        switch (value) {
            case Map<?, ?> map -> {
                out.append('{');
                String separator = "\n";
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    out.append(separator)
                            .append(below)
                            .append(string(String.valueOf(entry.getKey())))
                            .append(": ");
                    json(out, entry.getValue(), below);
                    separator = ",\n";
                }
                out.append(map.isEmpty() ? "}" : "\n" + indent + "}");
            }
            case List<?> list -> {
                boolean plain = list.stream().noneMatch(item -> item instanceof Map);
                out.append('[');
                String separator = plain ? "" : "\n" + below;
                for (Object item : list) {
                    out.append(separator);
                    json(out, item, below);
                    separator = plain ? ", " : ",\n" + below;
                }
                out.append(plain ? "]" : "\n" + indent + "]");
            }
            case String text -> out.append(string(text));
            default -> out.append(value);
        }
    }

    private static String string(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }
}
