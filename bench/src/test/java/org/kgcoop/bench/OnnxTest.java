package org.kgcoop.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kgcoop.api.Classification;
import org.kgcoop.api.Classifier;
import org.kgcoop.clip.Activation;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.clip.EmbeddedClip;
import org.kgcoop.clip.RandomClip;
import org.kgcoop.clip.biomed.BiomedFamily;
import org.kgcoop.clip.pe.PeFamily;
import org.kgcoop.clip.siglip.SiglipFamily;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.Item;
import org.kgcoop.data.open.EmbeddedDataSets;
import org.kgcoop.example.OnnxPets;
import org.kgcoop.export.ExportedClassifier;
import org.kgcoop.export.OnnxClassifier;
import org.kgcoop.image.Images;
import org.kgcoop.image.RgbImage;
import org.kgcoop.image.view.Transform;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.io.WeightFile;
import org.kgcoop.method.ZeroShot;
import org.kgcoop.model.FixedHead;
import org.kgcoop.model.Head;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/** Tests that an exported classifier gives the same results in ONNX Runtime and in Java. */
@Tag("system")
class OnnxTest {
  private static final int CLASSES = 5;

  @TempDir Path folder;

  private static ClipConfig config(
      int size, int channels, Activation activation, ClipConfig.Vision vision) {
    return new ClipConfig(24, size, channels, 77, 600, 64, 1, 1, activation, vision);
  }

  /**
   * Returns models with several heads, blocks and positions. They include ResNet stages with one
   * block and with two.
   */
  static List<ClipConfig> configs() {
    ClipConfig.Vit vit = new ClipConfig.Vit(128, 3, 8, 2);
    return List.of(
        config(24, 3, Activation.QUICK_GELU, vit),
        config(24, 3, Activation.GELU, vit),
        config(16, 1, Activation.QUICK_GELU, new ClipConfig.Vit(64, 1, 4, 1)),
        new ClipConfig(
            24,
            16,
            3,
            ClipConfig.RELEASED.text().sized(77, 600, 64, 1, 1),
            new ClipConfig.Vit(64, 1, 4, 1).with(1, Activation.QUICK_GELU, 0.1)),
        config(64, 3, Activation.QUICK_GELU, new ClipConfig.ResNet(4, List.of(2, 1, 1, 2), 2)),
        config(32, 1, Activation.QUICK_GELU, new ClipConfig.ResNet(2, List.of(1, 1, 1, 1), 1)),
        new ClipConfig(
            48,
            24,
            3,
            SiglipFamily.TEXT.sized(16, 100, 32, 1, 1),
            SiglipFamily.VISION.sized(48, 2, 8, 3)),
        new ClipConfig(
            40,
            24,
            3,
            BiomedFamily.TEXT.sized(16, 100, 32, 1, 1),
            BiomedFamily.VISION.sized(48, 2, 8, 3)),
        pe(PeFamily.VISION),
        pe(PeFamily.WITHOUT_CLASS_TOKEN));
  }

  private static ClipConfig pe(ClipConfig.Vit vision) {
    return new ClipConfig(
        24, 24, 3, PeFamily.TEXT.sized(32, 600, 64, 1, 1), vision.sized(128, 2, 8, 2));
  }

  /** Returns a classifier whose class features have random directions and unit length. */
  private static ExportedClassifier classifier(Clip clip) {
    return classifier(
        new FixedHead.Linear(rows(CLASSES, clip.config().embedDim()), null, clip.logitScale()));
  }

  private static ExportedClassifier classifier(FixedHead head) {
    return new ExportedClassifier(
        List.of("a", "b", "c", "d", "e"), head, Optional.empty(), Map.of());
  }

  private static Tensor rows(int count, int width) {
    return BenchModel.features(count, width);
  }

  private OnnxModel export(Clip clip, ExportedClassifier classifier) throws OrtException {
    Path file = folder.resolve("classifier.onnx");
    OnnxClassifier.write(file, clip, classifier);
    int size = clip.config().imageResolution();
    return new OnnxModel(file, clip.config().channels(), size, size);
  }

  @ParameterizedTest
  @MethodSource("configs")
  void logitsAreOursForBatchesOfAnySize(ClipConfig config) throws OrtException {
    try (Clip clip = BenchModel.lively(config, 3);
        Scope scope = Scope.open("classifier")) {
      ExportedClassifier classifier = classifier(clip);
      try (OnnxModel exported = export(clip, classifier)) {
        for (int batch : new int[] {1, 7}) {
          float[] pixels = OnnxBench.images(config, 0, batch);
          Agreement agreement = new Agreement();
          agreement.add(
              OnnxBench.logits(clip, classifier, pixels), exported.run("logits", pixels), CLASSES);
          assertThat(agreement.images()).isEqualTo(batch);
          assertThat(agreement.largestError()).isLessThan(1e-5);
          assertThat(agreement.equal()).isEqualTo(agreement.compared());
        }
      }
    }
  }

  /** The cache has 7 images and values other than one. The adapter has 3 hidden units. */
  @Test
  void otherHeadsAreComputedAsTheyAreStated() throws OrtException {
    ClipConfig config = configs().get(0);
    int width = config.embedDim();
    try (Clip clip = BenchModel.lively(config, 3);
        Scope scope = Scope.open("heads")) {
      FixedHead.Linear text = new FixedHead.Linear(rows(CLASSES, width), null, 30);
      FixedHead.Linear probe = new FixedHead.Linear(text.weight(), rows(1, CLASSES).reshape(-1), 2);
      FixedHead.Cache cache =
          new FixedHead.Cache(rows(7, width), new FixedHead.DenseValues(rows(7, CLASSES)), 3, 5.5);
      FixedHead.Adapter adapter = new FixedHead.Adapter(rows(3, width), rows(width, 3), 0.2, text);
      List<FixedHead> all =
          List.of(
              probe,
              cache,
              new FixedHead.Sum(List.of(text, cache)),
              new FixedHead.Sum(List.of(text, cache, probe)),
              new FixedHead.Sum(List.of(probe)),
              adapter,
              new FixedHead.Adapter(
                  adapter.down(), adapter.up(), 0.7, new FixedHead.Sum(List.of(text, cache))));
      float[] pixels = OnnxBench.images(config, 0, 4);
      for (FixedHead head : all) {
        try (OnnxModel exported = export(clip, classifier(head))) {
          float[] features = exported.run("features", pixels);
          float[] logits = exported.run("logits", pixels);
          for (int image = 0; image < 4; image++) {
            float[] feature = Arrays.copyOfRange(features, image * width, (image + 1) * width);
            double[] expected = PlainHead.logits(head, feature);
            for (int c = 0; c < CLASSES; c++) {
              assertThat((double) logits[image * CLASSES + c])
                  .as("%s", head)
                  .isCloseTo(expected[c], within(1e-4));
            }
          }
          assertThat(logits)
              .containsExactly(
                  head.logits(Tensor.of(features, 4, width)).toFloats(), within(1e-4f));
        }
      }
    }
  }

  @Test
  void featuresAreUnitRowsAndProbabilitiesTheSoftmaxOfLogits() throws OrtException {
    ClipConfig config = configs().get(0);
    try (Clip clip = BenchModel.lively(config, 3);
        Scope scope = Scope.open("classifier");
        OnnxModel exported = export(clip, classifier(clip))) {
      float[] pixels = OnnxBench.images(config, 0, 1);
      double square = 0;
      for (float value : exported.run("features", pixels)) {
        square += value * value;
      }
      assertThat(square).isEqualTo(1, within(1e-6));

      float[] logits = exported.run("logits", pixels);
      float[] probabilities = exported.run("probabilities", pixels);
      double sum = 0;
      for (float logit : logits) {
        sum += Math.exp(logit);
      }
      for (int c = 0; c < CLASSES; c++) {
        assertThat(probabilities[c]).isEqualTo((float) (Math.exp(logits[c]) / sum), within(1e-6f));
      }
    }
  }

  /** Released weights are float16. Java converts them to float32, and so does the export. */
  @Test
  void halfPrecisionWeightsAreWidened() throws OrtException {
    ClipConfig config = configs().get(4);
    Map<String, StoredTensor> halves = new LinkedHashMap<>();
    try (Clip clip = BenchModel.lively(config, 3);
        Scope scope = Scope.open("halves")) {
      clip.stored()
          .forEach(
              (name, tensor) ->
                  halves.put(name, StoredTensor.of(name, tensor.tensor().to(DType.FLOAT16))));
    }
    WeightFile file =
        new WeightFile(
            Path.of("halves"),
            WeightFile.Format.SAFETENSORS,
            halves,
            Map.of(),
            List.of(),
            Map.of());
    try (Clip clip = Clip.of(file, Clip.Options.DEFAULT);
        Scope scope = Scope.open("classifier")) {
      ExportedClassifier classifier = classifier(clip);
      try (OnnxModel exported = export(clip, classifier)) {
        float[] pixels = OnnxBench.images(config, 0, 4);
        Agreement agreement = new Agreement();
        agreement.add(
            OnnxBench.logits(clip, classifier, pixels), exported.run("logits", pixels), CLASSES);
        assertThat(agreement.largestError()).isLessThan(1e-5);
      }
    }
  }

  @Test
  void theEmbeddedClipSaysTheSameOfDrawings() throws OrtException {
    DataSet objects = EmbeddedDataSets.open("objects", DataSetOptions.defaults(warning -> {}));
    List<String> names = objects.classNames();
    List<Item> test = objects.test();
    List<Item> items = // from all classes
        IntStream.range(0, 16).mapToObj(i -> test.get(i * test.size() / 16)).toList();
    Images images = new Images(warning -> {});
    List<RgbImage> drawings = items.stream().map(item -> images.read(item.file())).toList();
    try (Clip clip = Clip.load(EmbeddedClip.folder());
        Head zeroShot = new ZeroShot(List.of(EmbeddedClip.TEMPLATE)).classifier(clip, names);
        Classifier library = Classifier.zeroShot(clip, names, EmbeddedClip.TEMPLATE)) {
      ExportedClassifier classifier = ExportedClassifier.of(zeroShot, names, clip, Map.of());
      Transform transform = new Transform(clip.preprocessing());
      int size = clip.preprocessing().size();
      float[] pixels = new float[drawings.size() * 3 * size * size];
      for (int i = 0; i < drawings.size(); i++) {
        transform.normalize(transform.test(drawings.get(i)), pixels, i * 3 * size * size);
      }
      try (OnnxModel exported = export(clip, classifier)) {
        Agreement agreement = new Agreement();
        agreement.add(
            OnnxBench.logits(clip, classifier, pixels),
            exported.run("logits", pixels),
            names.size());
        assertThat(agreement.holds()).as("error %s", agreement.largestError()).isTrue();
        assertThat(agreement.classesFound()).isGreaterThan(10);

        float[] probabilities = exported.run("probabilities", pixels);
        List<Classification> ours = library.classifyAll(drawings);
        for (int i = 0; i < ours.size(); i++) {
          float[] expected = ours.get(i).probabilities();
          for (int c = 0; c < expected.length; c++) {
            assertThat(probabilities[i * names.size() + c]).isEqualTo(expected[c], within(1e-4f));
          }
        }
      }
    }
  }

  private static BufferedImage noise(int width, int height) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Random random = new Random(1);
    for (int i = 0; i < width * height; i++) {
      image.setRGB(i % width, i / width, random.nextInt(1 << 24));
    }
    return image;
  }

  @Test
  void theExampleRunsAndTheReadmeShowsIt() throws OrtException, IOException {
    ClipConfig config = configs().get(0);
    try (Clip clip = BenchModel.lively(config, 3);
        Scope scope = Scope.open("classifier");
        OnnxModel exported = export(clip, classifier(clip))) {
      BufferedImage image = noise(61, 37);
      Map<String, String> about = exported.metadata();
      float[] pixels =
          OnnxPets.pixels(image, 24, about.getOrDefault("mean", ""), about.getOrDefault("std", ""));
      Transform transform = new Transform(clip.preprocessing());
      float[] ours = transform.normalize(transform.test(RgbImage.of(image)));
      assertThat(pixels).hasSameSizeAs(ours);
      for (int i = 0; i < ours.length; i++) {
        // If a value is between two of the 256 levels, arithmetic with 22 bits may round it
        // differently.
        assertThat(pixels[i]).isEqualTo(ours[i], within(1.01f / 255 / 0.26f));
      }
      String file = folder.resolve("classifier.onnx").toString();
      try (OrtSession session = OrtEnvironment.getEnvironment().createSession(file)) {
        assertThat(OnnxPets.probabilities(session, image))
            .isEqualTo(exported.run("probabilities", pixels));
      }
    }
  }

  @Test
  void aSquashedImageIsDescribedAsOne() throws OrtException, IOException {
    RandomClip.write(folder, configs().get(0), 1);
    Files.writeString(
        folder.resolve("preprocessor_config.json"),
        "{\"size\": {\"height\": 24, \"width\": 24}, \"image_mean\": [0.5, 0.5, 0.5],"
            + " \"image_std\": [0.5, 0.5, 0.5]}");
    try (Clip clip = Clip.load(folder);
        Scope scope = Scope.open("classifier");
        OnnxModel exported = export(clip, classifier(clip))) {
      assertThat(exported.metadata())
          .containsEntry("crop", "none")
          .containsEntry("size", "24")
          .doesNotContainKey("shorter_side")
          .extractingByKey("resize")
          .asString()
          .startsWith("the image to size x size");
    }
  }

  @Test
  void theFileSaysItsClassesAndWhatImagesMustGoThrough() throws OrtException {
    try (Clip clip = BenchModel.lively(configs().get(0), 3);
        Scope scope = Scope.open("classifier");
        OnnxModel exported = export(clip, classifier(clip))) {
      assertThat(exported.metadata())
          .containsEntry("class_names", "[\"a\",\"b\",\"c\",\"d\",\"e\"]")
          .containsEntry("size", "24")
          .containsEntry("shorter_side", "24")
          .containsEntry("interpolation", "bicubic")
          .containsEntry("channels", "RGB")
          .containsEntry("mean", "[0.48145466, 0.4578275, 0.40821073]")
          .containsEntry("std", "[0.26862954, 0.26130258, 0.27577711]");
    }
  }
}
