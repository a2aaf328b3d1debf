package dev.rondo.backend;

import io.helidon.common.buffers.DataReader.InsufficientDataAvailableException;

/** Sends back each byte as it arrives, until the peer has ended its side: a half-closed peer still gets everything. */
record RawEcho(TunnelWire wire) implements Echo {
    @Override
    public void run() {
        try {
            while (true) {
                wire.write(wire.readSome());
            }
        } catch (InsufficientDataAvailableException e) {
            // the peer's end of stream, and everything before it is already on its way back
        }
    }

    @Override
    public boolean sayGoodbye() {
        return false;
    }
}
