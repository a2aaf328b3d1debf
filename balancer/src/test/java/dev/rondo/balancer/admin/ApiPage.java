package dev.rondo.balancer.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import dev.rondo.balancer.admin.OpenApi.Operation;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** {@code docs/api.md}: {@code docs/openapi.yaml} for people, with a command to try each operation. */
final class ApiPage {
    private static final String BASE = "http://localhost:9090" + Api.ROOT;

    private final OpenApi document;
    private final StringBuilder out = new StringBuilder();

    private ApiPage(OpenApi document) {
        this.document = document;
    }

    static String text(OpenApi document) throws JsonProcessingException {
        ApiPage page = new ApiPage(document);
        page.head();
        for (Operation operation : document.operations()) page.operation(operation);
        page.schemas();
        return page.out.toString();
    }

    private void head() {
        out.append("# API\n\n<!-- Written by ApiPageTest from openapi.yaml; change that and run `make docs`. -->\n\n");
        out.append(text(document.root.at("/info"))).append('\n');
        out.append("The same as [OpenAPI 3.1](openapi.yaml).\n\n| operation | |\n|---|---|\n");
        for (Operation operation : document.operations()) {
            String summary = operation.node().get("summary").asText();
            String path = Api.ROOT + operation.path();
            out.append("| [`%s %s`](#%s) | %s |\n".formatted(operation.method(), path, anchor(summary), summary));
        }
    }

    private void operation(Operation operation) throws JsonProcessingException {
        JsonNode node = operation.node();
        out.append("\n## ").append(node.get("summary").asText()).append("\n\n");
        out.append("`%s %s%s`\n".formatted(operation.method(), Api.ROOT, operation.path()));
        String text = text(node);
        if (!text.isEmpty()) out.append('\n').append(text);
        if (!operation.parameters().isEmpty())
            out.append("\n| parameter | in | type | default | meaning |\n|---|---|---|---|---|\n");
        for (JsonNode parameter : operation.parameters()) {
            JsonNode schema = parameter.get("schema");
            out.append("| `%s` | %s | %s | %s | %s |\n"
                    .formatted(
                            parameter.get("name").asText(),
                            parameter.get("in").asText(),
                            type(schema),
                            schema.has("default") ? "`" + schema.get("default").asText() + "`" : "",
                            line(parameter)));
        }
        example(operation);
        out.append("\n| status | body | |\n|---|---|---|\n");
        node.get("responses").properties().forEach(response -> {
            JsonNode answer = document.resolved(response.getValue());
            JsonNode schema = answer.get("content").elements().next().get("schema");
            out.append("| %s | %s | %s |\n".formatted(response.getKey(), type(schema), line(answer)));
        });
    }

    private void example(Operation operation) throws JsonProcessingException {
        out.append("\n```\n$ curl -s");
        if (!operation.method().equals("GET")) out.append(" -X ").append(operation.method());
        JsonNode body = operation.node().at("/requestBody/content/application~1json/example");
        if (!body.isMissingNode()) out.append(" --json '").append(body).append('\'');
        List<String> query = new ArrayList<>();
        for (JsonNode parameter : operation.parameters()) {
            if (!parameter.get("in").asText().equals("query") || !parameter.has("example")) continue;
            JsonNode example = parameter.get("example");
            query.add(parameter.get("name").asText() + "=" + encoded(example.isArray() ? example.get(0) : example));
        }
        out.append(" '").append(BASE).append(operation.target("", ""));
        if (!query.isEmpty()) out.append('?').append(String.join("&", query));
        out.append("'\n");
        out.append(pretty(operation.node().at("/responses/200/content/application~1json/example")));
        out.append("\n```\n");
    }

    private static String encoded(JsonNode example) {
        return URLEncoder.encode(example.asText(), StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("%2F", "/")
                .replace("%3A", ":");
    }

    private static String pretty(JsonNode json) throws JsonProcessingException {
        DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
        DefaultPrettyPrinter printer =
                new DefaultPrettyPrinter().withObjectIndenter(indenter).withArrayIndenter(indenter);
        return OpenApi.JSON.writer(printer).writeValueAsString(json).replace("\" :", "\":");
    }

    private void schemas() {
        out.append("\n## Schemas\n");
        document.root.at("/components/schemas").properties().forEach(schema -> {
            JsonNode node = schema.getValue();
            out.append("\n### ").append(schema.getKey()).append("\n\n");
            if (!node.has("properties")) {
                out.append(type(node)).append(". ").append(line(node)).append('\n');
                return;
            }
            out.append("| field | type | meaning |\n|---|---|---|\n");
            node.get("properties")
                    .properties()
                    .forEach(field -> out.append("| `%s` | %s | %s |\n"
                            .formatted(
                                    field.getKey(),
                                    type(field.getValue()),
                                    line(document.resolved(field.getValue())))));
        });
    }

    /** In words, with a link where it has a name. */
    private static String type(JsonNode schema) {
        if (schema.has("$ref")) {
            String name = schema.get("$ref").asText().replaceFirst(".*/", "");
            return "[" + name + "](#" + anchor(name) + ")";
        }
        if (schema.has("oneOf")) return joined(schema.get("oneOf"), " or ");
        if (schema.has("enum"))
            return elements(schema.get("enum"))
                    .map(word -> "`" + word.asText() + "`")
                    .collect(Collectors.joining(", "));
        if (schema.has("const")) return "`" + schema.get("const").asText() + "`";
        JsonNode type = schema.get("type");
        if (type.isArray()) return elements(type).map(JsonNode::asText).collect(Collectors.joining(" or "));
        if (type.asText().equals("array")) return "list of " + type(schema.get("items"));
        return schema.has("format") ? schema.get("format").asText() : type.asText() + range(schema);
    }

    private static String range(JsonNode schema) {
        if (!schema.has("maximum")) return "";
        return ", " + schema.get("minimum").asText() + " to "
                + schema.get("maximum").asText();
    }

    private static String joined(JsonNode schemas, String between) {
        return elements(schemas).map(ApiPage::type).collect(Collectors.joining(between));
    }

    private static java.util.stream.Stream<JsonNode> elements(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false);
    }

    private static String text(JsonNode node) {
        String text = node.path("description").asText().strip();
        return text.isEmpty() ? "" : text + "\n";
    }

    private static String line(JsonNode node) {
        return text(node).strip().replace("\n", " ");
    }

    /** As GitHub makes it from a heading. */
    private static String anchor(String heading) {
        return heading.toLowerCase(java.util.Locale.ROOT).replace(' ', '-').replaceAll("[^a-z0-9-]", "");
    }
}
