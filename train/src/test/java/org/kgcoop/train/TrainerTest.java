package org.kgcoop.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.DataSet;
import org.kgcoop.features.Augmentation;
import org.kgcoop.features.FeatureCache;
import org.kgcoop.features.TrainingLoader;
import org.kgcoop.features.ViewEncoder;
import org.kgcoop.fixtures.TestImages;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.fixtures.TinyTraining;
import org.kgcoop.image.Images;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.method.CoCoOp;
import org.kgcoop.method.CoOp;
import org.kgcoop.method.KgCoOp;
import org.kgcoop.method.Lasp;
import org.kgcoop.method.ProGrad;
import org.kgcoop.method.PromptMethod;
import org.kgcoop.method.Tcp;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.prompt.ContextSettings;
import org.kgcoop.runs.Checkpoint;
import org.kgcoop.runs.RunFolder;
import org.kgcoop.runs.TrainingTime;
import org.kgcoop.settings.SettingValues;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

@Tag("equality")
class TrainerTest {
  private static final int EPOCHS = 3;

  /** 3 classes with 3 images each, in batches of 4: 2 steps per epoch, one image is left out. */
  private static final int STEPS = 6;

  private final Clip clip = TinyClip.load();
  private final FeatureCache cache =
      FeatureCache.inMemory(new ViewEncoder(clip, new Images(warning -> {})));
  @TempDir Path folder;
  private @Nullable DataSet data;

  @AfterEach
  void close() {
    clip.close();
  }

  private DataSet data() {
    DataSet known = data;
    if (known == null) {
      known = TestImages.dataSet(folder.resolve("data"), List.of("a", "b", "c"), 3, 0, 1);
      data = known;
    }
    return known;
  }

  private static PromptMethod method(String id) {
    ContextSettings context = ContextSettings.shared(2, "");
    return switch (id) {
      case "coop" -> new CoOp(context);
      case "kgcoop" -> new KgCoOp(context, "a {}.", 8, 0);
      case "prograd" -> new ProGrad(context, "a {}.", 1, 1);
      case "tcp" -> new Tcp(2, 2, "X X {}.", 0, "a {}.", 8);
      case "lasp" ->
          new Lasp(context.tokens(), context.words(), List.of("a {}.", "the {}"), 5, false);
      default -> new CoCoOp(context);
    };
  }

  private static TrainingSettings settings(String augmentation, double rate, boolean keepBest) {
    return TinyTraining.settings(
        new Schedule(
            rate, EPOCHS, 0, new Warmup(Warmup.Kind.CONSTANT, 1, 0.01), true, Schedule.Unit.EPOCH),
        4,
        0.9,
        5e-4,
        1,
        Augmentation.ofId(augmentation),
        1,
        keepBest);
  }

  /** Keeps all checkpoints. */
  private static class Keeper implements Trainer.Listener {
    final List<Checkpoint> checkpoints = new ArrayList<>();
    int steps;

    @Override
    public void step(int epoch, int batch, double rate, Map<String, Double> losses) {
      steps++;
    }

    @Override
    public void checkpoint(Checkpoint checkpoint, TrainingTime effort) {
      checkpoints.add(checkpoint);
    }
  }

  /**
   * Trains a new trainable model. When it resumes from a checkpoint, the model has another
   * initialization.
   */
  private Map<String, String> trained(
      PromptMethod method,
      TrainingSettings settings,
      @Nullable Checkpoint from,
      Trainer.Listener listener,
      BooleanSupplier interrupted,
      @Nullable ToDoubleFunction<TrainableModel> validation) {
    TrainingLoader source =
        new TrainingLoader(cache, data().train(), settings.augmentation(), settings.seed());
    if (source.toPrepare() > 0) {
      source.prepare(done -> {});
    }
    try (TrainableModel model = method.model(clip, data().classNames(), from == null ? 1 : 99)) {
      return hex(
          new Trainer(model, source, settings, settings.plan(source), listener, interrupted)
              .train(from, validation)
              .parameters());
    }
  }

  private static Map<String, String> hex(Map<String, StoredTensor> tensors) {
    Map<String, String> hex = new TreeMap<>();
    tensors.forEach(
        (name, tensor) -> {
          byte[] bytes = new byte[tensor.data().remaining()];
          tensor.data().get(bytes);
          hex.put(name, HexFormat.of().formatHex(bytes));
        });
    return hex;
  }

  /** Returns the checkpoint, written to a run folder and read again. */
  private Checkpoint throughAFile(Checkpoint checkpoint, String name) {
    var nothing = JsonNodeFactory.instance.objectNode();
    try (RunFolder run = RunFolder.open(folder.resolve(name), nothing, nothing, warning -> {})) {
      run.save(checkpoint, TrainingTime.NONE);
      return run.newest().orElseThrow();
    }
  }

  /** Returns every augmentation, and every kind of trainable model. */
  @ParameterizedTest
  @CsvSource({
    "coop, online",
    "coop, test",
    "coop, cache:2",
    "coop, pool:2",
    "kgcoop, test",
    "prograd, test",
    "cocoop, cache:2",
    "tcp, test",
    "lasp, test"
  })
  void resumesFromEachCheckpointByteIdentically(String id, String augmentation) {
    assertGoesOn(id, augmentation);
  }

  @ParameterizedTest
  @Tag("nightly")
  @CsvSource({
    "kgcoop, online",
    "kgcoop, cache:2",
    "prograd, online",
    "prograd, cache:2",
    "cocoop, online",
    "cocoop, test"
  })
  void resumesWithTheOtherAugmentations(String id, String augmentation) {
    assertGoesOn(id, augmentation);
  }

  private void assertGoesOn(String id, String augmentation) {
    PromptMethod method = method(id);
    TrainingSettings settings = settings(augmentation, 0.05, false);
    Keeper undisturbed = new Keeper();
    Map<String, String> expected = trained(method, settings, null, undisturbed, () -> false, null);
    assertThat(undisturbed.steps).isEqualTo(STEPS);
    assertThat(undisturbed.checkpoints).extracting(Checkpoint::epoch).containsExactly(1, 2);

    List<Checkpoint> all = new ArrayList<>(undisturbed.checkpoints);
    for (int stop = 1; stop <= STEPS; stop++) {
      Keeper keeper = new Keeper();
      int last = stop;
      assertThatThrownBy(
              () -> trained(method, settings, null, keeper, () -> keeper.steps == last, null))
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining("run the same command again to resume")
          .extracting(e -> ((KgCoopException) e).category())
          .isEqualTo(KgCoopException.Category.INTERRUPTED);
      Checkpoint interrupted = keeper.checkpoints.get(keeper.checkpoints.size() - 1);
      assertThat(interrupted.step()).isEqualTo(stop);
      all.add(interrupted);
    }
    for (int i = 0; i < all.size(); i++) {
      Checkpoint from = throughAFile(all.get(i), "run" + i);
      Keeper rest = new Keeper();
      assertThat(trained(method, settings, from, rest, () -> false, null))
          .as("from step %d", from.step())
          .isEqualTo(expected);
      assertThat(rest.steps).isEqualTo(STEPS - (int) from.step());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"sgd", "adam", "adamw"})
  void everyOptimizerResumesByteIdentically(String optimizer) {
    PromptMethod method = method("coop");
    TrainingSettings settings =
        with(
            settings(0.01), SettingValues.of("optimizer", optimizer).with("sampler", "random-all"));
    Keeper undisturbed = new Keeper();
    Map<String, String> expected = trained(method, settings, null, undisturbed, () -> false, null);
    assertThat(undisturbed.checkpoints).hasSize(2);
    for (Checkpoint checkpoint : undisturbed.checkpoints) {
      Checkpoint from = throughAFile(checkpoint, "step" + checkpoint.step());
      assertThat(trained(method, settings, from, new Keeper(), () -> false, null))
          .isEqualTo(expected);
    }
  }

  @Test
  void theTimePerImageLeavesOutTheFirstHalfOfAShortTraining() {
    List<TrainingTime> times = new ArrayList<>();
    Trainer.Listener listener =
        new Trainer.Listener() {
          @Override
          public void checkpoint(Checkpoint checkpoint, TrainingTime effort) {
            times.add(effort);
          }
        };
    Map<String, String> unused =
        trained(method("coop"), settings("test", 0.05, false), null, listener, () -> false, null);
    // Epochs of two steps with four images; three of six steps are the start.
    assertThat(times.stream().map(TrainingTime::images)).containsExactly(8L, 16L);
    assertThat(times.stream().map(TrainingTime::warmImages)).containsExactly(0L, 4L);
    TrainingTime last = times.get(1);
    assertThat(last.msPerImage()).isEqualTo(1000 * last.warmSeconds() / 4);
    assertThat(new TrainingTime(8, 2, 0, 0).msPerImage()).isEqualTo(250);
  }

  @Test
  void oneStepEqualsTheUpdateByHand() {
    // p - rate (g + decay p), the first step of the run: epoch 0 has the warm-up's rate 0.01.
    TrainingSettings settings = settings("test", 0.05, false);
    PromptMethod method = method("coop");
    Keeper keeper = new Keeper();
    assertThatThrownBy(() -> trained(method, settings, null, keeper, () -> true, null))
        .isInstanceOf(KgCoopException.class);
    TrainingLoader source = new TrainingLoader(cache, data().train(), settings.augmentation(), 1);
    source.prepare(done -> {});
    int[] images = Sampler.RANDOM.batches(9, 4, 1, 0).get(0);
    long[] labels = new long[4];
    for (int i = 0; i < 4; i++) {
      labels[i] = source.labels()[images[i]];
    }
    try (TrainableModel model = method.model(clip, data().classNames(), 1);
        Scope scope = Scope.open("test")) {
      float[] p = java.util.Objects.requireNonNull(model.parameters().get("ctx")).toFloats();
      float[] g =
          model
              .step(new org.kgcoop.model.Batch(source.features(images, 0), Tensor.of(labels, 4)))
              .gradients()
              .get(0)
              .toFloats();
      float[] after =
          java.util.Objects.requireNonNull(keeper.checkpoints.get(0).parameters().get("ctx"))
              .toFloats();
      for (int i = 0; i < p.length; i++) {
        assertThat((double) after[i]).isCloseTo(p[i] - 0.01 * (g[i] + 5e-4 * p[i]), within(1e-6));
      }
    }
  }

  @Test
  void aLossThatIsNoNumberStopsWithAHint() {
    // The first epoch has the warm-up's rate. Then 1e38 makes the vectors overflow.
    assertThatThrownBy(
            () ->
                trained(
                    method("coop"),
                    settings("test", 1e38, false),
                    null,
                    new Keeper(),
                    () -> false,
                    null))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("loss is NaN in epoch ")
        .hasMessageContaining("try a lower learning rate")
        .satisfies(TrainerTest::isDiverged);
  }

  private static void isDiverged(Throwable e) {
    assertThat(((KgCoopException) e).category()).isEqualTo(KgCoopException.Category.DIVERGED);
  }

  @Test
  void parametersThatDivergeInTheLastStepStopToo() {
    TrainingSettings oneStep =
        with(
            settings(3e38),
            SettingValues.of("epochs", 1)
                .with("batch_size", 9)
                .with("warmup", "none")
                .with("weight_decay", 3e38));
    assertThatThrownBy(
            () -> trained(method("coop"), oneStep, null, new Keeper(), () -> false, null))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("ctx is not finite after the last epoch")
        .satisfies(TrainerTest::isDiverged);
  }

  @Test
  void theFirstOfTheBestEpochsIsKeptAlsoAfterAnInterruption() {
    PromptMethod method = method("kgcoop");
    TrainingSettings settings = settings("test", 0.05, true);
    List<Map<String, String>> epochs = new ArrayList<>();
    double[] accuracies = {20, 40, 40};
    Keeper keeper = new Keeper();
    Map<String, String> kept =
        trained(
            method,
            settings,
            null,
            keeper,
            () -> false,
            model -> {
              epochs.add(hex(parameters(model)));
              return accuracies[epochs.size() - 1];
            });
    assertThat(epochs).doesNotHaveDuplicates().hasSize(3);
    assertThat(kept).isEqualTo(epochs.get(1));
    // After epoch 2 only the file contains the best parameters.
    Checkpoint afterTwo = throughAFile(keeper.checkpoints.get(1), "best");
    assertThat(afterTwo.bestAccuracy()).isEqualTo(40);
    assertThat(trained(method, settings, afterTwo, new Keeper(), () -> false, model -> 40))
        .isEqualTo(epochs.get(1));
    assertThat(trained(method, settings, afterTwo, new Keeper(), () -> false, model -> 41))
        .isEqualTo(epochs.get(2));
  }

  private static TrainingSettings settings(double rate) {
    Augmentation test = Augmentation.TEST;
    return TinyTraining.settings(
        TinyTraining.schedule(rate, EPOCHS), 4, 0.9, 5e-4, 1, test, 1, false);
  }

  private static TrainingSettings with(TrainingSettings settings, SettingValues others) {
    return new TrainingSettings(settings.values().with(others));
  }

  @Test
  void theMeanOverEpochsIsThatOfTheirEndsAlsoAfterAnInterruption() {
    PromptMethod method = method("coop");
    Keeper last = new Keeper();
    Map<String, String> end = trained(method, settings(0.05), null, last, () -> false, null);
    ModelSelection.Average average = new ModelSelection.Average(2, 1.5);
    TrainingSettings averaging =
        with(
            settings(0.05),
            SettingValues.of("model_selection", "gauss")
                .with("gauss_mean", 2)
                .with("gauss_std", 1.5));
    Keeper keeper = new Keeper();
    Map<String, String> mean = trained(method, averaging, null, keeper, () -> false, null);
    // The training itself is the same.
    assertThat(hex(keeper.checkpoints.get(1).parameters()))
        .isEqualTo(hex(last.checkpoints.get(1).parameters()));
    List<float[]> ends = new ArrayList<>();
    last.checkpoints.forEach(c -> ends.add(context(c.parameters())));
    ends.add(floats(Objects.requireNonNull(end.get("ctx"))));
    float[] found = floats(Objects.requireNonNull(mean.get("ctx")));
    for (int i = 0; i < found.length; i++) {
      double expected = 0;
      for (int e = 0; e < EPOCHS; e++) {
        expected += average.shares(EPOCHS)[e] * ends.get(e)[i];
      }
      assertThat((double) found[i]).isCloseTo(expected, within(1e-6));
    }

    for (int stop = 1; stop <= STEPS; stop++) {
      Keeper stopped = new Keeper();
      int step = stop;
      assertThatThrownBy(
              () -> trained(method, averaging, null, stopped, () -> stopped.steps == step, null))
          .isInstanceOf(KgCoopException.class);
      Checkpoint from =
          throughAFile(stopped.checkpoints.get(stopped.checkpoints.size() - 1), "average" + stop);
      assertThat(trained(method, averaging, from, new Keeper(), () -> false, null))
          .as("from step %s", stop)
          .isEqualTo(mean);
    }
  }

  private static float[] context(Map<String, StoredTensor> parameters) {
    return Objects.requireNonNull(parameters.get("ctx")).toFloats();
  }

  private static float[] floats(String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex);
    float[] values = new float[bytes.length / 4];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    return values;
  }

  private static Map<String, StoredTensor> parameters(TrainableModel model) {
    Map<String, StoredTensor> stored = new TreeMap<>();
    model.parameters().forEach((name, t) -> stored.put(name, StoredTensor.of(name, t)));
    return stored;
  }

  @Test
  void withoutValidationTheLastEpochIsKept() {
    PromptMethod method = method("coop");
    assertThat(trained(method, settings("test", 0.05, true), null, new Keeper(), () -> false, null))
        .isEqualTo(
            trained(method, settings("test", 0.05, false), null, new Keeper(), () -> false, null));
  }

  @Test
  void augmentationsSeeDifferentImages() {
    PromptMethod method = method("coop");
    List<Map<String, String>> all = new ArrayList<>();
    for (String augmentation : List.of("online", "test", "cache:2", "cache:3", "pool:2")) {
      all.add(
          trained(
              method, settings(augmentation, 0.05, false), null, new Keeper(), () -> false, null));
    }
    assertThat(all).doesNotHaveDuplicates();
  }

  @Test
  void aBoundOnTheGradientsBoundsTheUpdate() {
    double bound = 1e-4;
    TrainingSettings settings =
        with(
            settings(1),
            SettingValues.of("warmup", "none")
                .with("momentum", 0)
                .with("weight_decay", 0)
                .with("clip_norm", bound));
    Keeper keeper = new Keeper();
    Map<String, String> unused = trained(method("coop"), settings, null, keeper, () -> false, null);
    List<float[]> values =
        keeper.checkpoints.stream()
            .map(c -> Objects.requireNonNull(c.parameters().get("ctx")).toFloats())
            .toList();
    double squares = 0;
    for (int i = 0; i < values.get(0).length; i++) {
      squares += Math.pow(values.get(1)[i] - values.get(0)[i], 2);
    }
    // An epoch has STEPS / EPOCHS steps, each of at most the rate times the limit.
    assertThat(Math.sqrt(squares)).isBetween(1e-8, 1.01 * bound * STEPS / EPOCHS);
  }

  @Test
  void rejectsImpossibleSettings() {
    Schedule schedule = TinyTraining.schedule(0.002, 1);
    Augmentation test = Augmentation.TEST;
    assertThatThrownBy(() -> TinyTraining.settings(schedule, 1, 1, 0, 1, test, 1, false))
        .hasMessageContaining("momentum: expected 0 to below 1");
    assertThatThrownBy(() -> TinyTraining.settings(schedule, 1, 0, Double.NaN, 1, test, 1, false))
        .hasMessageContaining("weight_decay: expected at least 0");
    assertThatThrownBy(() -> Augmentation.ofId("cache:0"))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("expected 1 to 10,000 views");
    assertThatThrownBy(() -> Augmentation.ofId("cache"))
        .hasMessageContaining("expected online, test, cache:V or pool:V");
    assertThatThrownBy(() -> Augmentation.ofId("pool:0"))
        .isInstanceOf(KgCoopException.class)
        .hasMessage("pool: expected 1 to 10,000 views, got 0");
  }
}
