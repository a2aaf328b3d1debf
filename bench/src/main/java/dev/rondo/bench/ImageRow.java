package dev.rondo.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/** What has to be sent to a machine that has none of the image's layers. */
record ImageRow(String name, String about) implements Row {
    private static final String IMAGE = "rondo-balancer:dev";
    private static final int PATIENCE_SECONDS = 180;

    @Override
    public int seconds(Workbench.Pace pace) {
        return 15;
    }

    @Override
    public List<Report> run(Workbench bench) throws IOException, BenchException, InterruptedException {
        Path docker = Tools.find("docker", "docker.io", new ArrayList<>());
        if (docker == null || !answers(bench, docker, "version")) {
            Workbench.say("image: left out, no Docker engine answers");
            return List.of();
        }
        if (!answers(bench, docker, "image", "inspect", IMAGE)) {
            Workbench.say("image: left out, there is no " + IMAGE + ": run docker compose build");
            return List.of();
        }
        SequencedMap<String, List<Figures>> turns = new LinkedHashMap<>();
        turns.put("rondo", List.of(new Figures(Map.of(Metric.IMAGE, compressed(bench, docker) / 1e6))));
        return List.of(new Report(name + ": " + about, List.of(Metric.IMAGE), turns));
    }

    private static boolean answers(Workbench bench, Path docker, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(docker.toString()));
        command.addAll(List.of(arguments));
        Process process = bench.children().start(command, log(bench));
        boolean ended = process.waitFor(20, TimeUnit.SECONDS);
        bench.children().stop(process);
        return ended && process.exitValue() == 0;
    }

    private static Path log(Workbench bench) {
        return bench.work().resolve("docker.log");
    }

    /** Bytes of the saved image under gzip, as a registry keeps its layers. */
    private static long compressed(Workbench bench, Path docker)
            throws IOException, BenchException, InterruptedException {
        Process save = bench.children().startReadable(List.of(docker.toString(), "save", IMAGE), Map.of(), log(bench));
        long[] count = new long[1];
        OutputStream counter = new OutputStream() {
            @Override
            public void write(int octet) {
                count[0]++;
            }

            @Override
            public void write(byte @Nullable [] bytes, int from, int length) {
                count[0] += length;
            }
        };
        try (InputStream saved = save.getInputStream();
                OutputStream gzip = new GZIPOutputStream(counter, 1 << 16)) {
            long unused = saved.transferTo(gzip);
        }
        boolean ended = save.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
        bench.children().stop(save);
        if (!ended || save.exitValue() != 0) throw new BenchException("docker save failed: see " + log(bench));
        return count[0];
    }
}
