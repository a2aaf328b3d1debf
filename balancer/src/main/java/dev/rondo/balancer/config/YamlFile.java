package dev.rondo.balancer.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** From a path to text: everything that can be wrong with a file before it is YAML. */
final class YamlFile {
    /** Bytes. A hundred times what a large installation needs; what is longer is not a configuration. */
    static final int LARGEST = 1 << 20;

    private YamlFile() {}

    /** The text without a byte order mark; null where {@code findings} has been told why not. */
    static @Nullable String read(Path file, Findings findings) {
        if (Files.isDirectory(file)) {
            findings.addForFile("is a directory; name the file in it");
            return null;
        }
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(LARGEST + 1);
        } catch (NoSuchFileException _) {
            findings.addForFile("does not exist");
            return null;
        } catch (AccessDeniedException _) {
            findings.addForFile("cannot be read: permission denied");
            return null;
        } catch (FileSystemException e) {
            findings.addForFile("cannot be read: " + (e.getReason() == null ? "no reason given" : e.getReason()));
            return null;
        } catch (IOException e) {
            findings.addForFile("cannot be read: " + e.getMessage());
            return null;
        }
        if (bytes.length > LARGEST) {
            findings.addForFile("is larger than 1 MiB, which no configuration is");
            return null;
        }
        return decode(bytes, findings);
    }

    private static @Nullable String decode(byte[] bytes, Findings findings) {
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length);
        CoderResult result = decoder.decode(in, out, true);
        String text = out.flip().toString();
        if (result.isError()) {
            Origin.File place = place(findings.file(), text, text.length());
            int offset = in.position();
            findings.add(
                    place,
                    "byte %d of the file (0x%02X) is not UTF-8; save the file as UTF-8"
                            .formatted(offset, bytes[offset] & 0xff));
            return null;
        }
        return text.startsWith("\uFEFF") ? text.substring(1) : text;
    }

    /** Line and column of the character at {@code index}. */
    static Origin.File place(String file, String text, int index) {
        int line = 1;
        int lineStart = 0;
        for (int i = 0; i < index; i++) {
            if (text.charAt(i) == '\n') {
                line++;
                lineStart = i + 1;
            }
        }
        return new Origin.File(file, line, text.codePointCount(lineStart, index) + 1);
    }
}
