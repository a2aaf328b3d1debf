package dev.rondo.balancer.config;

/** Where a value comes from. */
sealed interface Origin {
    /** A place in the file; the first line and the first column are 1. */
    record File(String name, int line, int column) implements Origin {
        @Override
        public String toString() {
            return name + ":" + line;
        }
    }

    /** An environment variable. */
    record Variable(String name) implements Origin {
        @Override
        public String toString() {
            return "environment variable " + name;
        }
    }

    /** A system property. */
    record Property(String name) implements Origin {
        @Override
        public String toString() {
            return "system property " + name;
        }
    }

    /** The value of another key, which has an origin of its own. */
    record Inherited(String key, Origin origin) implements Origin {
        @Override
        public String toString() {
            return key + ", " + origin;
        }
    }

    /** Nobody said anything. */
    record Default() implements Origin {
        @Override
        public String toString() {
            return "default";
        }
    }
}
