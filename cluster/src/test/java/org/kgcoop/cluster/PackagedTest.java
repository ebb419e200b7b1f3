package org.kgcoop.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.features.Shard;

/**
 * Tests features with the packaged program in new processes: with spark-submit, and on a master
 * with two workers.
 */
@Tag("nightly")
class PackagedTest {
  @TempDir private Path folder;

  private Path images() {
    return folder.resolve("images");
  }

  /** Returns the feature cache that this machine computes without Spark. */
  private Map<String, String> local(int count) throws IOException {
    List<Path> files = EmbeddedImages.copy(images(), count);
    return EmbeddedImages.localCache(files, folder.resolve("local"), 1);
  }

  private List<String> features(String master) {
    return List.of(
        "features",
        images().toString(),
        "--feature-cache",
        folder.resolve("cache").toString(),
        "--master",
        master);
  }

  @Test
  void sparkSubmitTakesTheBundle() throws Exception {
    Map<String, String> local = local(20);
    ChildJvm.Result result = ChildJvm.submit(features("local[2]"), folder.resolve("log"));
    assertThat(result.output()).contains("20 features encoded");
    assertThat(result.exitCode()).isZero();
    assertThat(EmbeddedImages.merged(folder.resolve("cache"))).isEqualTo(local);
  }

  @Test
  void aKilledWorkerChangesNoByte() throws Exception {
    Map<String, String> local = local(400);
    try (Standalone spark = new Standalone(folder.resolve("standalone"))) {
      Path log = folder.resolve("log");
      List<String> words = new ArrayList<>(List.of("org.kgcoop.cluster.Main"));
      words.addAll(features(spark.master()));
      Process job = ChildJvm.start("1g", ChildJvm.packaged(), words, log);
      ChildJvm.await(job, log, this::hasShard);
      spark.killWorker(1);
      ChildJvm.Result result = ChildJvm.await(job, log);
      assertThat(result.output()).contains("400 images read");
      assertThat(result.exitCode()).isZero();
      assertThat(EmbeddedImages.merged(folder.resolve("cache"))).isEqualTo(local);
    }
  }

  private boolean hasShard() throws IOException {
    Path cache = folder.resolve("cache");
    if (!Files.exists(cache)) {
      return false;
    }
    try (Stream<Path> files = Files.walk(cache)) {
      return files.anyMatch(file -> file.toString().endsWith(Shard.ENDING));
    }
  }
}
