package org.kgcoop.clip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.api.Embedder;
import org.kgcoop.clip.untrained.RandomClip;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.image.RgbImage;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.io.WeightFile;
import org.kgcoop.io.WeightFiles;

/** What happens to a loaded model when its file changes, or when it is closed during a call. */
class ClipInUseTest {
  /** Weights of 2 MB, which are read in parts. */
  private static final ClipConfig CONFIG =
      new ClipConfig(
          32, 8, 3, 77, 2000, 64, 1, 2, Activation.QUICK_GELU, new ClipConfig.Vit(128, 2, 4, 2));

  private static final RgbImage IMAGE = new RgbImage(7, 5, new byte[3 * 7 * 5]);

  @TempDir static Path models;
  @TempDir Path folder;

  @BeforeAll
  static void write() {
    RandomClip.write(models.resolve("one"), CONFIG, 1);
    RandomClip.write(models.resolve("other"), CONFIG, 2);
  }

  /** Returns the weights of a copy of the first model. */
  private Path copy() throws IOException {
    Files.copy(models.resolve("one/merges.txt"), folder.resolve("merges.txt"));
    return Files.copy(weights("one"), folder.resolve("model.safetensors"));
  }

  private static Path weights(String model) {
    return models.resolve(model).resolve("model.safetensors");
  }

  @Test
  void aChangedFileChangesNoAnswer() throws IOException {
    Path file = copy();
    try (Clip clip = Clip.load(folder)) {
      Embedder embedder = Embedder.unit(clip);
      float[] image = embedder.embed(IMAGE);
      float[] text = embedder.embedText("a cat");
      Files.write(file, Files.readAllBytes(weights("other"))); // in place, of equal size
      assertThat(embedder.embed(IMAGE)).isEqualTo(image);
      assertThat(embedder.embedText("a cat")).isEqualTo(text);
      assertChanged(file, clip::fingerprint);
      Files.write(file, new byte[0]);
      assertThat(embedder.embed(IMAGE)).isEqualTo(image);
      assertThat(embedder.embedText("a cat")).isEqualTo(text);
      assertChanged(file, clip::fingerprint);
    }
  }

  @Test
  void aFingerprintThatIsKnownStaysThatOfTheWeightsInUse() throws IOException {
    Path file = copy();
    try (Clip clip = Clip.load(folder);
        Clip other = Clip.load(models.resolve("other"))) {
      String fingerprint = clip.fingerprint();
      Files.write(file, Files.readAllBytes(weights("other")));
      assertThat(clip.fingerprint()).isEqualTo(fingerprint).isNotEqualTo(other.fingerprint());
    }
  }

  @Test
  void aFileThatChangesBeforeItIsReadIsRejected() throws IOException {
    Path file = copy();
    WeightFile opened = WeightFiles.open(folder);
    StoredTensor tensor = opened.tensor("token_embedding.weight");
    Files.write(file, new byte[9]);
    assertChanged(file, tensor::data);
    assertChanged(file, () -> Clip.of(opened, Clip.Options.DEFAULT));
  }

  private static void assertChanged(Path file, Runnable use) {
    assertThatThrownBy(use::run)
        .isInstanceOf(KgCoopException.class)
        .hasMessage(file + ": the file has changed since it was opened; start the program again");
  }

  @Test
  void closeWaitsForRunningCalls() throws Exception {
    int threads = 8;
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      Clip clip = TinyClip.load();
      Embedder embedder = Embedder.unit(clip);
      float[] expected = embedder.embed(IMAGE);
      CountDownLatch started = new CountDownLatch(threads);
      List<Future<?>> calls = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        calls.add(
            executor.submit(
                () -> {
                  while (true) { // until the model is closed
                    assertThat(embedder.embed(IMAGE)).isEqualTo(expected);
                    assertThat(embedder.embedText("a cat")).hasSize(expected.length);
                    started.countDown();
                  }
                }));
      }
      assertThat(started.await(1, TimeUnit.MINUTES)).isTrue();
      clip.close();
      clip.close();
      for (Future<?> call : calls) {
        assertThatThrownBy(() -> call.get(1, TimeUnit.MINUTES))
            .isInstanceOf(ExecutionException.class)
            .cause()
            .isInstanceOf(IllegalStateException.class)
            .hasMessage("the CLIP model is closed");
      }
    } finally {
      executor.shutdownNow();
    }
  }
}
