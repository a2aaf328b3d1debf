package dev.rondo.balancer.cluster;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What affinity cookies say: a name for each backend that tells nothing of it and that nobody can make up without the secret, the
 * first half of HMAC-SHA-256 (RFC 2104, truncated as its section 5 allows) over its pool and its id. It depends on nothing else,
 * so it outlives reloads, and processes with one secret understand each other's.
 */
final class Tokens {
    private static final String ALGORITHM = "HmacSHA256";
    private static final int BYTES = 16;

    private final SecretKeySpec key;

    Tokens(byte[] secret) {
        this.key = new SecretKeySpec(secret, ALGORITHM);
    }

    String of(String pool, String backend) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            mac.update(pool.getBytes(StandardCharsets.UTF_8));
            mac.update((byte) 0); // in no name: "a" and "bc" is not "ab" and "c"
            byte[] digest = mac.doFinal(backend.getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(digest, BYTES));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }
}
