package dev.rondo.balancer.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.composer.Composer;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.ReaderException;
import org.yaml.snakeyaml.reader.StreamReader;
import org.yaml.snakeyaml.resolver.Resolver;

/**
 * From text to a tree: everything that can be wrong with YAML before it is a configuration.
 *
 * <p>SnakeYAML composes an alias as a second reference to one node, which costs nothing. What it would cost to walk is
 * counted here from the leaves up, each node once, so that a document that expands to gigabytes is refused before anything
 * expands.
 */
final class YamlDocument {
    /** Far more than the description of the keys is deep. */
    private static final int DEEPEST = 32;
    /** Values that aliases may add to those written out. */
    private static final int MOST_REPEATED = 10_000;

    private static final Set<Tag> PLAIN_TAGS =
            Set.of(Tag.STR, Tag.INT, Tag.FLOAT, Tag.BOOL, Tag.NULL, Tag.TIMESTAMP, Tag.MERGE, Tag.MAP, Tag.SEQ);

    private final Findings findings;
    private final IdentityHashMap<Node, Tree> trees = new IdentityHashMap<>();
    private final IdentityHashMap<Node, Long> sizes = new IdentityHashMap<>();
    private final IdentityHashMap<Node, Boolean> open = new IdentityHashMap<>();
    private boolean refused;

    private YamlDocument(Findings findings) {
        this.findings = findings;
    }

    /** The keys at the top; null where {@code findings} has been told why there are none. */
    static Tree.@Nullable Fields parse(String text, Findings findings) {
        return new YamlDocument(findings).document(text);
    }

    private Tree.@Nullable Fields document(String text) {
        LoaderOptions options = new LoaderOptions();
        options.setNestingDepthLimit(DEEPEST);
        options.setMaxAliasesForCollections(Integer.MAX_VALUE);
        options.setCodePointLimit(YamlFile.LARGEST);
        Events events = new Events(new StreamReader(text), options);
        Node root;
        try {
            Composer composer = new Composer(events, new Resolver(), options);
            if (!composer.checkNode()) {
                findings.addForFile(
                        "says nothing; name at least one backend, for example: backends: [\"http://localhost:5000\"]");
                return null;
            }
            root = composer.getNode();
            if (composer.checkNode()) {
                findings.add(place(composer.getNode().getStartMark()), "a second YAML document; only one is read");
                return null;
            }
        } catch (ReaderException e) {
            findings.add(
                    YamlFile.place(findings.file(), text, text.offsetByCodePoints(0, e.getPosition())),
                    "character U+%04X is not allowed in YAML".formatted(e.getCodePoint()));
            return null;
        } catch (MarkedYAMLException e) {
            findings.add(place(e.getProblemMark() == null ? e.getContextMark() : e.getProblemMark()), explain(e, text));
            return null;
        } catch (IllegalArgumentException _) {
            // thrown by the Tag of the event the composer took last, where its name is empty or has a space at an end
            findings.add(place(events.taken), "a tag without a name, or with a space in it; leave it out");
            return null;
        } catch (YAMLException _) {
            findings.add(
                    place(events.peekEvent().getStartMark()),
                    "more than %d values inside of each other".formatted(DEEPEST));
            return null;
        }
        Tree tree = convert(root);
        if (refused) return null;
        if (tree instanceof Tree.Fields fields) return fields;
        findings.add(tree.at(), "the file must begin with keys such as backends, not with " + tree.described());
        return null;
    }

    /** Also tells where the event begins that was taken last. */
    private static final class Events extends ParserImpl {
        private Mark taken;

        Events(StreamReader reader, LoaderOptions options) {
            super(reader, options);
            taken = reader.getMark();
        }

        @Override
        public Event getEvent() {
            Event event = super.getEvent();
            taken = event.getStartMark();
            return event;
        }
    }

    private static String explain(MarkedYAMLException e, String text) {
        Mark mark = e.getProblemMark();
        if (mark != null
                && mark.getIndex() < text.codePointCount(0, text.length())
                && text.codePointAt(text.offsetByCodePoints(0, mark.getIndex())) == '\t')
            return "a tab cannot indent YAML; use spaces";
        String problem = e.getProblem() == null ? String.valueOf(e.getContext()) : e.getProblem();
        if (problem.contains("<block end>"))
            return "not YAML: this does not fit the lines before it; look at the indentation and the quotes";
        if (problem.contains("mapping values are not allowed"))
            return "not YAML: no key can stand here; look for a missing colon before it, or put the text in quotes";
        return "not YAML: "
                + problem.replace("but got <stream end>", "but the file ends")
                        .replaceAll("\\s+", " ")
                        .strip();
    }

    private Origin.File place(Mark mark) {
        return new Origin.File(findings.file(), mark.getLine() + 1, mark.getColumn() + 1);
    }

    private Tree convert(Node node) {
        Tree known = trees.get(node);
        if (known != null) return known;
        if (open.put(node, true) != null) {
            refuse(node, "an alias refers to what it stands in");
            return new Tree.Scalar(place(node.getStartMark()), "", true);
        }
        if (!PLAIN_TAGS.contains(node.getTag()))
            refuse(node, "the tag " + Text.quoted(node.getTag().getValue()) + " is not supported; leave it out");
        Tree tree = tree(node);
        open.remove(node);
        trees.put(node, tree);
        weigh(node);
        return tree;
    }

    private Tree tree(Node node) {
        if (node instanceof SequenceNode sequence) return items(sequence);
        if (node instanceof MappingNode mapping) return fields(mapping);
        if (node instanceof ScalarNode scalar) {
            boolean empty = scalar.getTag().equals(Tag.NULL);
            return new Tree.Scalar(place(scalar.getStartMark()), scalar.getValue(), empty);
        }
        throw new IllegalStateException("a node of no kind: " + node.getNodeId());
    }

    private Tree items(SequenceNode sequence) {
        List<Tree> items = new ArrayList<>();
        for (Node item : sequence.getValue()) items.add(convert(item));
        return new Tree.Items(place(sequence.getStartMark()), items);
    }

    private Tree fields(MappingNode mapping) {
        List<Tree.Field> fields = new ArrayList<>();
        Map<String, Origin.File> seen = new HashMap<>();
        for (NodeTuple tuple : mapping.getValue()) {
            // even a key that is refused: then whatever an alias refers to is converted already, and nothing recurses
            // deep
            convert(tuple.getKeyNode());
            Tree value = convert(tuple.getValueNode());
            Origin.File at = place(tuple.getKeyNode().getStartMark());
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                findings.add(at, "a key must be a plain word");
                continue;
            }
            Origin.File first = seen.putIfAbsent(key.getValue(), at);
            if (first != null)
                findings.add(
                        at,
                        "duplicate key " + Text.quoted(key.getValue()) + " (first on line " + first.line()
                                + "); keep one");
            else fields.add(new Tree.Field(at, key.getValue(), value));
        }
        return new Tree.Fields(place(mapping.getStartMark()), fields);
    }

    /** How many values a walk below {@code node} would meet. */
    private void weigh(Node node) {
        long size = 1;
        if (node instanceof SequenceNode sequence) {
            for (Node item : sequence.getValue()) size += sizes.getOrDefault(item, 1L);
        } else if (node instanceof MappingNode mapping) {
            for (NodeTuple tuple : mapping.getValue()) size += sizes.getOrDefault(tuple.getValueNode(), 1L);
        }
        sizes.put(node, Math.min(size, Integer.MAX_VALUE));
        if (size - trees.size() > MOST_REPEATED)
            refuse(node, "aliases repeat more than 10000 values; write fewer of them");
    }

    /** Says the first reason only: the rest of such a document is not worth a word. */
    private void refuse(Node node, String why) {
        if (!refused) findings.add(place(node.getStartMark()), why);
        refused = true;
    }
}
