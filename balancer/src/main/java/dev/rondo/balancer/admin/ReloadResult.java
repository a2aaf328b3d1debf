package dev.rondo.balancer.admin;

import java.util.List;

/** What became of a reload. */
public sealed interface ReloadResult {
    /**
     * The file is good and in use.
     *
     * @param changed whether anything in it differs from what was in use
     * @param warnings what is in it and has not taken effect, and what is dubious, for people
     */
    record Taken(boolean changed, List<String> warnings) implements ReloadResult {
        public Taken {
            warnings = List.copyOf(warnings);
        }
    }

    /**
     * The configuration in use stays.
     *
     * @param problems what is wrong, each with place and remedy; never empty
     */
    record Refused(List<String> problems) implements ReloadResult {
        public Refused {
            problems = List.copyOf(problems);
        }
    }
}
