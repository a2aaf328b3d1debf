package dev.rondo.balancer.http;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Arrays;

/** Whatever a peer sends: a message or a {@link BadMessage}, the same in one piece and in many, and written on in order. */
class HeadFuzzTest {
    private static final Limits SMALL = new Limits(400, 12, 100);

    private static int cut(byte[] data) {
        return data.length == 0 ? 0 : Math.floorMod(Arrays.hashCode(data), data.length + 1);
    }

    @FuzzTest(maxDuration = "20s")
    void anyRequest(byte[] data) {
        var unused = Trial.request(data, Limits.DEFAULT, cut(data));
        var unusedAsWell = Trial.request(data, SMALL, cut(data));
    }

    @FuzzTest(maxDuration = "20s")
    void anyResponse(byte[] data) {
        var unused = Trial.response(data, Limits.DEFAULT, cut(data));
        var unusedAsWell = Trial.response(data, SMALL, cut(data));
    }

    @FuzzTest(maxDuration = "20s")
    void anyChunkedBody(byte[] data) {
        var unused = Trial.chunked(data, 32 * 1024, cut(data));
        var unusedAsWell = Trial.chunked(data, 40, cut(data));
    }
}
