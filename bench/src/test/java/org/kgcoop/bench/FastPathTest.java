package org.kgcoop.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kgcoop.classifier.MethodRegistry;
import org.kgcoop.clip.Activation;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.clip.RandomClip;
import org.kgcoop.clip.biomed.BiomedFamily;
import org.kgcoop.clip.biomed.RandomBiomedClip;
import org.kgcoop.clip.pe.PeFamily;
import org.kgcoop.clip.siglip.SiglipFamily;
import org.kgcoop.method.PromptMethod;
import org.kgcoop.method.encoder.EncoderMethod;
import org.kgcoop.model.Batch;
import org.kgcoop.model.Step;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.settings.SettingValues;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * The optimized computation agrees with the published one: losses and gradients within 2e-5 in
 * float32.
 */
@Tag("system")
class FastPathTest {
  private static final double TOLERANCE = 2e-5;

  @TempDir static Path folder;
  private static Clip clip;
  private static PublishedClip published;

  @BeforeAll
  static void load() {
    ClipConfig config =
        new ClipConfig(
            128,
            32,
            3,
            100,
            1000,
            128,
            2,
            3,
            Activation.QUICK_GELU,
            new ClipConfig.Vit(64, 3, 8, 1));
    RandomClip.write(folder, config, 11);
    clip = Clip.load(folder);
    published = new PublishedClip(clip, DType.FLOAT32);
  }

  @AfterAll
  static void close() {
    published.close();
    clip.close();
  }

  private static SettingValues settings(String method, int m) {
    return SettingValues.of("method", method)
        .with("context_tokens", m)
        .with("words", "")
        .with("template", "an odd drawing of one {}.");
  }

  /** Returns names with given numbers of tokens. Each single letter is one token. */
  private static List<String> names(int... lengths) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < lengths.length; i++) {
      StringBuilder name = new StringBuilder();
      for (int t = 0; t < lengths[i]; t++) {
        name.append(t > 0 ? " " : "").append((char) ('a' + (i * 7 + t * 3) % 26));
      }
      names.add(name.toString());
    }
    return names;
  }

  private static void same(SettingValues settings, List<String> names, int batch) {
    same(clip, published, settings, names, batch);
  }

  private static void same(
      Clip clip, PublishedClip published, SettingValues settings, List<String> names, int batch) {
    PromptMethod method = MethodRegistry.parsePrompt(settings);
    try (Scope scope = Scope.open("test");
        TrainableModel model = method.model(clip, names, 3);
        PublishedMethod plain =
            new PublishedMethod(clip, published, method, names, Integer.MAX_VALUE)) {
      Batch seen =
          new Batch(
              BenchModel.features(batch, clip.config().embedDim()),
              BenchModel.labels(batch, names.size()));
      Step ours = model.step(seen);
      PublishedMethod.Result expected = plain.step(model.parameters(), seen);
      double loss = ours.losses().values().iterator().next();
      assertThat(Math.abs(loss - expected.loss()))
          .as("loss %s", settings)
          .isLessThanOrEqualTo(TOLERANCE * Math.max(1, Math.abs(expected.loss())));
      assertThat(ours.gradients()).hasSameSizeAs(expected.gradients());
      for (int i = 0; i < ours.gradients().size(); i++) {
        close(i + " " + settings, ours.gradients().get(i), expected.gradients().get(i));
      }
    }
  }

  private static void close(String what, Tensor actual, Tensor expected) {
    float[] a = actual.toFloats();
    float[] b = expected.toFloats();
    assertThat(a).as(what).hasSameSizeAs(b);
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < a.length; i++) {
      largest = Math.max(largest, Math.abs(b[i]));
      difference = Math.max(difference, Math.abs((double) a[i] - b[i]));
    }
    assertThat(largest).as("gradient %s", what).isPositive();
    assertThat(difference).as("gradient %s", what).isLessThanOrEqualTo(TOLERANCE * largest);
  }

  @ParameterizedTest
  @ValueSource(strings = {"coop", "kgcoop", "prograd", "cocoop"})
  void everyMethodWithNamesOfAllLengths(String method) {
    for (int m : new int[] {1, 4, 16, 32}) {
      same(settings(method, m), names(1, 60, 2, 7, 33), 3);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"coop", "kgcoop", "prograd", "cocoop"})
  void everyMethodOnTextsThatAreSeenWhole(String method, @TempDir Path other) {
    ClipConfig config =
        new ClipConfig(
            64,
            16,
            3,
            SiglipFamily.TEXT.sized(24, 100, 64, 2, 3),
            SiglipFamily.VISION.sized(64, 1, 8, 2));
    RandomClip.write(other, config, 11);
    try (Clip siglip = Clip.load(other);
        PublishedClip plain = new PublishedClip(siglip, DType.FLOAT32)) {
      same(siglip, plain, settings(method, 4), names(1, 30, 2, 7), 3);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"coop", "kgcoop", "prograd", "cocoop"})
  void everyMethodOnBertWhoseTextsAreCut(String method, @TempDir Path other) {
    ClipConfig config =
        new ClipConfig(
            40,
            16,
            3,
            BiomedFamily.TEXT.sized(48, 400, 64, 2, 3),
            BiomedFamily.VISION.sized(24, 1, 8, 2));
    RandomBiomedClip.write(other, config, 11);
    try (Clip bert = Clip.load(other);
        PublishedClip plain = new PublishedClip(bert, DType.FLOAT32)) {
      same(bert, plain, settings(method, 4), names(1, 30, 2, 7), 3);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"coop", "kgcoop", "prograd", "cocoop"})
  void everyMethodOnTextsOfPeCore(String method, @TempDir Path other) {
    ClipConfig config =
        new ClipConfig(
            64, 16, 3, PeFamily.TEXT.sized(32, 600, 64, 1, 3), PeFamily.VISION.sized(64, 1, 8, 1));
    RandomClip.write(other, config, 11);
    try (Clip pe = Clip.load(other);
        PublishedClip plain = new PublishedClip(pe, DType.FLOAT32)) {
      same(pe, plain, settings(method, 4), names(1, 20, 2, 7), 3);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"end", "middle", "front"})
  void everyPosition(String position) {
    for (int m : new int[] {1, 2, 5, 16}) {
      same(settings("coop", m).with("class_position", position), names(1, 2, 9, 60), 4);
      same(settings("kgcoop", m).with("class_position", position), names(3, 3, 3), 4);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"end", "middle", "front"})
  void classSpecificContexts(String position) {
    for (int m : new int[] {1, 3, 16}) {
      same(
          settings("coop", m).with("class_position", position).with("class_specific", true),
          names(1, 2, 9, 60),
          4);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"maple", "ivlp", "vpt", "promptsrc", "mmrl"})
  void everyMethodThatLearnsInsideOfTheImageEncoder(String id) {
    SettingValues settings = SettingValues.of("method", id);
    for (String key : List.of("depth", "text_depth", "image_depth")) {
      if (MethodRegistry.keys(id).contains(key)) {
        settings = settings.with(key, 2);
      }
    }
    if (id.equals("mmrl")) {
      settings = settings.with("dimension", 24).with("representation_layers", List.of(2, 3));
    }
    EncoderMethod method = (EncoderMethod) MethodRegistry.parse(settings);
    List<String> names = names(1, 20, 2, 7);
    try (Scope scope = Scope.open("test");
        TrainableModel model = method.model(clip, names, 3);
        PublishedEncoders plain =
            new PublishedEncoders(clip, published, method.settingValues().toJson(), names)) {
      Tensor images = BenchModel.random(3 * 3 * 32 * 32, 7, 3, 3, 32, 32);
      Tensor labels = BenchModel.labels(3, names.size());
      Batch seen =
          EncodersBench.seen(clip, clip.promptedVision(id), model.inputs(), images, labels);
      Step ours = model.step(seen);
      PublishedMethod.Result expected = plain.step(model.parameters(), images, labels);
      double loss = ours.losses().values().iterator().next();
      assertThat(loss).isCloseTo(expected.loss(), within(TOLERANCE * expected.loss()));
      for (int i = 0; i < ours.gradients().size(); i++) {
        close(i + " " + settings, ours.gradients().get(i), expected.gradients().get(i));
      }
    }
  }

  @Test
  void aSingleClass() {
    // With one class, the loss of any context is 0. Only the knowledge term has a gradient.
    same(settings("kgcoop", 4), names(3), 2);
  }

  @Test
  void surplusWordsBetweenContextAndName() {
    same(settings("prograd", 12).with("words", "a type of pet, a photo of a"), names(1, 4, 2), 3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"coop", "kgcoop", "prograd"})
  void moreClassesThanAreComputedAtATime(String method) {
    // Each text has 52 to 63 tokens after the common prefix. In total these are more than the 2560
    // tokens that are kept for the backward pass.
    int[] lengths = new int[48];
    for (int i = 0; i < lengths.length; i++) {
      lengths[i] = 50 + i % 12;
    }
    same(settings(method, 4), names(lengths), 32);
  }
}
