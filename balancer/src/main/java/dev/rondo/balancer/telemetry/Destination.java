package dev.rondo.balancer.telemetry;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Where the access log goes. */
interface Destination {
    /** For messages. */
    String name();

    /** A channel that appends. */
    WritableByteChannel open() throws IOException;

    /** Of the configuration's {@code access-log.path}. */
    static Destination of(String path) {
        return path.equals("-") ? new StandardOutput() : new AppendedFile(path);
    }

    /** The process's standard output, beneath {@link System#out}. */
    record StandardOutput() implements Destination {
        @Override
        public String name() {
            return "standard output";
        }

        @Override
        public WritableByteChannel open() {
            return new Unclosed(new FileOutputStream(FileDescriptor.out).getChannel());
        }
    }

    /** A file, made where there is none. */
    record AppendedFile(String path) implements Destination {
        @Override
        public String name() {
            return path;
        }

        @Override
        public WritableByteChannel open() throws IOException {
            Path file = Path.of(path);
            if (Files.isDirectory(file)) {
                throw new IOException("it is a directory");
            }
            return FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
        }
    }

    /** Standard output is not the access log's to close. */
    record Unclosed(WritableByteChannel channel) implements WritableByteChannel {
        @Override
        public int write(ByteBuffer bytes) throws IOException {
            return channel.write(bytes);
        }

        @Override
        public boolean isOpen() {
            return channel.isOpen();
        }

        @Override
        public void close() {}
    }
}
