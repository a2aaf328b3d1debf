package dev.rondo.balancer.config;

/** What of a request is hashed, so that requests in which it is equal go to the same backend. */
public sealed interface HashOn {
    /** As it stands in the file: {@code client-ip}, {@code header:NAME}, {@code cookie:NAME}, {@code path}. */
    String text();

    /** The client's address, as trusted proxies tell it. */
    record ClientIp() implements HashOn {
        @Override
        public String text() {
            return "client-ip";
        }
    }

    /**
     * The values of a field.
     *
     * @param name of the field; upper and lower case are the same (RFC 9110 §5.1)
     */
    record Header(String name) implements HashOn {
        @Override
        public String text() {
            return "header:" + name;
        }
    }

    /**
     * The value of a cookie.
     *
     * @param name of the cookie, in which case matters (RFC 6265 §5.3)
     */
    record Cookie(String name) implements HashOn {
        @Override
        public String text() {
            return "cookie:" + name;
        }
    }

    /** The path of the target, without its query. */
    record Path() implements HashOn {
        @Override
        public String text() {
            return "path";
        }
    }
}
