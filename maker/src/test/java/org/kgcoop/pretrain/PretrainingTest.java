package org.kgcoop.pretrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Activation;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.clip.InitialWeights;
import org.kgcoop.clip.PackedTexts;
import org.kgcoop.image.Images;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

@Tag("system")
class PretrainingTest {
  private static final int MERGES = 40;
  private static final ClipConfig RESNET = model(new ClipConfig.ResNet(4, List.of(1, 1, 1, 1), 2));
  private static final ClipConfig VIT = model(new ClipConfig.Vit(64, 1, 8, 1));

  @TempDir static Path folder;
  private static Corpus corpus;

  private static ClipConfig model(ClipConfig.Vision vision) {
    return new ClipConfig(16, 32, 3, 32, 514 + MERGES, 64, 1, 2, Activation.QUICK_GELU, vision);
  }

  static List<ClipConfig> models() {
    return List.of(RESNET, VIT);
  }

  @BeforeAll
  static void drawCorpus() {
    corpus = Corpus.read(Drawings.corpus(folder.resolve("data"), 4), 32, new Images(w -> {}));
  }

  private static PretrainingSettings settings(ClipConfig model, int steps, DType precision) {
    return settings(model, steps, 8, 0.003, precision);
  }

  private static PretrainingSettings settings(
      ClipConfig model, int steps, int batch, double rate, DType precision) {
    return new PretrainingSettings(
        model,
        new PretrainingSettings.Length(steps, 0),
        batch,
        0.25,
        0.8,
        rate,
        10,
        0.1,
        1,
        new PretrainingSettings.Scale(10, 1, 100),
        1,
        precision,
        2,
        null);
  }

  private static Pretraining.Extent extent(@Nullable Path from) {
    return new Pretraining.Extent(MERGES, "a {}.", 1000, 1000, 1e9, null, DType.FLOAT32, from);
  }

  private ObjectNode train(PretrainingSettings settings, Path out, BooleanSupplier interrupted) {
    return run(settings, extent(null), out, interrupted);
  }

  private ObjectNode run(
      PretrainingSettings settings,
      Pretraining.Extent extent,
      Path out,
      BooleanSupplier interrupted) {
    Pretraining.Listener silent =
        new Pretraining.Listener() {
          @Override
          public void at(Pretraining.Position position) {}

          @Override
          public void checked(Pretraining.Position position, double accuracy) {}
        };
    return new Pretraining(corpus, corpus, settings, extent, silent, w -> {}, interrupted).run(out);
  }

  @Test
  void itLearns() {
    ObjectNode results =
        train(
            settings(RESNET, 120, 12, 0.001, DType.FLOAT32), folder.resolve("learns"), () -> false);
    // The accuracy of guessing is 100 / 12 = 8.3 %.
    assertThat(results.path("zero_shot_accuracy").asDouble()).isGreaterThan(40);
  }

  @ParameterizedTest
  @MethodSource("models")
  @Tag("equality")
  void interruptedTrainingEndsInTheSameBytes(ClipConfig model) {
    PretrainingSettings settings = settings(model, 5, DType.BFLOAT16);
    String name = model.vision().getClass().getSimpleName();
    Path undisturbed = folder.resolve(name + "-undisturbed");
    Path interrupted = folder.resolve(name + "-interrupted");
    ObjectNode expected = train(settings, undisturbed, () -> false);
    for (int i = 0; i < 2; i++) {
      AtomicInteger steps = new AtomicInteger();
      assertThatThrownBy(() -> train(settings, interrupted, () -> steps.incrementAndGet() == 2))
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining("run the same command again to resume");
    }
    ObjectNode results = train(settings, interrupted, () -> false);
    for (String file : List.of("model.safetensors", "merges.txt", "preprocessor_config.json")) {
      assertThat(interrupted.resolve(file)).hasSameBinaryContentAs(undisturbed.resolve(file));
    }
    expected.remove("seconds");
    results.remove("seconds");
    assertThat(results).isEqualTo(expected);
    assertThat(interrupted.resolve("checkpoint")).isEmptyDirectory();
  }

  // ---- students

  private static final ClipConfig STUDENT = model(new ClipConfig.Vit(64, 3, 8, 1));

  /**
   * Returns the settings of a student. The first 3 steps have hints. All steps see 9 of 16 patches,
   * except the last 2, in which the learning rate falls.
   */
  private PretrainingSettings student(int steps) {
    Path teacher = folder.resolve("teacher");
    assertThat(train(settings(RESNET, 2, DType.FLOAT32), teacher, () -> false)).isNotEmpty();
    return new PretrainingSettings(
        STUDENT,
        new PretrainingSettings.Length(steps, 0),
        8,
        0.25,
        0.8,
        0.003,
        2,
        0.1,
        1,
        new PretrainingSettings.Scale(100, 100, 100),
        1,
        DType.BFLOAT16,
        2,
        new Distillation(teacher, 8, 2, 3, 9, 2, 2, 0.9));
  }

  private void interrupt(PretrainingSettings settings, Path out, int after) {
    AtomicInteger steps = new AtomicInteger();
    assertThatThrownBy(() -> train(settings, out, () -> steps.incrementAndGet() == after))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("run the same command again to resume");
  }

  @Test
  @Tag("nightly")
  @Tag("equality")
  void anInterruptedStudentEndsInTheSameBytes() {
    Path undisturbed = folder.resolve("student-undisturbed");
    Path interrupted = folder.resolve("student-interrupted");
    assertThat(train(student(7), undisturbed, () -> false)).isNotEmpty();
    interrupt(student(7), interrupted, 2); // with hints
    interrupt(student(7), interrupted, 3); // at step 5, the last step with 9 patches
    assertThat(train(student(7), interrupted, () -> false)).isNotEmpty();
    assertThat(interrupted.resolve("model.safetensors"))
        .hasSameBinaryContentAs(undisturbed.resolve("model.safetensors"));
  }

  @Test
  @Tag("equality")
  void aLongerRunOfAStudentIsTheBeginningOfAShorterOne() {
    Path whole = folder.resolve("student-whole");
    Path longer = folder.resolve("student-longer");
    Path shorter = folder.resolve("student-shorter");
    assertThat(train(student(6), whole, () -> false)).isNotEmpty();
    interrupt(student(1000), longer, 4);
    Path checkpoint = longer.resolve("checkpoint/step-000000004.safetensors");
    assertThat(run(student(6), extent(checkpoint), shorter, () -> false)).isNotEmpty();
    assertThat(shorter.resolve("model.safetensors"))
        .hasSameBinaryContentAs(whole.resolve("model.safetensors"));
    assertThat(checkpoint).exists();
  }

  @Test
  void aStudentLearnsAndIsAnOrdinaryClipWithFeaturesTenLong() throws IOException {
    Path out = folder.resolve("student-loaded");
    PretrainingSettings settings = student(40);
    assertThat(train(settings, out, () -> false)).isNotEmpty();
    // Compare means over steps 1 to 20 and 21 to 40. There are too few images to compare
    // accuracies.
    List<String> events = Files.readAllLines(out.resolve("events.jsonl"));
    assertThat(imageDistance(events.get(1))).isLessThan(0.8 * imageDistance(events.get(0)));
    try (Clip clip = Clip.load(out);
        Scope scope = Scope.open("test");
        Autograd.Switch off = Autograd.off()) {
      assertThat(clip.config().vision()).isEqualTo(STUDENT.vision());
      assertThat(clip.logitScale()).isCloseTo(100, within(1e-3));
      Batches batches = new Batches(corpus, clip.tokenizer(), settings);
      Tensor images = ParallelStep.images(batches.batch(0), 0, 8, settings);
      float[] squares = rowSquares(clip.imageEncoder().features(images));
      double sum = 0;
      for (float square : squares) {
        sum += Math.sqrt(square);
      }
      assertThat(sum / 8).isCloseTo(10, within(0.1)); // training uses bf16
    }
  }

  private static double imageDistance(String event) throws IOException {
    return new ObjectMapper().readTree(event).path("image_distance").asDouble(Double.NaN);
  }

  private static float[] rowSquares(Tensor features) {
    return features.times(features).sum(1).toFloats();
  }

  @Test
  void aTeacherOfOtherImagesIsRefused() {
    PretrainingSettings settings = student(1);
    ClipConfig larger =
        new ClipConfig(
            16, 64, 3, 32, 514 + MERGES, 64, 1, 2, Activation.QUICK_GELU, STUDENT.vision());
    PretrainingSettings other =
        new PretrainingSettings(
            larger,
            settings.length(),
            8,
            0.25,
            0.8,
            0.003,
            2,
            0.1,
            1,
            settings.scale(),
            1,
            DType.FLOAT32,
            2,
            settings.distillation());
    assertThatThrownBy(() -> train(other, folder.resolve("larger"), () -> false))
        .hasMessageContaining("expected a model of this command for images of 64 x 64");
  }

  @Test
  void aFolderOfOtherSettingsIsRefused() {
    Path out = folder.resolve("refused");
    assertThat(train(settings(VIT, 1, DType.FLOAT32), out, () -> false)).isNotEmpty();
    assertThatThrownBy(() -> train(settings(VIT, 2, DType.FLOAT32), out, () -> false))
        .hasMessageContaining("steps was 1, is 2");
  }

  @ParameterizedTest
  @MethodSource("models")
  void theLoaderGivesTheFeaturesOfTheTraining(ClipConfig model) {
    PretrainingSettings settings = settings(model, 1, DType.FLOAT32);
    Path out = folder.resolve("loaded-" + model.vision().getClass().getSimpleName());
    assertThat(train(settings, out, () -> false)).isNotEmpty();
    try (Clip clip = Clip.load(out);
        TrainedWeights weights =
            new TrainedWeights(
                clip.config(), InitialWeights.of(clip.config(), 5), DType.FLOAT32, 2);
        Scope scope = Scope.open("test");
        Autograd.Switch off = Autograd.off()) {
      weights.load(clip.stored(), "test");
      TrainableEncoders encoders = weights.evaluating();
      Tensor images = Normal.tensor(3, 1, 2, 3, 32, 32);
      assertClose(clip.imageEncoder().features(images), encoders.images().features(images));
      long[] ids = {clip.tokenizer().start().get(0), 5, 6, clip.tokenizer().endOfText()};
      try (PackedTexts layout = clip.textEncoder().layout(1, new int[] {3})) {
        assertClose(
            clip.textEncoder().features(clip.textEncoder().embed(ids), layout),
            encoders.texts().features(encoders.texts().embed(ids), layout));
      }
      assertThat(clip.preprocessing()).isEqualTo(Normalisation.preprocessing(32, 3));
    }
  }

  private static void assertClose(Tensor actual, Tensor expected) {
    float[] a = actual.toFloats();
    float[] e = expected.toFloats();
    assertThat(a).hasSameSizeAs(e);
    for (int i = 0; i < a.length; i++) {
      assertThat(a[i]).isCloseTo(e[i], within(1e-4f));
    }
  }
}
