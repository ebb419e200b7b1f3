package org.kgcoop.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OrtException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kgcoop.classifier.MethodRegistry;
import org.kgcoop.clip.Activation;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.clip.DeepPrompts;
import org.kgcoop.clip.TunedImageEncoder;
import org.kgcoop.clip.VisionTransformer;
import org.kgcoop.clip.pe.PeFamily;
import org.kgcoop.clip.untrained.RandomClip;
import org.kgcoop.export.ExportedClassifier;
import org.kgcoop.export.OnnxClassifier;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.io.WeightFile;
import org.kgcoop.method.Method;
import org.kgcoop.method.encoder.ClipLora;
import org.kgcoop.method.encoder.EncoderMethod;
import org.kgcoop.model.FeatureEncoder;
import org.kgcoop.model.FixedHead;
import org.kgcoop.model.Head;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.settings.SettingValues;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/** Tests that a trained image encoder gives the same features in ONNX Runtime and in Java. */
@Tag("system")
class OnnxEncoderTest {
  private static final int IMAGES = 3;
  private static final int BLOCKS = 4;
  private static final int WIDTH = 32;
  private static final int EMBED = 24;

  /** Two attention heads, and ten tokens per image. */
  private static final ClipConfig CONFIG =
      new ClipConfig(
          EMBED,
          24,
          3,
          77,
          600,
          64,
          1,
          1,
          Activation.QUICK_GELU,
          new ClipConfig.Vit(WIDTH, BLOCKS, 8, 2));

  @TempDir Path folder;

  private static Tensor random(long seed, int... shape) {
    long[] lengths = new long[shape.length];
    int count = 1;
    for (int i = 0; i < shape.length; i++) {
      lengths[i] = shape[i];
      count *= shape[i];
    }
    return BenchModel.random(count, seed, lengths);
  }

  /**
   * Returns three prompt tokens for each of some blocks.
   *
   * @param blocks the block numbers, separated by blanks; after N, the tokens of block 0 are not
   *     normalized
   */
  private static DeepPrompts prompts(@Nullable String blocks) {
    String numbers = blocks == null ? "" : blocks.replace("N", "");
    List<Integer> all =
        numbers.chars().filter(c -> c != ' ').mapToObj(c -> Character.digit(c, 10)).toList();
    return new DeepPrompts(
        all.isEmpty() ? 0 : all.get(0),
        all,
        all.stream().map(i -> random(i + 1, 3, WIDTH)).toList(),
        numbers.equals(blocks));
  }

  private static Tensor images(float[] pixels) {
    return Tensor.of(pixels, IMAGES, 3, 24, 24);
  }

  /** Returns the features that the ONNX file computes, (IMAGES, E). */
  private float[] exported(Clip clip, TunedImageEncoder vision, float[] pixels)
      throws OrtException {
    FixedHead head = new FixedHead.Linear(random(9, 2, EMBED).unitRows(), null, 10);
    Path file = folder.resolve("classifier.onnx");
    OnnxClassifier.write(
        file, clip, new ExportedClassifier(List.of("a", "b"), head, Optional.of(vision), Map.of()));
    try (OnnxModel exported = new OnnxModel(file, 3, 24, 24)) {
      float[] features = exported.run("features", pixels);
      assertThat(exported.run("logits", pixels))
          .containsExactly(
              head.logits(Tensor.of(features, IMAGES, EMBED)).toFloats(), within(1e-4f));
      return features;
    }
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(
      strings = {"0", "0 1", "0 1 2 3", "1", "1 2 3", "2", "3", "0 2", "1 3", "N 0 1", "N 0 3"})
  void rowsInFrontOfAnyBlocksStandBesideThoseOfEachImage(@Nullable String blocks)
      throws OrtException {
    try (Clip clip = BenchModel.lively(CONFIG, 3);
        Scope scope = Scope.open("rows");
        Autograd.Switch off = Autograd.off()) {
      DeepPrompts prompts = prompts(blocks);
      VisionTransformer vision = clip.promptedVision("a test");
      float[] pixels = OnnxBench.images(CONFIG, 0, IMAGES);
      float[] ours =
          vision
              .features(vision.rows(images(pixels), prompts.first()), prompts)
              .unitRows()
              .toFloats();

      assertThat(exported(clip, TunedImageEncoder.of(prompts), pixels))
          .containsExactly(ours, within(1e-5f));
      float[] frozen = clip.imageEncoder().features(images(pixels)).unitRows().toFloats();
      assertThat(furthest(ours, frozen) > 1e-3).isEqualTo(blocks != null);
    }
  }

  private static double furthest(float[] a, float[] b) {
    double furthest = 0;
    for (int i = 0; i < a.length; i++) {
      furthest = Math.max(furthest, Math.abs(a[i] - b[i]));
    }
    return furthest;
  }

  @ParameterizedTest
  @ValueSource(strings = {"0 1 2 3", "1 2 3", "3", "1", "0 2", "N 0 3"})
  void aMixIsTheShareOfTheClassRowAndTheRestOfTheMeanToken(String blocks) throws OrtException {
    try (Clip clip = BenchModel.lively(CONFIG, 3);
        Scope scope = Scope.open("mix");
        Autograd.Switch off = Autograd.off()) {
      DeepPrompts prompts = prompts(blocks);
      Tensor projection = random(8, WIDTH, EMBED);
      VisionTransformer vision = clip.promptedVision("a test");
      float[] pixels = OnnxBench.images(CONFIG, 0, IMAGES);
      VisionTransformer.Output read =
          vision.output(vision.rows(images(pixels), prompts.first()), prompts);
      Tensor ofClass = vision.project(read.classRows()).unitRows();
      Tensor ofTokens = read.tokens().mean(1, false).matmul(projection).unitRows();

      assertThat(
              exported(
                  clip,
                  new TunedImageEncoder(
                      prompts,
                      Map.of(),
                      Optional.of(new TunedImageEncoder.TokenMix(projection, 0.7))),
                  pixels))
          .containsExactly(ofClass.times(0.7).plus(ofTokens.times(0.3)).toFloats(), within(1e-5f));
    }
  }

  /**
   * The expected features are from a CLIP that contains the learned weights, with and without
   * prompt tokens.
   */
  @Test
  void weightsStandInThePlaceOfTheEncoders() throws OrtException {
    try (Clip clip = BenchModel.lively(CONFIG, 3);
        Scope scope = Scope.open("weights");
        Autograd.Switch off = Autograd.off()) {
      Map<String, Tensor> learned = new LinkedHashMap<>();
      String block = "visual.transformer.resblocks.1.attn.";
      learned.put(block + "in_proj_weight", random(5, 3 * WIDTH, WIDTH));
      learned.put(block + "out_proj.weight", random(6, WIDTH, WIDTH));
      Map<String, StoredTensor> weights = new LinkedHashMap<>(clip.stored());
      learned.forEach((name, tensor) -> weights.put(name, StoredTensor.of(name, tensor)));
      WeightFile file = RandomClip.of(Path.of("merged"), CONFIG, 3);
      try (Clip merged = Clip.of(file.with(weights), Clip.Options.DEFAULT)) {
        VisionTransformer vision = merged.promptedVision("a test");
        float[] pixels = OnnxBench.images(CONFIG, 0, IMAGES);
        for (DeepPrompts prompts : List.of(prompts(null), prompts("0 1"))) {
          assertThat(
                  exported(clip, new TunedImageEncoder(prompts, learned, Optional.empty()), pixels))
              .containsExactly(
                  vision.features(vision.rows(images(pixels), 0), prompts).unitRows().toFloats(),
                  within(1e-5f));
        }
      }
    }
  }

  static List<String> towerMethods() {
    return MethodRegistry.ids().stream().filter(id -> method(id) instanceof EncoderMethod).toList();
  }

  private static Method method(String id) {
    return MethodRegistry.parse(SettingValues.of("method", id));
  }

  /**
   * Tests twelve blocks, because published settings need them, and parameters that differ from
   * their initial values.
   */
  @ParameterizedTest
  @MethodSource("towerMethods")
  void everyMethodThatLearnsInTheEncoderIsExportedAsItClassifies(String id) throws OrtException {
    exportedAsItClassifies(
        id,
        new ClipConfig(
            EMBED,
            24,
            3,
            77,
            600,
            64,
            1,
            12,
            Activation.QUICK_GELU,
            new ClipConfig.Vit(WIDTH, 12, 8, 2)));
  }

  @Test
  void anAdaptedEncoderWithAPoolingIsExportedAsItClassifies() throws OrtException {
    exportedAsItClassifies(
        ClipLora.ID,
        new ClipConfig(
            EMBED,
            24,
            3,
            PeFamily.TEXT.sized(32, 600, 64, 1, 2),
            PeFamily.VISION.sized(WIDTH, 2, 8, 1)));
  }

  private void exportedAsItClassifies(String id, ClipConfig config) throws OrtException {
    RandomClip.write(folder, config, 1);
    try (Clip clip = Clip.load(folder);
        Scope scope = Scope.open(id);
        TrainableModel model = ((EncoderMethod) method(id)).model(clip, List.of("cat", "dog"), 1)) {
      Map<String, Tensor> moved = new LinkedHashMap<>();
      model
          .parameters()
          .forEach(
              (name, value) -> {
                int[] shape = Arrays.stream(value.shape()).mapToInt(i -> (int) i).toArray();
                moved.put(name, value.detach().plus(random(moved.size(), shape).times(0.1)));
              });
      model.load(moved);
      try (Head classifier = model.toHead();
          Autograd.Switch off = Autograd.off()) {
        FeatureEncoder encoder = classifier.encoder().orElseThrow();
        float[] pixels = OnnxBench.images(CONFIG, 0, IMAGES);
        Tensor features = encoder.features(images(pixels));
        Path file = folder.resolve("classifier.onnx");
        OnnxClassifier.write(
            file,
            clip,
            ExportedClassifier.of(classifier, List.of("cat", "dog"), clip, Map.of("method", id)));
        try (OnnxModel exported = new OnnxModel(file, 3, 24, 24)) {
          assertThat(exported.run("features", pixels))
              .containsExactly(features.toFloats(), within(1e-5f));
          assertThat(exported.run("logits", pixels))
              .containsExactly(classifier.logits(features).toFloats(), within(1e-3f));
        }
      }
    }
  }
}
