package dev.rondo.balancer.config;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What was found wrong so far, and about which keys, so that nothing is said twice about one mistake. */
final class Findings {
    private final String file;
    private final List<Problem> problems = new ArrayList<>();
    private final List<Problem> warnings = new ArrayList<>();
    private final Set<String> keys = new HashSet<>();

    /** @param file as the user named it */
    Findings(String file) {
        this.file = file;
    }

    /** A problem with the value at {@code path}. */
    void add(Origin origin, KeyPath path, String message) {
        problems.add(Problem.at(origin, file, path, message));
        keys.add(path.key());
    }

    /** A problem whose message says itself what it is about. */
    void add(Origin origin, String message) {
        problems.add(Problem.at(origin, file, KeyPath.ROOT, message));
    }

    /** A problem of the file as a whole. */
    void addForFile(String message) {
        problems.add(new Problem(file, 0, 0, "", message));
    }

    /** Something that works, but hardly as it was meant. */
    void warn(Origin origin, KeyPath path, String message) {
        warnings.add(Problem.at(origin, file, path, message));
    }

    /** From now on nothing more is to be said about {@code path}. */
    void cover(KeyPath path) {
        keys.add(path.key());
    }

    /** Whether something was said about {@code path} or about what it lies in. */
    boolean covers(KeyPath path) {
        for (String key = path.key(); !key.isEmpty(); key = key.substring(0, Math.max(0, key.lastIndexOf('.'))))
            if (keys.contains(key)) return true;
        return false;
    }

    String file() {
        return file;
    }

    List<Problem> problems() {
        return problems.stream().distinct().sorted().toList();
    }

    List<Problem> warnings() {
        return warnings.stream().distinct().sorted().toList();
    }
}
