package dev.rondo.balancer.listener;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Keeps new connections out of a port that still listens, so that a queue that has been emptied stays empty until the port is
 * closed: no call of Java does. A client whose SYN is dropped sends it again after a second, and meets whoever has the port
 * then. For Linux, by {@code SO_ATTACH_FILTER} (socket(7)), which asks for no privilege.
 */
final class SynFilter {
    // <asm-generic/socket.h>
    private static final int SOL_SOCKET = 1;
    private static final int SO_ATTACH_FILTER = 26;
    private static final int SO_ACCEPTCONN = 30;

    // <linux/bpf_common.h>: what classic BPF is made of
    private static final int LOAD_BYTE = 0x30;
    private static final int LOAD_TWO_BYTES = 0x28;
    private static final int JUMP_IF_ANY_BIT = 0x45;
    private static final int JUMP_IF_EQUAL = 0x15;
    private static final int RETURN = 0x06;

    // a TCP header (RFC 9293, section 3.1), at which such a program begins to count
    private static final int SOURCE_PORT = 0;
    private static final int FLAGS = 13;
    private static final int SYN = 0x02;

    private static final int SOCKADDR_BYTES = 28; // of a sockaddr_in6, the longer one
    private static final short AF_INET = 2;

    private final MethodHandle getsockopt;
    private final MethodHandle getsockname;
    private final MethodHandle setsockopt;

    private SynFilter() {
        FunctionDescriptor option = FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
        getsockopt = link("getsockopt", option);
        getsockname = link("getsockname", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));
        setsockopt =
                link("setsockopt", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    }

    @SuppressWarnings("restricted") // the manifest of the jar allows it
    private static MethodHandle link(String name, FunctionDescriptor descriptor) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor);
    }

    /**
     * From now on nobody connects to {@code host} and {@code port}, where this process listens, but who comes from
     * {@code except}. Who has sent a SYN before may still become connected: see {@link #handshakes}.
     *
     * @param except a port of a client
     * @return false where this system or this process does not allow it, or where nobody listens there
     */
    static boolean attach(InetAddress host, int port, int except) {
        if (!System.getProperty("os.name").equals("Linux")) return false;
        try (Arena arena = Arena.ofConfined();
                Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            SynFilter filter = new SynFilter();
            List<Integer> numbers = descriptors
                    .map(path -> Integer.valueOf(path.getFileName().toString()))
                    .toList();
            for (int descriptor : numbers)
                if (filter.listens(descriptor, host, port, arena)) return filter.attach(descriptor, except, arena);
            return false;
        } catch (
                Throwable
                        e) { // a method handle declares all; a system without these calls, a process that may not make
            // them
            if (e instanceof VirtualMachineError fatal) throw fatal;
            return false;
        }
    }

    /** Whether {@code descriptor}, which may be anything by now, is the listening socket of that address. */
    private boolean listens(int descriptor, InetAddress host, int port, Arena arena) throws Throwable {
        MemorySegment value = arena.allocate(JAVA_INT);
        MemorySegment length = arena.allocateFrom(JAVA_INT, (int) JAVA_INT.byteSize());
        if ((int) getsockopt.invokeExact(descriptor, SOL_SOCKET, SO_ACCEPTCONN, value, length) != 0) return false;
        if (value.get(JAVA_INT, 0) == 0) return false;
        MemorySegment name = arena.allocate(SOCKADDR_BYTES, JAVA_INT.byteAlignment());
        length.set(JAVA_INT, 0, SOCKADDR_BYTES);
        if ((int) getsockname.invokeExact(descriptor, name, length) != 0) return false;
        int actual = Short.toUnsignedInt(name.get(JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN), 2));
        return actual == port && isSame(address(name), host);
    }

    /** A wildcard of IPv6 takes IPv4 as well, and is what Java binds for either. */
    private static boolean isSame(InetAddress bound, InetAddress host) {
        return bound.equals(host) || (bound.isAnyLocalAddress() && host.isAnyLocalAddress());
    }

    /** The address in a sockaddr_in or sockaddr_in6; an IPv4 address mapped to IPv6 comes back as IPv4. */
    private static InetAddress address(MemorySegment name) throws UnknownHostException {
        boolean four = name.get(JAVA_SHORT, 0) == AF_INET;
        return InetAddress.getByAddress(
                name.asSlice(four ? 4 : 8, four ? 4 : 16).toArray(ValueLayout.JAVA_BYTE));
    }

    private boolean attach(int descriptor, int except, Arena arena) throws Throwable {
        List<Instruction> program = List.of(
                new Instruction(LOAD_BYTE, 0, 0, FLAGS),
                new Instruction(JUMP_IF_ANY_BIT, 0, 3, SYN), // else to the end: it belongs to a connection
                new Instruction(LOAD_TWO_BYTES, 0, 0, SOURCE_PORT),
                new Instruction(JUMP_IF_EQUAL, 1, 0, except),
                new Instruction(RETURN, 0, 0, 0), // bytes of the segment that pass
                new Instruction(RETURN, 0, 0, -1));
        MemorySegment instructions = arena.allocate(Instruction.BYTES * program.size(), Long.BYTES);
        for (int i = 0; i < program.size(); i++) program.get(i).put(instructions, i * Instruction.BYTES);
        MemorySegment header = arena.allocate(2 * ADDRESS.byteSize(), ADDRESS.byteAlignment()); // struct sock_fprog
        header.set(JAVA_SHORT, 0, (short) program.size());
        header.set(ADDRESS, ADDRESS.byteSize(), instructions);
        return (int) setsockopt.invokeExact(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, header, (int) header.byteSize())
                == 0;
    }

    /** A struct sock_filter; jumps are counted from the next one. */
    private record Instruction(int code, int ifTrue, int ifFalse, int constant) {
        static final long BYTES = 8;

        void put(MemorySegment all, long at) {
            all.set(JAVA_SHORT, at, (short) code);
            all.set(ValueLayout.JAVA_BYTE, at + 2, (byte) ifTrue);
            all.set(ValueLayout.JAVA_BYTE, at + 3, (byte) ifFalse);
            all.set(JAVA_INT, at + 4, constant);
        }
    }

    /** How many clients of {@code port} have sent a SYN and are not connected yet; 0 where the system does not tell. */
    static long handshakes(int port) {
        return handshakes(Path.of("/proc/net/tcp"), port) + handshakes(Path.of("/proc/net/tcp6"), port);
    }

    /** Each line of {@code table}: number, local address and port, remote address and port, state, and more (proc_net_tcp). */
    static long handshakes(Path table, int port) {
        String suffix = String.format(":%04X", port);
        try (Stream<String> lines = Files.lines(table, StandardCharsets.US_ASCII)) {
            return lines.map(line -> line.strip().split(" +", 5))
                    .filter(fields -> fields.length == 5 && fields[1].endsWith(suffix) && fields[3].equals("03"))
                    .count();
        } catch (IOException | UncheckedIOException e) {
            return 0;
        }
    }
}
