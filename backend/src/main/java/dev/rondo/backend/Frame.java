package dev.rondo.backend;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * One WebSocket frame, unmasked, RFC 6455 §5.2.
 *
 * @param end whether it is the last of its message (FIN)
 * @param opcode one of the constants
 * @param payload its bytes; not copied
 */
@SuppressWarnings("ArrayRecordComponent") // frames are written, never compared
record Frame(boolean end, int opcode, byte[] payload) {
    static final int CONTINUATION = 0;
    static final int TEXT = 1;
    static final int BINARY = 2;
    static final int CLOSE = 8;
    static final int PING = 9;
    static final int PONG = 10;

    /** The largest payload of one frame that is accepted, in bytes; a message may have any number of frames. */
    static final int LIMIT = 1 << 20;

    /** A peer that broke the protocol, with the status to close with, RFC 6455 §7.4.1. */
    static final class Violation extends Exception {
        private final int status;

        Violation(int status, String reason) {
            super(reason, null, false, false);
            this.status = status;
        }

        Frame close() {
            return Frame.close(status, String.valueOf(getMessage()));
        }
    }

    static Frame close(int status, String reason) {
        byte[] text = reason.getBytes(StandardCharsets.UTF_8);
        byte[] payload = new byte[2 + text.length];
        payload[0] = (byte) (status >> 8);
        payload[1] = (byte) status;
        System.arraycopy(text, 0, payload, 2, text.length);
        return new Frame(true, CLOSE, payload);
    }

    /** Reads the next frame of a client. */
    static Frame read(TunnelWire wire) throws Violation {
        int first = wire.read() & 0xff;
        int second = wire.read() & 0xff;
        int opcode = first & 0xf;
        boolean end = (first & 0x80) != 0;
        boolean control = opcode >= CLOSE;
        if ((first & 0x70) != 0) {
            throw new Violation(1002, "a reserved bit is set");
        }
        if ((opcode > BINARY && !control) || opcode > PONG) {
            throw new Violation(1002, "an unknown opcode");
        }
        if ((second & 0x80) == 0) {
            throw new Violation(1002, "a frame of a client must be masked");
        }
        if (control && (!end || (second & 0x7f) > 125)) {
            throw new Violation(1002, "a control frame is fragmented or longer than 125 bytes");
        }
        long length = length(second & 0x7f, wire);
        byte[] mask = wire.read(4);
        byte[] payload = wire.read((int) length);
        for (int i = 0; i < payload.length; i++) {
            payload[i] ^= mask[i & 3];
        }
        return new Frame(end, opcode, payload);
    }

    /** The bytes of this frame as a server sends it, without a mask. */
    byte[] bytes() {
        ByteArrayOutputStream out = new ByteArrayOutputStream(payload.length + 10);
        out.write((end ? 0x80 : 0) | opcode);
        if (payload.length < 126) {
            out.write(payload.length);
        } else if (payload.length < 65_536) {
            out.write(126);
            out.write(payload.length >> 8);
            out.write(payload.length);
        } else {
            out.write(127);
            for (int shift = 56; shift >= 0; shift -= 8) {
                out.write((int) ((long) payload.length >> shift));
            }
        }
        out.writeBytes(payload);
        return out.toByteArray();
    }

    private static long length(int first, TunnelWire wire) throws Violation {
        if (first < 126) {
            return first;
        }
        long length = 0;
        for (byte b : wire.read(first == 126 ? 2 : 8)) {
            length = (length << 8) | (b & 0xff);
        }
        if (length >= 0 && length < (first == 126 ? 126 : 65_536)) {
            throw new Violation(1002, "a length is not in its shortest form");
        }
        if (length < 0) {
            throw new Violation(1002, "a length has its highest bit set");
        }
        if (length > LIMIT) {
            throw new Violation(1009, "a frame is longer than " + LIMIT + " bytes");
        }
        return length;
    }
}
