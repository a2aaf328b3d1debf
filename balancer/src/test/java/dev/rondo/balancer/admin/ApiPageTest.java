package dev.rondo.balancer.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** {@code docs/api.md} says what {@code docs/openapi.yaml} says; {@code -Ddocs.write=true} writes it. */
class ApiPageTest {
    @Test
    void page() throws IOException {
        Path page = Path.of("../docs/api.md");
        String expected = ApiPage.text(OpenApi.read());
        if (Boolean.getBoolean("docs.write")) Files.writeString(page, expected);
        assertThat(Files.exists(page) ? Files.readString(page) : "")
                .as("api.md is not what openapi.yaml says; run: make docs")
                .isEqualTo(expected);
    }
}
