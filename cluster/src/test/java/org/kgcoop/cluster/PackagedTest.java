package org.kgcoop.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.bank.Shard;

/** What was packaged, in processes of its own: spark-submit, and a master with two workers. */
@Tag("system")
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
    ChildJvm.Result result = ChildJvm.submit(features("local[2]"), folder.resolve("log"));
    assertThat(result.output()).contains(PICTURES + " features encoded");
    assertThat(result.exitCode()).isZero();
    assertThat(EmbeddedPictures.merged(folder.resolve("bank"))).isEqualTo(local);
  }

  @Test
  void aKilledWorkerChangesNoByte() throws Exception {
    try (Standalone spark = new Standalone(folder.resolve("standalone"))) {
      Path log = folder.resolve("log");
      List<String> words = new ArrayList<>(List.of("org.kgcoop.cluster.Main"));
      words.addAll(features(spark.master()));
      Process job = ChildJvm.start("1g", ChildJvm.packaged(), words, log);
      ChildJvm.await(job, log, this::hasShard);
      spark.killWorker(1);
      ChildJvm.Result result = ChildJvm.await(job, log);
      assertThat(result.output()).contains(PICTURES + " images read");
      assertThat(result.exitCode()).isZero();
      assertThat(EmbeddedPictures.merged(folder.resolve("bank"))).isEqualTo(local);
    }
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
}
