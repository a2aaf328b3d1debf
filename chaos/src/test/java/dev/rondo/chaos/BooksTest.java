package dev.rondo.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.helidon.json.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the two sides say, held against each other. */
class BooksTest {
    private static final String FAILURE =
            "{\"id\":\"t-3\",\"method\":\"POST\",\"cause\":\"reset\",\"status\":0,\"ms\":1}";

    private static Load.Ledger load(int sent, int good, String failures, int failed) {
        return new Load.Ledger(JsonParser.create("{\"sent\":" + sent + ",\"good\":" + good + ",\"failed\":" + failed
                        + ",\"failedByCause\":{\"reset\":{\"POST\":" + failed + "}},\"failures\":[" + failures + "]}")
                .readJsonObject());
    }

    private static Books books(Path directory, Load.Ledger load, String... lines) throws IOException {
        Path ledger = Files.writeString(directory.resolve("b"), String.join("\n", lines));
        return Books.of(Map.of("t", load), List.of(ledger));
    }

    @Test
    void aPostThatWasExecutedTwiceIsADuplicateAndAGetIsARepeat(@TempDir Path directory) throws IOException {
        Books books = books(
                directory,
                load(3, 3, "", 0),
                "1 start",
                "2 + t-1 POST",
                "2 = t-1",
                "3 + t-1 POST",
                "4 + t-2 GET",
                "5 + t-2 GET",
                "6 - t-3 503",
                "7 + t-3 POST");
        assertThat(books.duplicates()).isEqualTo(1);
        assertThat(books.repeats()).isEqualTo(1);
        assertThat(books.lost()).isZero();
    }

    @Test
    void aGoodAnswerThatNobodyExecutedIsLost(@TempDir Path directory) throws IOException {
        Books books = books(directory, load(3, 2, FAILURE, 1), "1 + t-1 GET", "1 open", "1 gone");
        assertThat(books.lost()).as("t-2").isEqualTo(1);
        assertThat(books.allFailed()).isEqualTo(1);
    }

    @Test
    void aRequestWithoutAnEndIsLost(@TempDir Path directory) throws IOException {
        Books books = books(directory, load(2, 1, "", 0), "1 + t-1 GET", "1 + t-2 GET");
        assertThat(books.lost()).isEqualTo(1);
    }
}
