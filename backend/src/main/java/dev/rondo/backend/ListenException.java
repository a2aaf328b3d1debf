package dev.rondo.backend;

import org.jspecify.annotations.Nullable;

/** The address cannot be listened on; the message is a sentence for the person who started the program. */
final class ListenException extends Exception {
    ListenException(String sentence, @Nullable Throwable cause) {
        super(sentence, cause);
    }
}
