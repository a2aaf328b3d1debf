package dev.rondo.balancer.config;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What names a place on the network or a part of a message. */
final class NetworkScalars {
    private static final String LABEL = "[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?";
    private static final String HOST_NAME = LABEL + "(\\." + LABEL + ")*\\.?";
    /** RFC 9110 §5.6.2. */
    static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";

    private static final Pattern IS_HOST_NAME = Pattern.compile(HOST_NAME);
    private static final Pattern IS_ROUTE_HOST = Pattern.compile("(\\*\\.)?" + HOST_NAME);
    private static final Pattern IS_TOKEN = Pattern.compile(TOKEN);

    static final Type.Scalar<String> BIND_ADDRESS =
            Scalars.checked("address or host name", Scalars.schema("type", "string"), text -> {
                if (!isAddress(text) && !isHostName(text))
                    throw new IllegalArgumentException("is neither an address nor a host name");
                return text;
            });

    static final Type.Scalar<URI> BACKEND_URL = Scalars.checked(
            "URL",
            Scalars.schema("type", "string", "pattern", "^[Hh][Tt][Tt][Pp]://[^/?#@]+/?$"),
            NetworkScalars::backendUrl);

    static final Type.Scalar<Cidr> CIDR = Scalars.checked(
            "address or block",
            Scalars.schema("type", "string", "pattern", "^[0-9A-Fa-f.:]+(/[0-9]{1,3})?$"),
            NetworkScalars::cidr);

    static final Type.Scalar<String> VIA =
            Scalars.matching("token", TOKEN, "is not a token (RFC 9110 §5.6.2); use letters, digits and dashes");

    static final Type.Scalar<String> BACKEND_ID = Scalars.matching(
            "id", "[A-Za-z0-9._:\\[\\]-]{1,128}", "is not an id; use up to 128 letters, digits and any of . _ : - [ ]");

    static final Type.Scalar<String> POOL_NAME = Scalars.matching(
            "pool name", "[A-Za-z0-9_-]{1,64}", "is not a pool name; use up to 64 letters, digits, - and _");

    static final Type.Scalar<String> ROUTE_HOST =
            Scalars.checked("host name or *.name", Scalars.schema("type", "string"), NetworkScalars::routeHost);

    /** RFC 1123 §2.1 in lower case: what Services and namespaces are named. */
    static final Type.Scalar<String> KUBERNETES_NAME = Scalars.matching(
            "name in Kubernetes",
            "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?",
            "is no name in Kubernetes; use up to 63 of a-z, 0-9 and -");

    static final Type.Scalar<String> SERVICE_PORT = Scalars.checked(
            "port or its name", Scalars.schema("type", List.of("integer", "string")), NetworkScalars::servicePort);

    /** With an underscore at its beginning too, as SRV records have them. */
    static final Type.Scalar<String> DNS_NAME =
            Scalars.checked("host name", Scalars.schema("type", "string"), NetworkScalars::dnsName);

    static final Type.Scalar<String> ZONE = Scalars.matching(
            "zone",
            "([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?",
            "is not a zone; write the value of the label topology.kubernetes.io/zone");

    static final Type.Scalar<String> PATH_PREFIX =
            Scalars.checked("path", Scalars.schema("type", "string", "pattern", "^/"), NetworkScalars::pathPrefix);

    static final Type.Scalar<String> FIELD_VALUE =
            Scalars.checked("field value", Scalars.schema("type", "string"), NetworkScalars::fieldValue);

    /** Fields that frame a message or belong to one hop (RFC 9110 §7.6.1, RFC 9112 §6), to the reason not to touch them. */
    private static final Map<String, String> REFUSED = refused();

    private NetworkScalars() {}

    private static Map<String, String> refused() {
        String framing = "says where a message ends; Rondo alone writes it";
        String hop = "belongs to one connection; Rondo alone writes it";
        Map<String, String> reasons = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        reasons.put("Content-Length", framing);
        reasons.put("Transfer-Encoding", framing);
        reasons.put("Trailer", framing);
        reasons.put("Connection", hop);
        reasons.put("Keep-Alive", hop);
        reasons.put("Proxy-Connection", hop);
        reasons.put("TE", hop);
        reasons.put("Upgrade", hop);
        reasons.put("Expect", "decides when the body is sent; Rondo alone writes it");
        reasons.put("Proxy", "is taken for a proxy setting by CGI programs; Rondo always removes it");
        reasons.put("Via", "must name every proxy (RFC 9110 §7.6.3); the key via sets the name");
        return reasons;
    }

    /** RFC 9110 §5.6.2. */
    static boolean isToken(String text) {
        return IS_TOKEN.matcher(text).matches();
    }

    /** @param host whether {@code Host} may be named */
    static Type.Scalar<String> fieldName(boolean host) {
        return Scalars.checked("field name", Scalars.schema("type", "string", "pattern", "^" + TOKEN + "$"), text -> {
            if (!IS_TOKEN.matcher(text).matches())
                throw new IllegalArgumentException("is not a field name (RFC 9110 §5.1)");
            String reason = REFUSED.get(text);
            if (reason != null) throw new IllegalArgumentException(reason);
            if (!host && text.equalsIgnoreCase("Host"))
                throw new IllegalArgumentException(
                        "stands in a request exactly once; it can only be set, in headers.request");
            return text;
        });
    }

    private static String fieldValue(String text) {
        if (text.chars().anyMatch(c -> (c < ' ' && c != '\t') || c == 0x7f))
            throw new IllegalArgumentException("has a control character in it");
        if (text.chars().anyMatch(c -> c > 0x7e))
            throw new IllegalArgumentException("has a character in it that is not ASCII; fields carry ASCII only");
        if (!text.equals(text.strip())) throw new IllegalArgumentException("begins or ends with white space");
        return text;
    }

    private static String servicePort(String text) {
        if (text.matches("[0-9]+")) {
            return Integer.toString(Scalars.PORT.parse().apply(text));
        }
        if (!text.matches("(?=.*[a-z])[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"))
            throw new IllegalArgumentException("is neither a port, 1 to 65535, nor the name of one");
        return text;
    }

    private static String dnsName(String text) {
        if (isAddress(text))
            throw new IllegalArgumentException("is an address; list it: backends: [\"http://HOST:PORT\"]");
        if (!isHostName(text))
            throw new IllegalArgumentException("is not a host name; write it without scheme and port");
        return text.toLowerCase(Locale.ROOT);
    }

    private static boolean isHostName(String text) {
        return text.length() <= 253 && IS_HOST_NAME.matcher(text).matches() && !text.matches("[0-9.]+");
    }

    private static boolean isAddress(String text) {
        try {
            return (text.contains(":") || text.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}"))
                    && !text.contains("%")
                    && InetAddress.ofLiteral(text) != null;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    private static URI backendUrl(String text) {
        if (text.length() > 1000) throw new IllegalArgumentException("is too long for a URL of a host and a port");
        URI url;
        try {
            url = new URI(text);
        } catch (URISyntaxException _) {
            throw new IllegalArgumentException("is not an http URL; write http://HOST:PORT");
        }
        String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
        if (scheme.equals("https"))
            throw new IllegalArgumentException("is https; backends over TLS are not supported yet, use http");
        if (!scheme.equals("http")) {
            boolean bare = text.matches("(" + HOST_NAME + "|\\[[0-9A-Fa-f:.]+\\])(:[0-9]+)?/?");
            throw new IllegalArgumentException(
                    bare ? "has no scheme; write http://" + text : "is not an http or https URL");
        }
        if (url.isOpaque() || url.getRawAuthority() == null)
            throw new IllegalArgumentException("has no host; write http://HOST:PORT");
        refuse(
                url.getRawAuthority(),
                a -> a.contains("@"),
                "has user info in it; set the Authorization field in headers.request");
        refuse(
                url.getRawPath(),
                path -> !path.isEmpty() && !path.equals("/"),
                "has a path; a backend is a host and a port");
        refuse(url.getRawQuery(), _ -> true, "has a query; a backend is a host and a port");
        refuse(url.getRawFragment(), _ -> true, "has a fragment; a backend is a host and a port");
        return hostAndPort(url.getRawAuthority());
    }

    private static void refuse(@Nullable String part, Predicate<String> wrong, String message) {
        if (part != null && wrong.test(part)) throw new IllegalArgumentException(message);
    }

    /** Not by {@link URI#getHost()}, which is null for a name with an underscore, as Compose gives them. */
    static URI hostAndPort(String authority) {
        int colon = authority.endsWith("]") ? -1 : authority.lastIndexOf(':');
        String host = colon < 0 ? authority : authority.substring(0, colon);
        if (colon >= 0 && Scalars.PORT.refusal(authority.substring(colon + 1)).isPresent())
            throw new IllegalArgumentException("has no valid port; use 1 to 65535");
        boolean literal = host.startsWith("[") && host.endsWith("]") && host.contains(":");
        String bare = literal ? host.substring(1, host.length() - 1) : host;
        if (host.isEmpty()) throw new IllegalArgumentException("has no host; write http://HOST:PORT");
        if (literal ? !isAddress(bare) : !isHostName(host) && !isAddress(host))
            throw new IllegalArgumentException("has a host that is neither a name nor an address");
        return URI.create("http://" + authority.toLowerCase(Locale.ROOT));
    }

    private static Cidr cidr(String text) {
        int slash = text.indexOf('/');
        String address = slash < 0 ? text : text.substring(0, slash);
        if (!isAddress(address))
            throw new IllegalArgumentException("is neither an address nor a block such as 10.0.0.0/8");
        InetAddress network = InetAddress.ofLiteral(address);
        int bits = network.getAddress().length * 8;
        int prefix = slash < 0 ? bits : prefix(text.substring(slash + 1), bits);
        InetAddress first = Cidr.first(network, prefix);
        if (!first.equals(network))
            throw new IllegalArgumentException(
                    "has bits set behind the prefix; write " + first.getHostAddress() + "/" + prefix);
        return new Cidr(network, prefix);
    }

    private static int prefix(String text, int bits) {
        if (!text.matches("[0-9]{1,3}") || Integer.parseInt(text) > bits)
            throw new IllegalArgumentException("has a prefix that is not a number from 0 to " + bits);
        return Integer.parseInt(text);
    }

    private static String routeHost(String text) {
        if (text.length() > 255) throw new IllegalArgumentException("is too long for a host name");
        String lower = text.toLowerCase(Locale.ROOT);
        if (lower.matches("[^:\\[\\]]+:[0-9]*"))
            throw new IllegalArgumentException("has a port; routes look at the host only");
        boolean literal =
                lower.startsWith("[") && lower.endsWith("]") && isAddress(lower.substring(1, lower.length() - 1));
        if (literal || (isAddress(lower) && !lower.contains(":"))) return lower;
        if (!IS_ROUTE_HOST.matcher(lower).matches() || lower.length() > 253)
            throw new IllegalArgumentException("is not a host; write www.example.com or *.example.com");
        return lower;
    }

    /** RFC 3986 §3.3. A loop, since a pattern would recurse once for each character. */
    static boolean isPath(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean escape = c == '%' && text.substring(i).matches("(?s)%[0-9A-Fa-f]{2}.*");
            boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!escape && !letter && "/-._~!$&'()*+,;=:@".indexOf(c) < 0) return false;
        }
        return true;
    }

    private static String pathPrefix(String text) {
        if (text.length() > 8192) throw new IllegalArgumentException("is longer than 8192 characters");
        if (!text.startsWith("/")) throw new IllegalArgumentException("does not begin with a slash");
        if (text.contains("?") || text.contains("#"))
            throw new IllegalArgumentException("has a query or fragment; routes look at the path only");
        if (!isPath(text))
            throw new IllegalArgumentException(
                    "has a character in it that no path has (RFC 3986 §3.3); percent-encode it");
        if (text.length() > 1 && text.endsWith("/"))
            throw new IllegalArgumentException(
                    "ends with a slash; without it, it matches the same and everything below");
        return text;
    }
}
