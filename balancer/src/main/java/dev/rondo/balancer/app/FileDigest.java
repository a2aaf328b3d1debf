package dev.rondo.balancer.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Tells whether what a file says has changed since it was last asked. Belongs to one thread at a time. */
final class FileDigest {
    private final Path file;
    private String last;

    FileDigest(Path file) {
        this.file = file;
        this.last = digest();
    }

    /** Not for a file that cannot be read: whoever replaces it may not be done yet. */
    boolean hasChanged() {
        String now = digest();
        if (now.isEmpty() || now.equals(last)) return false;
        last = now;
        return true;
    }

    private String digest() {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (IOException e) {
            return "";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }
}
