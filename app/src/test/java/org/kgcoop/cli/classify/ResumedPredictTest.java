package org.kgcoop.cli.classify;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.classifier.ClassifierFile;
import org.kgcoop.classifier.TrainingDataRecord;
import org.kgcoop.cli.ChildProcess;
import org.kgcoop.cli.Cli;
import org.kgcoop.cli.embed.ManyDrawings;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.untrained.RandomClip;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.method.Method;
import org.kgcoop.method.encoder.Vpt;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.tensor.Scope;

/** Kills a prediction of many images, and runs it again. */
@Tag("system")
class ResumedPredictTest {
  private static final List<String> NAMES = List.of("bell", "fox", "cup");

  /** Three groups, so that the child is killed long before its end. */
  private static final int IMAGES = 600;

  @TempDir Path folder;

  @BeforeEach
  void prepare() throws IOException {
    RandomClip.write(folder.resolve("clip"), RandomClip.TINY, 1);
    List<Path> unused = ManyDrawings.write(folder.resolve("images"), IMAGES);
  }

  private Object[] words(String cache, String out, Object... classifier) {
    Stream<Object> own =
        Stream.of(
            folder.resolve("images"),
            "--clip",
            folder.resolve("clip"),
            "--feature-cache",
            folder.resolve(cache),
            "--format",
            "csv",
            "--out",
            folder.resolve(out));
    return Stream.of(Stream.of("predict"), Stream.of(classifier), own).flatMap(s -> s).toArray();
  }

  /** Returns the files of features, one per group of images, with their modification times. */
  private Map<Path, FileTime> shards() throws IOException {
    Map<Path, FileTime> shards = new TreeMap<>();
    try (Stream<Path> all = Files.walk(folder.resolve("cache"))) {
      for (Path file : all.filter(each -> each.toString().endsWith(".safetensors")).toList()) {
        shards.put(file, Files.getLastModifiedTime(file));
      }
    }
    return shards;
  }

  private void killedAndResumed(Object... classifier) throws IOException, InterruptedException {
    Object[] words = words("cache", "killed.csv", classifier);
    ChildProcess process = ChildProcess.start(folder.resolve("log.txt"), words);
    process.makes(folder.resolve("cache"), "*/*.safetensors");
    process.kill();
    assertThat(folder.resolve("killed.csv")).doesNotExist();
    Map<Path, FileTime> before = shards();
    assertThat(before).isNotEmpty();

    Cli.Result resumed = Cli.run(words);
    assertThat(resumed.exitCode()).as(resumed.err()).isZero();
    // The groups before the kill are not written again, so they are not encoded again.
    assertThat(shards()).hasSize((IMAGES + 255) / 256).containsAllEntriesOf(before);
    assertThat(Cli.run(words("other", "once.csv", classifier)).exitCode()).isZero();
    assertThat(folder.resolve("killed.csv")).hasSameBinaryContentAs(folder.resolve("once.csv"));
  }

  @Test
  void resumesWithAFrozenEncoder() throws IOException, InterruptedException {
    killedAndResumed("--classes", String.join(",", NAMES));
  }

  @Test
  @Tag("nightly")
  void resumesWithATrainedEncoder() throws IOException, InterruptedException {
    Path one = trained(1);
    killedAndResumed(one);
    // The features of another classifier are other features.
    Cli.Result other = Cli.run(words("cache", "other.csv", trained(2)));
    assertThat(other.exitCode()).as(other.err()).isZero();
    assertThat(shards()).hasSize(2 * ((IMAGES + 255) / 256));
  }

  private Path trained(long seed) {
    Method method = new Vpt(2, 1, "a photo of a {}.");
    Path file = folder.resolve("vpt" + seed + ".safetensors");
    try (Clip clip = Clip.load(folder.resolve("clip"));
        Scope scope = Scope.open("vpt");
        TrainableModel model = ((Vpt) method).model(clip, NAMES, seed)) {
      Map<String, StoredTensor> tensors = new LinkedHashMap<>();
      model.parameters().forEach((name, t) -> tensors.put(name, StoredTensor.of(name, t)));
      new ClassifierFile(
              method,
              NAMES,
              "a photo of a {}.",
              clip.fingerprint(),
              TrainingDataRecord.UNKNOWN,
              "1",
              tensors)
          .write(file);
    }
    return file;
  }
}
