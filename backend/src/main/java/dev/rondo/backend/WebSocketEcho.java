package dev.rondo.backend;

import io.helidon.common.buffers.DataReader.InsufficientDataAvailableException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Sends back each frame of a message as it arrives, so that a message may be of any length, and obeys RFC 6455: pings are
 * answered, text must be UTF-8, a broken rule closes with its status.
 *
 * <p>The connection's thread runs {@link #run}; a stopping server calls {@link #sayGoodbye} from another. Both write under
 * {@link #turn}, and nothing is written behind a Close frame.
 */
final class WebSocketEcho implements Echo {
    private final TunnelWire wire;
    private final ReentrantLock turn = new ReentrantLock();
    private boolean closeSent; // guarded by turn

    // of the message that is under way; only the connection's thread touches these
    private boolean inMessage;
    private boolean inText;
    private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    private ByteBuffer undecoded = ByteBuffer.allocate(0);

    WebSocketEcho(TunnelWire wire) {
        this.wire = wire;
    }

    @Override
    public void run() {
        try {
            boolean open = true;
            while (open) {
                Frame frame = Frame.read(wire);
                switch (frame.opcode()) {
                    case Frame.PING -> send(new Frame(true, Frame.PONG, frame.payload()));
                    case Frame.PONG -> {}
                    case Frame.CLOSE -> {
                        send(answerToClose(frame.payload()));
                        open = false;
                    }
                    default -> {
                        follow(frame);
                        send(frame);
                    }
                }
            }
        } catch (Frame.Violation e) {
            send(e.close());
        } catch (InsufficientDataAvailableException e) {
            // the peer left without a Close frame, so nobody is there to answer
        }
    }

    @Override
    public boolean sayGoodbye() {
        try {
            if (!turn.tryLock(1, TimeUnit.SECONDS)) {
                return false; // a peer that does not read holds the lock
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
        try {
            send(Frame.close(1001, "stopping"));
            return true;
        } finally {
            turn.unlock();
        }
    }

    private void send(Frame frame) {
        turn.lock();
        try {
            if (!closeSent) {
                closeSent = frame.opcode() == Frame.CLOSE;
                wire.write(frame.bytes());
            }
        } finally {
            turn.unlock();
        }
    }

    /** Holds {@code frame} against the message it belongs to: its order, RFC 6455 §5.4, and its text, §8.1. */
    private void follow(Frame frame) throws Frame.Violation {
        if ((frame.opcode() == Frame.CONTINUATION) != inMessage) {
            throw new Frame.Violation(
                    1002, inMessage ? "a message starts within another" : "a continuation of no message");
        }
        if (!inMessage) {
            inText = frame.opcode() == Frame.TEXT;
            decoder.reset();
            undecoded = ByteBuffer.allocate(0);
        }
        inMessage = !frame.end();
        if (inText) {
            undecoded = decode(undecoded, frame.payload(), frame.end());
        }
    }

    /** Decodes what was left over and {@code more}; returns what is left over now: a character's first bytes. */
    private ByteBuffer decode(ByteBuffer before, byte[] more, boolean end) throws Frame.Violation {
        ByteBuffer bytes = ByteBuffer.allocate(before.remaining() + more.length);
        bytes.put(before).put(more).flip();
        CharBuffer waste = CharBuffer.allocate(1024);
        try {
            while (true) {
                waste.clear();
                var result = decoder.decode(bytes, waste, end);
                if (result.isError()) {
                    result.throwException();
                }
                if (result.isUnderflow()) {
                    return bytes;
                }
            }
        } catch (CharacterCodingException e) {
            throw new Frame.Violation(1007, "text that is not UTF-8");
        }
    }

    private static Frame answerToClose(byte[] payload) throws Frame.Violation {
        if (payload.length == 0) {
            return new Frame(true, Frame.CLOSE, payload);
        }
        int status = payload.length == 1 ? 0 : ((payload[0] & 0xff) << 8) | (payload[1] & 0xff);
        boolean known = status >= 1000 && status <= 1014 && status != 1004 && status != 1005 && status != 1006;
        if (!known && (status < 3000 || status > 4999)) {
            throw new Frame.Violation(1002, "a close with a status that is not for the wire");
        }
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(payload, 2, payload.length - 2));
        } catch (CharacterCodingException e) {
            throw new Frame.Violation(1007, "a close with a reason that is not UTF-8");
        }
        return Frame.close(status, "");
    }
}
