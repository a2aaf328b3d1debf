package dev.rondo.balancer.config;

import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Makes records of values. What a constructor rejects becomes a problem at the place of the value it names. */
final class Construction {
    private final Settings settings;
    private final Findings findings;

    Construction(Settings settings, Findings findings) {
        this.settings = settings;
        this.findings = findings;
    }

    /**
     * A rule that touches a value which was refused already says nothing: it would judge a default.
     *
     * @param at the section whose keys a constructor's reasons name
     * @param substitute what the rest is checked with where the constructor throws
     */
    <T extends @Nullable Object> T bind(Value.Fields at, T substitute, Supplier<T> record) {
        try {
            return record.get();
        } catch (Rejected rejected) {
            for (Rejected.Reason reason : rejected.reasons()) {
                List<KeyPath> paths =
                        reason.keys().stream().map(key -> below(at.path(), key)).toList();
                if (paths.stream().anyMatch(findings::covers)) continue;
                // where none of them is set here, all are inherited, and the place they come from has been judged
                paths.stream()
                        .flatMap(path -> settings.origin(path).stream())
                        .findFirst()
                        .ifPresent(origin ->
                                findings.add(origin, paths.getFirst(), reason.message() + unset(paths.getFirst())));
            }
            // somebody else's values do not go together here; whatever happens, a rejected record is not replaced
            // unseen
            if (findings.problems().isEmpty()) {
                Rejected.Reason reason = rejected.reasons().getFirst();
                findings.add(at.origin(), below(at.path(), reason.keys().getFirst()), reason.message());
            }
            return substitute;
        }
    }

    /** The message stands at the place of another key then. */
    private String unset(KeyPath path) {
        String name = path.shown().substring(path.shown().lastIndexOf('.') + 1);
        return settings.origin(path).isPresent() ? "" : "; " + name + " is not set here, so set it as well";
    }

    /** @param key seen from {@code path}: {@code response}, {@code backends[1].id} */
    private static KeyPath below(KeyPath path, String key) {
        for (String name : key.split("\\.", 2)) {
            int bracket = name.indexOf('[');
            if (bracket < 0) path = path.child(name);
            else
                path = path.child(name.substring(0, bracket))
                        .item(Integer.parseInt(name.substring(bracket + 1, name.length() - 1)));
        }
        return path;
    }
}
