package dev.rondo.balancer.config;

import java.util.List;
import java.util.Map;

/**
 * Every value that holds and where it comes from. {@link #toString()} is YAML again: it can be loaded and gives the same
 * configuration, unless there is a secret in it, which is not shown and in whose place nothing loads.
 */
public final class Effective {
    private static final int COMMENT_COLUMN = 48;

    private final Value.Fields root;
    private final List<RouteConfig> routes;
    private final List<String> ignored;

    /** @param ignored environment variables that begin with {@code RONDO_} and set nothing */
    Effective(Value.Fields root, List<RouteConfig> routes, List<String> ignored) {
        this.root = root;
        this.routes = List.copyOf(routes);
        this.ignored = List.copyOf(ignored);
    }

    /** Names of environment variables that begin with {@code RONDO_} and set nothing, sorted. */
    public List<String> ignored() {
        return ignored;
    }

    /** YAML, one value a line, each with its origin as a comment; ends with a line feed. */
    @Override
    public String toString() {
        StringBuilder out = new StringBuilder();
        fields(out, root.members(), "", "");
        if (!root.has("routes")) {
            out.append("routes:\n");
            for (RouteConfig route : routes) {
                line(out, "  - path-prefix: " + scalar(route.pathPrefix()), "default");
                line(out, "    pool: " + scalar(route.pool()), "default");
            }
        }
        for (String name : ignored)
            out.append("# ignored: environment variable ").append(name).append('\n');
        return out.toString();
    }

    /** @param first what the first line begins with, where it is not the same as the others */
    private static void fields(StringBuilder out, Map<String, Value> members, String first, String indent) {
        String lead = first;
        for (Map.Entry<String, Value> member : members.entrySet()) {
            boolean unset = isEmpty(member.getValue()) && member.getValue().origin() instanceof Origin.Default;
            if (unset && !(indent.isEmpty() && member.getValue() instanceof Value.Items)) continue;
            value(out, lead + scalar(member.getKey()) + ":", member.getValue(), indent);
            lead = indent;
        }
    }

    private static void value(StringBuilder out, String name, Value value, String indent) {
        String below = indent + "  ";
        switch (value) {
            case Value.Leaf leaf ->
                line(out, name + " " + scalar(leaf.shown()), leaf.origin().toString());
            case Value.Fields fields
            when isEmpty(fields) -> line(out, name + " {}", fields.origin().toString());
            case Value.Items items
            when items.items().isEmpty() ->
                line(out, name + " []", items.origin().toString());
            case Value.Fields fields -> {
                out.append(name).append('\n');
                fields(out, fields.members(), below, below);
            }
            case Value.Items items -> {
                out.append(name).append('\n');
                for (Value item : items.items()) {
                    if (item instanceof Value.Fields fields) fields(out, fields.members(), below + "- ", below + "  ");
                    else value(out, below + "-", item, below);
                }
            }
        }
    }

    /** A list, a map or a section in which nothing is set. */
    private static boolean isEmpty(Value value) {
        return switch (value) {
            case Value.Leaf _ -> false;
            case Value.Items items -> items.items().isEmpty();
            case Value.Fields fields -> fields.members().values().stream().allMatch(Effective::isEmpty);
        };
    }

    private static void line(StringBuilder out, String text, String origin) {
        out.append(text)
                .append(" ".repeat(Math.max(1, COMMENT_COLUMN - text.length())))
                .append("# ")
                .append(printable(origin))
                .append('\n');
    }

    /** A file's name may hold anything, a line feed too. */
    private static String printable(String origin) {
        return origin.replaceAll("\\p{Cntrl}", "?");
    }

    /** As it is where no reader of YAML could take it for something else, in double quotes otherwise. */
    private static String scalar(String text) {
        if (text.matches("[A-Za-z0-9/][A-Za-z0-9/._-]*") && !text.equalsIgnoreCase("null")) return text;
        StringBuilder out = new StringBuilder("\"");
        text.codePoints().forEach(c -> {
            if (c == '"' || c == '\\') out.append('\\').appendCodePoint(c);
            else if (c < ' ' || c > '~') out.append("\\U%08x".formatted(c));
            else out.appendCodePoint(c);
        });
        return out.append('"').toString();
    }
}
