package org.kgcoop.method.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.kgcoop.fixtures.Losses.assertSlopes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.kgcoop.KgCoopException;
import org.kgcoop.classifier.MethodRegistry;
import org.kgcoop.clip.Activation;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.clip.TunedImageEncoder;
import org.kgcoop.clip.untrained.RandomClip;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.io.Safetensors;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.method.FittedMethod;
import org.kgcoop.method.Method;
import org.kgcoop.model.Batch;
import org.kgcoop.model.Head;
import org.kgcoop.model.ModelInputs;
import org.kgcoop.model.Step;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.prompt.TextFeatures;
import org.kgcoop.settings.SettingValues;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/** Compares the branches with a CLIP with merged weights, and tests the dropout of the branches. */
class ClipLoraTest {
  private static final String TEMPLATE = "a photo of a {}.";
  private static final List<String> NAMES = List.of("cat", "St. Bernard", "ice_cream");
  private static final long[] LABELS = {2, 0, 1};

  /** Three blocks in both encoders. */
  private static final ClipConfig DEEP =
      new ClipConfig(
          12, 8, 3, 40, 700, 16, 2, 3, Activation.QUICK_GELU, new ClipConfig.Vit(24, 3, 4, 2));

  @TempDir static Path root;

  private final Clip clip = Clip.load(root.resolve("deep"));
  @TempDir Path folder;

  @BeforeAll
  static void write() {
    RandomClip.write(root.resolve("deep"), DEEP, 3);
  }

  @AfterEach
  void close() {
    clip.close();
  }

  private static ClipLora lora(
      double dropout, List<String> matrices, List<Integer> texts, List<Integer> images) {
    return new ClipLora(2, 1.5, dropout, matrices, Layers.of(texts), Layers.of(images), TEMPLATE);
  }

  private static ClipLora all(double dropout) {
    return new ClipLora(
        2, 1.5, dropout, List.of("q", "k", "v", "o"), Layers.ALL, Layers.ALL, TEMPLATE);
  }

  /** Returns methods with branches in both encoders, in one encoder and in only the last block. */
  static List<ClipLora> kinds() {
    List<String> usual = List.of("q", "k", "v");
    return List.of(
        all(0),
        lora(0, usual, List.of(1), List.of(0, 2)),
        all(0.25),
        lora(0.25, List.of("v", "o"), List.of(0, 2), List.of()),
        lora(0.25, List.of("q", "k"), List.of(), List.of(2)));
  }

  /** Creates a trainable model whose branches are not 0. */
  private TrainableModel moved(ClipLora method, DropoutMasks kept) {
    return moved(clip, method, kept);
  }

  private static TrainableModel moved(Clip of, ClipLora method, DropoutMasks kept) {
    TrainableModel model = method.model(of, NAMES, 1, kept);
    try (Scope scope = Scope.open("start")) {
      Map<String, Tensor> values = new LinkedHashMap<>();
      model
          .parameters()
          .forEach((name, p) -> values.put(name, TinyClip.normal(name.hashCode(), 0.3, p.shape())));
      model.load(values);
    }
    return model;
  }

  private TrainableModel moved(ClipLora method) {
    return moved(method, DropoutMasks.seeded(1, method.dropout()));
  }

  private static Tensor images() {
    return TinyClip.normal(5, 1, LABELS.length, 3, 8, 8);
  }

  /** Creates a batch with the inputs that a trainable model needs. */
  private Batch batch(TrainableModel model, long step) {
    return batch(clip, model, step);
  }

  private static Batch batch(Clip of, TrainableModel model, long step) {
    ModelInputs inputs = model.inputs();
    try (Autograd.Switch off = Autograd.off()) {
      return new Batch(
          inputs.features() ? unit(of, images()) : null,
          inputs.block().isPresent()
              ? of.adaptedVision("test").rows(images(), inputs.block().getAsInt())
              : null,
          Tensor.of(LABELS, LABELS.length),
          step);
    }
  }

  private static Tensor unit(Clip model, Tensor images) {
    try (Autograd.Switch off = Autograd.off()) {
      return model.imageEncoder().features(images).unitRows();
    }
  }

  private static double loss(Step step) {
    return Objects.requireNonNull(step.losses().get("loss"));
  }

  /** Computes the cross-entropy of 100 f . t. The model's logit scale has no effect. */
  private static double crossEntropy(Tensor features, Tensor texts) {
    Tensor logits = features.matmul(texts.transpose(0, 1)).times(100);
    return Functions.crossEntropy(logits, Tensor.of(LABELS, LABELS.length)).item();
  }

  /** Adds {@code alpha / sqrt(rank) B A} to the rows of each adapted matrix. */
  private Map<String, StoredTensor> mergedByHand(ClipLora method, TrainableModel model) {
    Map<String, StoredTensor> weights = new LinkedHashMap<>(clip.stored());
    for (String name : model.parameters().keySet()) {
      if (!name.endsWith("w_lora_A")) {
        continue;
      }
      float[] a = parameter(model, name).toFloats(); // (2, W)
      float[] b = parameter(model, name.replace("lora_A", "lora_B")).toFloats(); // (W, 2)
      int width = a.length / 2;
      String attention = name.substring(0, name.indexOf("attn.") + 5);
      String matrix = name.substring(attention.length(), name.indexOf(".w_lora"));
      boolean output = matrix.equals("proj");
      int part = output ? 0 : List.of("q_proj", "k_proj", "v_proj").indexOf(matrix);
      String weight = attention + (output ? "out_proj.weight" : "in_proj_weight");
      Tensor before = Objects.requireNonNull(weights.get(weight)).tensor();
      float[] values = before.toFloats();
      for (int i = 0; i < width; i++) {
        for (int j = 0; j < width; j++) {
          double product = 0;
          for (int r = 0; r < 2; r++) {
            product += b[2 * i + r] * a[r * width + j];
          }
          values[(part * width + i) * width + j] +=
              (float) (method.alpha() / Math.sqrt(2) * product);
        }
      }
      weights.put(weight, StoredTensor.of(weight, Tensor.of(values, before.shape())));
    }
    return weights;
  }

  private static Tensor parameter(TrainableModel model, String name) {
    return Objects.requireNonNull(model.parameters().get(name), name);
  }

  private Clip merged(ClipLora method, TrainableModel model) {
    Map<String, StoredTensor> weights = mergedByHand(method, model);
    Safetensors.write(folder.resolve("model.safetensors"), List.copyOf(weights.values()), Map.of());
    try (var files = Files.list(root.resolve("deep"))) {
      for (Path file : files.filter(f -> !f.toString().endsWith("tensors")).toList()) {
        Path copy = folder.resolve(Objects.requireNonNull(file.getFileName()));
        if (!Files.exists(copy)) {
          Files.copy(file, copy);
        }
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return Clip.load(folder);
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void branchesAreTheMergedWeightsButForRounding(ClipLora method) {
    try (Scope scope = Scope.open("test");
        TrainableModel model = moved(method);
        Clip merged = merged(method, model);
        Head fixed = model.toHead()) {
      Tensor texts = TextFeatures.handCrafted(merged, NAMES, TEMPLATE);
      Tensor features = unit(merged, images());
      close(fixed.classFeatures().orElseThrow(), texts);
      if (method.imageLayers().isEmpty()) {
        assertThat(fixed.encoder()).isEmpty();
        assertThat(model.inputs()).isEqualTo(ModelInputs.FEATURES);
      } else {
        close(fixed.encoder().orElseThrow().features(images()), features);
        TunedImageEncoder vision = fixed.encoder().orElseThrow().learned();
        Map<String, StoredTensor> expected = mergedByHand(method, model);
        vision.weights().forEach((name, weight) -> close(weight, stored(expected, name)));
        assertThat(vision.prompts().tokens()).isEmpty();
        assertThat(vision.mix()).isEmpty();
      }
      if (method.dropout() == 0) {
        assertThat(loss(model.step(batch(model, 0))))
            .isCloseTo(crossEntropy(features, texts), within(1e-3));
      }
    }
  }

  private static Tensor stored(Map<String, StoredTensor> weights, String name) {
    return Objects.requireNonNull(weights.get(name), name).tensor();
  }

  private static void close(Tensor actual, Tensor expected) {
    assertThat(actual.shape()).isEqualTo(expected.shape());
    assertThat(actual.toFloats())
        .usingComparatorWithPrecision(2e-6f)
        .containsExactly(expected.toFloats());
  }

  @Test
  void theWeightsOfEveryAdaptedImageBlockAreToldAndNoOthers() {
    ClipLora method = lora(0, List.of("k", "o"), List.of(0), List.of(2));
    try (Scope scope = Scope.open("test");
        TrainableModel model = moved(method);
        Head fixed = model.toHead()) {
      assertThat(fixed.encoder().orElseThrow().learned().weights().keySet())
          .containsExactlyInAnyOrder(
              "visual.transformer.resblocks.2.attn.in_proj_weight",
              "visual.transformer.resblocks.2.attn.out_proj.weight");
      assertThat(model.inputs()).isEqualTo(new ModelInputs(false, OptionalInt.of(2)));
    }
  }

  /**
   * With a dropout of 0.5, a mask that keeps everything doubles the branch, like twice the alpha. A
   * mask that drops everything removes the branch of a class or an image.
   */
  @Test
  void eachClassAndEachImageHasItsOwnMask() {
    ClipLora half = all(0.5);
    ClipLora twice = new ClipLora(2, 3, 0, half.matrices(), Layers.ALL, Layers.ALL, TEMPLATE);
    DropoutMasks kept =
        (step, matrix, place, length, width) ->
            Tensor.full(place == (matrix.startsWith("visual.") ? 0 : 1) ? 0 : 1, length, width);
    try (Scope scope = Scope.open("test");
        TrainableModel model = moved(half, kept);
        TrainableModel whole = moved(twice);
        Head fixed = whole.toHead()) {
      Tensor texts = replaced(fixed.classFeatures().orElseThrow(), 1, plainTexts());
      Tensor features =
          replaced(fixed.encoder().orElseThrow().features(images()), 0, unit(clip, images()));
      assertThat(loss(model.step(batch(model, 0))))
          .isCloseTo(crossEntropy(features, texts), within(1e-3));
    }
  }

  private Tensor plainTexts() {
    return TextFeatures.handCrafted(clip, NAMES, TEMPLATE);
  }

  /** Replaces one row by the same row of another matrix. */
  private static Tensor replaced(Tensor rows, int place, Tensor other) {
    List<Tensor> parts = new ArrayList<>();
    for (int i = 0; i < rows.size(0); i++) {
      parts.add((i == place ? other : rows).narrow(0, i, 1));
    }
    return Tensor.concat(parts, 0);
  }

  /** The texts of SigLIP are not causal. They share no computation, with or without dropout. */
  @Test
  void textsOfASiglipMayBeAdaptedAlone() {
    ClipLora half = lora(0.5, List.of("q", "v", "o"), List.of(0, 1), List.of());
    ClipLora twice =
        new ClipLora(2, 3, 0, half.matrices(), half.textLayers(), Layers.NONE, TEMPLATE);
    DropoutMasks kept = (step, matrix, place, length, width) -> Tensor.full(1, length, width);
    List<String> names = List.of("cat", "sun");
    try (Clip siglip = Clip.load(TinyClip.siglipFolder());
        Scope scope = Scope.open("test");
        TrainableModel masked = half.model(siglip, names, 1, kept);
        TrainableModel plain = twice.model(siglip, names, 1)) {
      Map<String, Tensor> values = new LinkedHashMap<>();
      masked
          .parameters()
          .forEach((name, p) -> values.put(name, TinyClip.normal(3, 0.3, p.shape())));
      masked.load(values);
      plain.load(values);
      Tensor features = TinyClip.normal(1, 1, 2, siglip.config().embedDim()).unitRows();
      Batch batch = new Batch(features, Tensor.of(new long[] {0, 1}, 2));
      assertThat(loss(masked.step(batch))).isCloseTo(loss(plain.step(batch)), within(1e-3));
    }
  }

  @Test
  void eachMatrixHasItsOwnMask() {
    DropoutMasks keysAlone =
        (step, matrix, place, length, width) ->
            Tensor.full(matrix.endsWith("k_proj") ? 1 : 0, length, width);
    ClipLora keys = new ClipLora(2, 3, 0, List.of("k"), Layers.ALL, Layers.ALL, TEMPLATE);
    try (Scope scope = Scope.open("test");
        TrainableModel masked = moved(all(0.5), keysAlone);
        TrainableModel model = moved(keys)) {
      assertThat(loss(masked.step(batch(masked, 0))))
          .isCloseTo(loss(model.step(batch(model, 0))), within(1e-3));
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void computesGradientsEqualToFiniteDifferences(ClipLora method) {
    try (Scope scope = Scope.open("test");
        TrainableModel model = moved(method)) {
      List<String> names = List.copyOf(model.parameters().keySet());
      assertSlopes(model, names, () -> batch(model, 4), 3, 1.4e-3, 0);
    }
  }

  /** PE-Core's encoder has rotary positions and a pooling. */
  @Test
  void anEncoderWithAPoolingHasGradientsEqualToFiniteDifferences() {
    try (Clip pe = Clip.load(TinyClip.peFolder());
        Scope scope = Scope.open("test");
        TrainableModel model = moved(pe, all(0), DropoutMasks.seeded(1, 0))) {
      List<String> names = List.copyOf(model.parameters().keySet());
      assertSlopes(model, names, () -> batch(pe, model, 4), 3, 1.4e-3, 0);
    }
  }

  @Test
  void aShareOfEntriesIsDroppedAndOtherUsesDropOthers() {
    try (Scope scope = Scope.open("test")) {
      DropoutMasks kept = DropoutMasks.seeded(1, 0.25);
      float[] values = kept.of(2, "q", 3, 100, 301).toFloats();
      double sum = 0;
      for (float value : values) {
        assertThat(value).isIn(0f, 1f);
        sum += value;
      }
      assertThat(sum / values.length).isCloseTo(0.75, within(0.01)); // 4 standard deviations
      assertThat(DropoutMasks.seeded(1, 0.25).of(2, "q", 3, 100, 301).toFloats()).isEqualTo(values);
      assertThat(kept.of(2, "q", 3, 7, 301).toFloats())
          .isEqualTo(kept.of(2, "q", 3, 100, 301).narrow(0, 0, 7).toFloats());
      for (Tensor other :
          List.of(
              DropoutMasks.seeded(2, 0.25).of(2, "q", 3, 100, 301),
              kept.of(1, "q", 3, 100, 301),
              kept.of(2, "k", 3, 100, 301),
              kept.of(2, "q", 4, 100, 301))) {
        assertThat(other.toFloats()).isNotEqualTo(values);
      }
    }
  }

  /** A resumed run uses a new trainable model, which has made no step before. */
  @Test
  void aStepDependsOnItsNumberAndNotOnThoseBefore() {
    ClipLora method = all(0.25);
    try (Scope scope = Scope.open("test");
        TrainableModel first = moved(method);
        TrainableModel resumed = moved(method)) {
      List<Tensor> zero = first.step(batch(first, 0)).gradients();
      List<Tensor> one = first.step(batch(first, 1)).gradients();
      List<Tensor> again = resumed.step(batch(resumed, 1)).gradients();
      for (int i = 0; i < one.size(); i++) {
        assertThat(again.get(i).toBytes()).isEqualTo(one.get(i).toBytes());
        assertThat(zero.get(i).toBytes()).isNotEqualTo(one.get(i).toBytes());
      }
    }
  }

  @Test
  void givesEqualLogitsForOtherClasses() {
    ClipLora method = all(0.25);
    try (Scope scope = Scope.open("test");
        TrainableModel model = moved(method)) {
      Map<String, StoredTensor> tensors = new LinkedHashMap<>();
      model.parameters().forEach((name, p) -> tensors.put(name, StoredTensor.of(name, p)));
      FittedMethod learned = new FittedMethod(method, NAMES, tensors);
      assertThat(method.closedClassReason()).isEmpty();
      List<String> others = List.of("ice_cream", "dog");
      try (Head fixed = model.toHead();
          Head again = learned.classifier(clip, NAMES);
          Head other = learned.classifier(clip, others)) {
        Tensor features = again.encoder().orElseThrow().features(images());
        assertThat(features.toFloats())
            .isEqualTo(fixed.encoder().orElseThrow().features(images()).toFloats());
        assertThat(again.logits(features).toFloats()).isEqualTo(fixed.logits(features).toFloats());
        close(
            other.classFeatures().orElseThrow().narrow(0, 0, 1),
            again.classFeatures().orElseThrow().narrow(0, 2, 1));
      }
    }
  }

  @Test
  void atTheStartItIsZeroShotClip() {
    try (Scope scope = Scope.open("test");
        TrainableModel model = all(0.25).model(clip, NAMES, 1);
        Head fixed = model.toHead()) {
      close(fixed.classFeatures().orElseThrow(), plainTexts());
      close(fixed.encoder().orElseThrow().features(images()), unit(clip, images()));
      float[] a = parameter(model, "transformer.resblocks.0.attn.q_proj.w_lora_A").toFloats();
      for (float value : a) {
        assertThat(Math.abs(value)).isLessThanOrEqualTo(0.25f).isNotZero(); // 1 / sqrt(16)
      }
    }
  }

  @Test
  void oneEncoderAloneIsEnoughAndAResNetHasNone() {
    try (Clip resNet = TinyClip.resNet();
        TrainableModel texts =
            lora(0.25, List.of("q"), List.of(0), List.of()).model(resNet, NAMES, 1)) {
      assertThat(texts.parameters().keySet())
          .containsExactly(
              "transformer.resblocks.0.attn.q_proj.w_lora_A",
              "transformer.resblocks.0.attn.q_proj.w_lora_B");
      assertThatThrownBy(() -> all(0.25).model(resNet, NAMES, 1))
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining("CLIP-LoRA trains inside a ViT of CLIP")
          .hasMessageNotContaining("\n");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "all, 0 1 2 3 4 5 6 7 8 9 10 11",
    "bottom, 0 1 2 3",
    "mid, 4 5 6 7",
    "up, 8 9 10 11",
    "half-bottom, 0 1 2 3 4 5",
    "half-up, 6 7 8 9 10 11",
    "top3, 9 10 11",
    "none, ''"
  })
  void wordsAreThePublishedBlocksOfTwelve(String word, String blocks) {
    List<Integer> expected =
        blocks.isEmpty()
            ? List.of()
            : Stream.of(blocks.split(" ", -1)).map(Integer::valueOf).toList();
    assertThat(Layers.of(word).in("text_layers", 12)).isEqualTo(expected);
  }

  @Test
  void aDeeperEncoderHasHalvesOfItsOwn() {
    assertThat(Layers.of("half-up").in("image_layers", 24)).hasSize(12).startsWith(12).endsWith(23);
    assertThat(Layers.of("half-bottom").in("image_layers", 24)).hasSize(12).endsWith(11);
    assertThat(Layers.ALL.in("image_layers", 24)).hasSize(24);
  }

  private static Method parse(String settings) {
    try {
      return MethodRegistry.parse(
          SettingValues.fromJson(
              new ObjectMapper().readTree(settings.replace('\'', '"').replace(';', ','))));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(settings, e);
    }
  }

  @Test
  void settingsAreReadAsTheyAreWritten() {
    ClipLora usual = (ClipLora) parse("{'method':'clip-lora'}");
    assertThat(usual)
        .isEqualTo(
            new ClipLora(2, 1, 0.25, List.of("q", "k", "v"), Layers.ALL, Layers.ALL, TEMPLATE));
    for (ClipLora method : List.of(usual, lora(0, List.of("o", "q"), List.of(3, 1), List.of()))) {
      assertThat(MethodRegistry.parse(method.settingValues())).isEqualTo(method);
    }
    // The command-line options use this format.
    assertThat(parse("{'method':'clip-lora','text_layers':['none'],'image_layers':['top3']}"))
        .isEqualTo(
            new ClipLora(2, 1, 0.25, usual.matrices(), Layers.NONE, Layers.of("top3"), TEMPLATE));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {'method':'clip-lora','rank':0}                  | rank: expected 1 to 10,000, got 0
          {'method':'clip-lora','alpha':0}                 | alpha: expected above 0, got 0
          {'method':'clip-lora','dropout':1}               | dropout: expected 0 to below 1, got 1
          {'method':'clip-lora','matrices':['q';'w']}      | some of q, k, v, o, got [q, w]
          {'method':'clip-lora','text_layers':'half'}      | layers 'half' (did you mean all?)
          {'method':'clip-lora','text_layers':[-1]}        | numbers of blocks from 0, got [-1]
          {'method':'clip-lora','text_layers':[0.5]}       | text_layers: expected whole numbers
          {'method':'clip-lora','text_layers':[];'image_layers':[]} | neither text_layers nor
          """)
  void rejectsBadSettings(String settings, String message) {
    assertThatThrownBy(() -> parse(settings))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining(message)
        .hasMessageNotContaining("\n");
  }

  @Test
  void aBlockThatAEncoderLacksIsRefused() {
    assertThatThrownBy(() -> lora(0, List.of("q"), List.of(3), List.of()).model(clip, NAMES, 1))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("text_layers [3]: this encoder has 3 blocks, which count from 0");
  }

  /**
   * There are 500 steps per shot with 32 images each. 16 images of 50 classes need 8000 steps, and
   * an epoch has 25.
   */
  @ParameterizedTest
  @CsvSource({
    "50, 16, 320",
    "50, 1, 250",
    "50, 4, 286",
    "100, 16, 160",
    "47, 16, 334",
    "1000, 16, 16",
    "0, 16, 320",
    "50, 0, 320",
    "3, 1, 500"
  })
  void epochsHoldThePublishedNumberOfSteps(int classes, int shots, int epochs) {
    assertThat(ClipLora.epochs(classes, shots, 0)).isEqualTo(epochs);
  }

  /** All images together need at most the 8000 steps of 16 shots, the largest published number. */
  @ParameterizedTest
  @CsvSource({
    "2, 0, 1000, 250", // 32 steps per epoch
    "50, 0, 800, 320",
    "50, 0, 200, 286", // four images per class: 2000 steps, 7 per epoch
    "2, 16, 1000, 8000" // 16 shots: one step per epoch
  })
  void allImagesAreSeenInNoMoreStepsThanSixteenShots(
      int classes, int shots, int images, int epochs) {
    assertThat(ClipLora.epochs(classes, shots, images)).isEqualTo(epochs);
  }
}
