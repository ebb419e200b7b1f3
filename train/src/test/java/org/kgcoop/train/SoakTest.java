package org.kgcoop.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.DataSet;
import org.kgcoop.features.Augmentation;
import org.kgcoop.features.FeatureCache;
import org.kgcoop.features.TrainingLoader;
import org.kgcoop.features.ViewEncoder;
import org.kgcoop.fixtures.ChildProcess;
import org.kgcoop.fixtures.TestImages;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.fixtures.TinyTraining;
import org.kgcoop.image.Images;
import org.kgcoop.method.KgCoOp;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.prompt.ContextSettings;
import org.kgcoop.tensor.Engine;

/**
 * Thousands of training steps in a separate JVM. It touches its entire heap at the start, so that
 * only native memory grows. No garbage of other tests is collected meanwhile.
 */
class SoakTest {
  private static final String GROWTH = "growth";

  /**
   * The limit per step. It is less than the activations of one step: 2 classes of 7 tokens and 20
   * tensors of (14, 8 to 32) floats with their handles.
   */
  private static final long BYTES_A_STEP = 8 << 10;

  @TempDir Path folder;

  @Test
  @Tag("system")
  void usesConstantMemoryForAThousandSteps() throws IOException, InterruptedException {
    theMemoryStaysFlat(300, 1_000);
  }

  @Test
  @Tag("nightly")
  void usesConstantMemoryForTenThousandSteps() throws IOException, InterruptedException {
    theMemoryStaysFlat(2_000, 10_000);
  }

  private void theMemoryStaysFlat(int warm, int steps) throws IOException, InterruptedException {
    ChildProcess.Outcome outcome =
        ChildProcess.run(
            folder.resolve("log.txt"),
            List.of("-Xms256m", "-Xmx256m", "-XX:+AlwaysPreTouch"),
            SoakTest.class,
            folder.toString(),
            "" + warm,
            "" + steps);
    assertThat(outcome.exitCode()).as(outcome.output()).isZero();
    assertThat(Long.parseLong(Files.readString(folder.resolve(GROWTH))))
        .isLessThan((steps - warm) * BYTES_A_STEP);
  }

  /** Trains with images below a folder and writes the growth of the process there, in bytes. */
  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[0]);
    int warm = Integer.parseInt(arguments[1]);
    int all = Integer.parseInt(arguments[2]);
    DataSet data = TestImages.dataSet(folder, List.of("a", "b"), 1, 0, 1);
    long[] bytes = new long[2];
    Trainer.Listener listener =
        new Trainer.Listener() {
          private int steps;

          @Override
          public void step(int epoch, int batch, double rate, Map<String, Double> losses) {
            steps++;
            if (steps == warm) {
              bytes[0] = Engine.physicalBytes();
            } else if (steps == all) {
              bytes[1] = Engine.physicalBytes();
            }
          }
        };
    try (Clip clip = TinyClip.smallest();
        TrainableModel model =
            new KgCoOp(ContextSettings.shared(2, ""), "a {}.", 8, 0)
                .model(clip, data.classNames(), 1)) {
      TrainingSettings settings =
          TinyTraining.settings(
              TinyTraining.schedule(0.002, 1), 2, 0.9, 5e-4, 1, Augmentation.TEST, 1, false);
      TrainingLoader source =
          new TrainingLoader(
              FeatureCache.inMemory(new ViewEncoder(clip, new Images(warning -> {}))),
              data.train(),
              settings.augmentation(),
              1);
      source.prepare(done -> {});
      List<int[]> batches = Collections.nCopies(all, new int[] {0, 1});
      Trainer.Trained outcome =
          new Trainer(model, source, settings, epoch -> batches, listener, () -> false)
              .train(null, null);
      assertThat(outcome.effort().images()).isEqualTo(2L * all);
    }
    assertThat(bytes[0]).isPositive();
    Files.writeString(folder.resolve(GROWTH), Long.toString(bytes[1] - bytes[0]));
  }
}
