package dev.rondo.backend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.backend.RawClient.Response;
import dev.rondo.backend.Served.Ending;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UpgradeTest {
    private static final byte[] MASK = {0x37, (byte) 0xfa, 0x21, 0x3d};
    private static final HexFormat HEX = HexFormat.of();
    private static RunningBackend running;

    @BeforeAll
    static void start() throws ListenException {
        running = new RunningBackend();
    }

    @AfterAll
    static void stop() {
        running.close();
    }

    @Test
    void rawBytesComeBackAndHalfCloseIsObeyed() throws Exception {
        try (RawClient client = running.connect()) {
            // the first bytes of the tunnel are sent along with the request
            client.send(
                    "GET /upgrade?raw HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: echo\r\n\r\n\u0000\u00ff");
            Response response = client.head();
            assertThat(response.status()).isEqualTo(101);
            assertThat(response.fields())
                    .containsExactly("Connection: Upgrade", "Upgrade: echo", "X-Served-By: Server 1");
            assertThat(client.bytes(2)).containsExactly(0, 0xff);
            client.send("GET / HTTP/1.1\r\n\r\n").endOutput();
            assertThat(client.rest()).isEqualTo("GET / HTTP/1.1\r\n\r\n");
        }
        Served served = running.nextServed("/upgrade?raw");
        assertThat(served.ending()).isEqualTo(Ending.TUNNELED);
        assertThat(served.status()).isEqualTo(101);
        assertThat(served.bytesIn()).isEqualTo(20);
        assertThat(served.bytesOut()).isEqualTo(20 + 95);
    }

    @ParameterizedTest
    @ValueSource(strings = {"websocket", "WebSocket"})
    void webSocketHandshakeIsThatOfTheRfc(String name) throws IOException {
        try (RawClient client = running.connect()) {
            client.send("GET /upgrade HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: " + name
                    + "\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");

            Response response = client.head();
            assertThat(response.status()).isEqualTo(101);
            assertThat(response.fields())
                    .containsExactly(
                            "Connection: Upgrade",
                            "Upgrade: " + name,
                            "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", // RFC 6455 §1.3
                            "X-Served-By: Server 1");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            text                 | 81 Hello                       | 810548656c6c6f
            empty text           | 81                             | 8100
            binary               | 82 ab                          | 82026162
            ping                 | 89 x                           | 8a0178
            empty ping           | 89                             | 8a00
            pong is not answered | 8a x ; 82 y                    | 820179
            fragments            | 01 Hel ; 80 lo                 | 010348656c80026c6f
            ping among fragments | 01 a ; 89 p ; 00 b ; 80 c      | 0101618a0170000162800163
            """)
    void framesComeBack(String what, String sent, String received) throws IOException {
        try (RawClient client = webSocket()) {
            for (String frame : sent.split(";", -1)) {
                String[] parts = frame.strip().split(" ", 2);
                client.send(frame(
                        HEX.parseHex(parts[0])[0],
                        (parts.length > 1 ? parts[1] : "").getBytes(StandardCharsets.UTF_8)));
            }
            assertThat(HEX.formatHex(client.bytes(received.length() / 2)))
                    .as(what)
                    .isEqualTo(received);
            client.send(frame(0x88, new byte[] {3, (byte) 0xe8}));
            assertThat(client.rest()).isEqualTo("\u0088\u0002\u0003\u00e8");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "125,827d",
        "126,827e007e",
        "65535,827effff",
        "65536,827f0000000000010000",
        "1048576,827f0000000000100000"
    })
    void lengthsTakeTheirShortestForm(int length, String head) throws Exception {
        byte[] payload = new byte[length];
        new SplittableRandom(1).nextBytes(payload);
        try (RawClient client = webSocket()) {
            Thread sender = Thread.startVirtualThread(() -> {
                try {
                    client.send(frame(0x82, payload));
                } catch (IOException e) {
                    throw new AssertionError(e); // the reader below then waits in vain and fails
                }
            });
            assertThat(HEX.formatHex(client.bytes(head.length() / 2))).isEqualTo(head);
            assertThat(client.bytes(length)).isEqualTo(payload);
            sender.join();
        }
    }

    @Test
    void aCharacterMayBeSplitBetweenFragments() throws IOException {
        try (RawClient client = webSocket()) {
            byte[] euro = "\u20ac".getBytes(StandardCharsets.UTF_8);
            client.send(frame(0x01, Arrays.copyOfRange(euro, 0, 1)));
            client.send(frame(0x00, Arrays.copyOfRange(euro, 1, 2)));
            client.send(frame(0x80, Arrays.copyOfRange(euro, 2, 3)));
            assertThat(HEX.formatHex(client.bytes(9))).isEqualTo("0101e20001828001ac");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            unmasked                  | 810548656c6c6f       | 1002 | a frame of a client must be masked
            reserved bit              | c18000000000         | 1002 | a reserved bit is set
            unknown opcode            | 838000000000         | 1002 | an unknown opcode
            unknown control opcode    | 8b8000000000         | 1002 | an unknown opcode
            fragmented ping           | 098000000000         | 1002 | a control frame is fragmented or longer than 125 bytes
            long ping                 | 89fe007e00000000     | 1002 | a control frame is fragmented or longer than 125 bytes
            continuation of nothing   | 808000000000         | 1002 | a continuation of no message
            message within a message  | 018000000000818000000000 | 1002 | a message starts within another
            length not shortest       | 82fe007d             | 1002 | a length is not in its shortest form
            long length not shortest  | 82ff000000000000ffff | 1002 | a length is not in its shortest form
            negative length           | 82ff8000000000000000 | 1002 | a length has its highest bit set
            too long                  | 82ff0000000000100001 | 1009 | a frame is longer than 1048576 bytes
            text that is not UTF-8    | 818100000000ff       | 1007 | text that is not UTF-8
            text that ends too early  | 818100000000c3       | 1007 | text that is not UTF-8
            close of one byte         | 88810000000003       | 1002 | a close with a status that is not for the wire
            close with 1005           | 88820000000003ed     | 1002 | a close with a status that is not for the wire
            close with 2999           | 8882000000000bb7     | 1002 | a close with a status that is not for the wire
            close with a bad reason   | 88830000000003e8ff   | 1007 | a close with a reason that is not UTF-8
            """)
    void brokenRulesCloseWithTheirStatus(String what, String sent, int status, String reason) throws IOException {
        try (RawClient client = webSocket()) {
            client.send(HEX.parseHex(sent));
            String expected = HEX.formatHex(Frame.close(status, reason).bytes());
            int echoed = what.equals("message within a message") ? 2 : 0; // the first fragment, which was in order
            client.bytes(echoed);
            assertThat(HEX.formatHex(client.bytes(expected.length() / 2)))
                    .as(what)
                    .isEqualTo(expected);
            assertThat(client.rest()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"'',8800", "03e8,880203e8", "03f2,880203f2", "0bb8,88020bb8", "1387,88021387", "03e8627965,880203e8"})
    void aCloseIsAnsweredWithItsStatus(String payload, String answer) throws IOException {
        try (RawClient client = webSocket()) {
            client.send(frame(0x88, HEX.parseHex(payload)));
            assertThat(HEX.formatHex(client.rest().getBytes(StandardCharsets.ISO_8859_1)))
                    .isEqualTo(answer);
        }
    }

    @Test
    void aPeerThatLeavesWithoutACloseGetsNone() throws Exception {
        try (RawClient client = webSocket("/upgrade?leaves")) {
            client.endOutput();
            assertThat(client.rest()).isEmpty();
        }
        assertThat(running.nextServed("/upgrade?leaves").ending()).isEqualTo(Ending.TUNNELED);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            Connection: close                                    | 426 | this is for upgrades: send Upgrade: websocket or Upgrade: echo
            Connection: Upgrade~Upgrade: h2c                     | 426 | this is for upgrades: send Upgrade: websocket or Upgrade: echo
            Upgrade: echo                                        | 400 | Connection: Upgrade is missing beside Upgrade (RFC 9110 section 7.8)
            Connection: Upgrade~Upgrade: websocket               | 426 | Sec-WebSocket-Version must be 13 (RFC 6455 section 4.2.1)
            Connection: Upgrade~Upgrade: websocket~Sec-WebSocket-Version: 13 | 400 | Sec-WebSocket-Key must be 16 bytes in base64 (RFC 6455 section 4.2.1)
            Connection: Upgrade~Upgrade: websocket~Sec-WebSocket-Version: 13~Sec-WebSocket-Key: c2hvcnQ= | 400 | Sec-WebSocket-Key must be 16 bytes in base64 (RFC 6455 section 4.2.1)
            Connection: Upgrade~Upgrade: ECHO                    | 400 | write the Upgrade field as websocket or echo, in small letters
            """)
    void anUpgradeThatCannotBeIsExplained(String fields, int status, String sentence) throws IOException {
        try (RawClient client = running.connect()) {
            client.send("GET /upgrade HTTP/1.1\r\nHost: a\r\n" + fields.replace("~", "\r\n") + "\r\n\r\n");
            Response response = client.response();
            assertThat(response.status()).isEqualTo(status);
            assertThat(response.body()).isEqualTo(sentence + "\n");
            assertThat(response.field("Upgrade")).isEqualTo(status == 426 ? "websocket, echo" : "");
            assertThat(response.field("Sec-WebSocket-Version")).isEqualTo(status == 426 ? "13" : "");
        }
    }

    @Test
    void elsewhereAnUpgradeIsIgnored() throws IOException {
        try (RawClient client = running.connect()) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
            assertThat(client.response().body()).isEqualTo("Server 1");
        }
    }

    private static RawClient webSocket() throws IOException {
        return webSocket("/upgrade");
    }

    private static RawClient webSocket(String target) throws IOException {
        RawClient client = running.connect();
        client.send("GET " + target + " HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket"
                + "\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
        assertThat(client.head().status()).isEqualTo(101);
        return client;
    }

    /** A frame as a client sends it, masked, with its length in the shortest form. */
    private static byte[] frame(int first, byte[] payload) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] plain = new Frame(true, Frame.BINARY, payload).bytes();
        int headLength = plain.length - payload.length;
        out.write(first);
        out.write(plain[1] | 0x80);
        out.write(plain, 2, headLength - 2);
        out.writeBytes(MASK);
        for (int i = 0; i < payload.length; i++) {
            out.write(payload[i] ^ MASK[i % 4]);
        }
        return out.toByteArray();
    }
}
