package dev.rondo.balancer.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** {@code docs/openapi.yaml}, read. */
public final class OpenApi {
    static final Path FILE = Path.of("../docs/openapi.yaml");
    public static final ObjectMapper JSON = new ObjectMapper();

    private static final List<String> METHODS = List.of("get", "put", "post", "delete", "patch", "head", "options");

    final JsonNode root;

    private OpenApi(JsonNode root) {
        this.root = root;
    }

    public static OpenApi read() {
        try {
            Object yaml = new Yaml(new SafeConstructor(new LoaderOptions())).load(Files.readString(FILE));
            return new OpenApi(JSON.valueToTree(yaml));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * A method of a path.
     *
     * @param method in upper case
     * @param parameters of the path and of the method, resolved
     */
    record Operation(String method, String path, JsonNode node, List<JsonNode> parameters) {
        /** The path with the examples of its variables; {@code variable}'s is replaced where there is one. */
        String target(String variable, String instead) {
            String target = path;
            for (JsonNode parameter : parameters) {
                String name = parameter.get("name").asText();
                String value = name.equals(variable)
                        ? instead
                        : parameter.path("example").asText();
                target = target.replace("{" + name + "}", value);
            }
            return target;
        }

        boolean has(String variable) {
            return path.contains("{" + variable + "}");
        }

        String id() {
            return node.get("operationId").asText();
        }

        @Override
        public String toString() {
            return method + " " + path;
        }
    }

    List<Operation> operations() {
        List<Operation> operations = new ArrayList<>();
        root.get("paths").properties().forEach(path -> {
            for (String method : METHODS) {
                JsonNode node = path.getValue().get(method);
                if (node == null) continue;
                List<JsonNode> parameters = new ArrayList<>();
                path.getValue().path("parameters").forEach(p -> parameters.add(resolved(p)));
                node.path("parameters").forEach(p -> parameters.add(resolved(p)));
                operations.add(new Operation(method.toUpperCase(Locale.ROOT), path.getKey(), node, parameters));
            }
        });
        return operations;
    }

    /** What {@code node} refers to, itself where it refers to nothing. */
    JsonNode resolved(JsonNode node) {
        if (!node.has("$ref")) return node;
        JsonNode target = root.at(node.get("$ref").asText().substring(1));
        if (target.isMissingNode()) throw new AssertionError("no " + node.get("$ref"));
        return target;
    }

    /** What speaks against {@code instance} as one of the schema of this name. */
    public Set<ValidationMessage> problems(String schema, JsonNode instance) {
        return problems(JSON.createObjectNode().put("$ref", "#/components/schemas/" + schema), instance);
    }

    /** What speaks against {@code instance} as one of {@code schema}. */
    Set<ValidationMessage> problems(JsonNode schema, JsonNode instance) {
        ObjectNode whole = JSON.createObjectNode();
        whole.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        whole.set("components", root.get("components"));
        whole.setAll((ObjectNode) schema);
        return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                .getSchema(
                        whole,
                        SchemaValidatorsConfig.builder()
                                .formatAssertionsEnabled(true)
                                .build())
                .validate(instance);
    }
}
