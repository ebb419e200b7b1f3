package org.kgcoop.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.bank.Shard;

/** What was packaged, in processes of its own: spark-submit, and a master with two workers. */
@Tag("packaged")
class PackagedTest {
  private static final int PICTURES = 400;

  @TempDir private static Path shared;
  private static Path pictures;
  private static Map<String, String> local;

  @TempDir private Path folder;

  @BeforeAll
  static void local() throws IOException {
    pictures = shared.resolve("pictures");
    List<Path> files = EmbeddedPictures.copy(pictures, PICTURES);
    local = EmbeddedPictures.localBank(files, shared.resolve("local"), 1);
  }

  private List<String> features(String master) {
    return List.of(
        "features",
        pictures.toString(),
        "--bank",
        folder.resolve("bank").toString(),
        "--master",
        master);
  }

  @Test
  void sparkSubmitTakesTheBundle() throws Exception {
    Path target = ChildJvm.MODULE.resolve("target");
    String natives;
    try (Stream<Path> jars = Files.list(target.resolve("lib"))) {
      natives =
          jars.map(Path::toString)
              .filter(name -> name.matches(".*/(javacpp|openblas|pytorch)-.*-x86_64\\.jar"))
              .collect(Collectors.joining(","));
    }
    List<String> words = new ArrayList<>(List.of("org.apache.spark.deploy.SparkSubmit"));
    words.addAll(List.of("--master", "local[2]", "--class", "org.kgcoop.cluster.Main"));
    words.addAll(List.of("--conf", "spark.driver.bindAddress=127.0.0.1", "--jars", natives));
    words.add(ChildJvm.jar(target, ".*-bundle\\.jar").toString());
    words.addAll(features("local[2]"));
    Path log = folder.resolve("log");
    // Spark's own jars and nothing of ours: the bundle has to bring the rest.
    Process process = ChildJvm.start("1g", target.resolve("spark/jars") + "/*", words, log);
    ChildJvm.Result result = ChildJvm.await(process, log);
    assertThat(result.output()).contains(PICTURES + " features encoded");
    assertThat(result.exitCode()).isZero();
    assertThat(EmbeddedPictures.merged(folder.resolve("bank"))).isEqualTo(local);
  }

  @Test
  void aKilledWorkerChangesNoByte() throws Exception {
    Path standalone = folder.resolve("standalone");
    Map<String, String> environment =
        Map.of(
            "KGCOOP_STANDALONE", standalone.toString(),
            "KGCOOP_MASTER_PORT", String.valueOf(freePort()));
    String script = ChildJvm.MODULE.resolve("standalone").toString();
    Path started = folder.resolve("start.log");
    ChildJvm.Result start =
        ChildJvm.await(ChildJvm.start(List.of(script, "start"), environment, started), started);
    try {
      assertThat(start.exitCode()).as(start.output()).isZero();
      Path log = folder.resolve("log");
      List<String> words = new ArrayList<>(List.of("org.kgcoop.cluster.Main"));
      words.addAll(features(start.output().strip()));
      Process job = ChildJvm.start("1g", ChildJvm.packaged(), words, log);
      awaitShard(job, log);
      long worker = Long.parseLong(Files.readString(standalone.resolve("worker1.pid")).strip());
      assertThat(ProcessHandle.of(worker).map(ProcessHandle::destroyForcibly)).contains(true);
      ChildJvm.Result result = ChildJvm.await(job, log);
      assertThat(result.output()).contains(PICTURES + " pictures read");
      assertThat(result.exitCode()).isZero();
      assertThat(EmbeddedPictures.merged(folder.resolve("bank"))).isEqualTo(local);
    } finally {
      Path stopped = folder.resolve("stop.log");
      ChildJvm.Result stop =
          ChildJvm.await(ChildJvm.start(List.of(script, "stop"), environment, stopped), stopped);
      assertThat(stop.exitCode()).isZero();
    }
  }

  private void awaitShard(Process job, Path log) throws IOException, InterruptedException {
    for (int i = 0; i < 1200 && job.isAlive(); i++) {
      if (hasShard()) {
        return;
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
    throw new AssertionError("nothing was written:\n" + Files.readString(log));
  }

  private boolean hasShard() throws IOException {
    Path bank = folder.resolve("bank");
    if (!Files.exists(bank)) {
      return false;
    }
    try (Stream<Path> files = Files.walk(bank)) {
      return files.anyMatch(file -> file.toString().endsWith(Shard.ENDING));
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
