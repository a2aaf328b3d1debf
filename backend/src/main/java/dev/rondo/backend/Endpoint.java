package dev.rondo.backend;

import io.helidon.webserver.http.Handler;
import java.util.List;

/**
 * One thing the backend can be asked.
 *
 * @param methods the methods it answers, empty for every method
 * @param path Helidon's path pattern
 * @param parameters its query, as {@code /help} shows it
 * @param meaning one sentence for {@code /help}
 * @param example a command to try it, with {@code URL} for the backend's address
 * @param handler answers it
 */
record Endpoint(List<String> methods, String path, String parameters, String meaning, String example, Handler handler) {
    boolean answers(String method) {
        return methods.isEmpty() || methods.contains(method);
    }
}
