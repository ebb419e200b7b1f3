package org.kgcoop.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.classifier.ClassifierFile;
import org.kgcoop.classifier.TrainingDataRecord;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.Item;
import org.kgcoop.example.PetImages;
import org.kgcoop.features.ViewEncoder;
import org.kgcoop.fixtures.TestImages;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.image.Images;
import org.kgcoop.image.RgbImage;
import org.kgcoop.image.view.Transform;
import org.kgcoop.image.view.TransformedImage;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.method.CoCoOp;
import org.kgcoop.method.KgCoOp;
import org.kgcoop.method.Method;
import org.kgcoop.method.PromptMethod;
import org.kgcoop.method.encoder.Ivlp;
import org.kgcoop.method.encoder.VisionLanguagePrompts;
import org.kgcoop.model.Head;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.prompt.ContextSettings;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

@Tag("equality")
class ClassifierTest {
  private static final List<String> NAMES = List.of("cat", "dog", "red_fox");
  private static final float ROUNDING = 1e-5f;

  @TempDir static Path folder;
  private static Clip clip;
  private static List<Path> files;
  private static Path prompt;
  private static Classifier classifier;

  @BeforeAll
  static void open() {
    clip = TinyClip.load();
    files =
        TestImages.dataSet(folder.resolve("data"), NAMES, 0, 0, 3).test().stream()
            .map(Item::file)
            .toList();
    prompt = write(new KgCoOp(ContextSettings.shared(2, ""), "a photo of a {}.", 8, 0), "prompt");
    classifier = Classifier.load(prompt, clip);
  }

  @AfterAll
  static void close() {
    classifier.close();
    clip.close();
  }

  /** Creates a prompt without training. */
  private static Path write(PromptMethod method, String name) {
    return write(method, method.model(clip, NAMES, 5), name);
  }

  /** Writes the initial state of a trainable model, and closes the model. */
  private static Path write(Method method, TrainableModel begun, String name) {
    try (TrainableModel model = begun) {
      Map<String, StoredTensor> tensors = new LinkedHashMap<>();
      model
          .parameters()
          .forEach(
              (key, value) ->
                  tensors.put(key, StoredTensor.ofFloats(key, value.shape(), value.toFloats())));
      Path path = folder.resolve(name + ".safetensors");
      new ClassifierFile(
              method,
              NAMES,
              "a photo of a {}.",
              clip.fingerprint(),
              TrainingDataRecord.UNKNOWN,
              "1",
              tensors)
          .write(path);
      return path;
    }
  }

  private static void assertSame(Classification found, Classification expected) {
    assertThat(found.probabilities()).containsExactly(expected.probabilities(), within(ROUNDING));
  }

  @Test
  void probabilitiesAreTheSoftmaxOfTheModelsLogits() {
    ViewEncoder encoder = new ViewEncoder(clip, new Images(warning -> {}));
    try (Scope scope = Scope.open("test");
        Head model = ClassifierFile.read(prompt).classifier(clip, NAMES)) {
      Tensor features = encoder.test(List.of(new Item("", files.get(0), 0, "")));
      float[] logits = model.logits(features).toFloats();
      double sum = 0;
      for (float logit : logits) {
        sum += Math.exp(logit - logits[0]);
      }
      float[] probabilities = classifier.classify(files.get(0)).probabilities();
      for (int c = 0; c < logits.length; c++) {
        assertThat((double) probabilities[c])
            .isCloseTo(Math.exp(logits[c] - logits[0]) / sum, within(1e-5));
      }
    }
  }

  @Test
  void oneThatHasLearnedInsideOfTheImageEncoderEncodesByThatEncoder() {
    Ivlp method = new Ivlp(new VisionLanguagePrompts(2, "", 1, 2, 1));
    Path file = write(method, method.model(clip, NAMES, 5), "tower");
    ViewEncoder frozen = new ViewEncoder(clip, new Images(warning -> {}));
    RgbImage image = new Images(warning -> {}).read(files.get(0));
    RgbImage view = new Transform(clip.preprocessing()).test(image);
    try (Scope scope = Scope.open("test");
        Classifier own = Classifier.load(file, clip)) {
      float[][] features = own.features(List.of(image));
      assertThat(own.hasOwnEncoder()).isTrue();
      assertThat(own.ofFeatures(features)).containsExactly(own.classify(files.get(0)));
      assertThat(own.classifyAll(List.of(files.get(1), files.get(0))).get(1))
          .isEqualTo(own.classify(files.get(0)));
      assertThat(own.features(List.of(new TransformedImage(view)))).isDeepEqualTo(features);
      float[][] frozenFeatures = frozen.ofViews(List.of(frozen.testView(image))).toRows();
      assertThat(features[0]).isNotEqualTo(frozenFeatures[0]);

      assertThat(classifier.hasOwnEncoder()).isFalse();
      assertThat(classifier.features(List.of(files.get(0)))).isDeepEqualTo(frozenFeatures);
      assertThat(classifier.features(List.of())).isEmpty();
      assertThatThrownBy(() -> classifier.ofFeatures(new float[][] {features[0], {1}}))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("rows of " + features[0].length + " values, got one of 1");
      own.close();
      assertThatThrownBy(() -> own.features(List.of(image)))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void aPathItsBytesAStreamAndADecodedImageGiveTheSame() throws IOException {
    Path file = files.get(4);
    Classification expected = classifier.classify(file);
    byte[] bytes = Files.readAllBytes(file);
    BufferedImage image = ImageIO.read(file.toFile());
    RgbImage decoded = new Images(warning -> {}).read(file);
    assertThat(classifier.classify(bytes)).isEqualTo(expected);
    assertThat(classifier.classify(new ByteArrayInputStream(bytes))).isEqualTo(expected);
    assertThat(classifier.classify(image)).isEqualTo(expected);
    assertThat(classifier.classify(decoded)).isEqualTo(expected);
    for (Classification each :
        classifier.classifyAll(
            List.of(file, bytes, new ByteArrayInputStream(bytes), image, decoded))) {
      assertSame(each, expected);
    }
  }

  @Test
  void manyImagesAreAnsweredInTheirOrder() {
    List<Path> many = new ArrayList<>();
    for (int i = 0; i < 70; i++) { // two complete batches and a smaller one
      many.add(files.get(i % files.size()));
    }
    List<Classification> all = classifier.classifyAll(many);
    assertThat(all).hasSize(70);
    for (int i = 0; i < 70; i++) {
      assertSame(all.get(i), classifier.classify(many.get(i)));
    }
    assertThat(classifier.classifyAll(List.of())).isEmpty();
  }

  @Test
  void classesAreRankedAndEquallyProbableOnesKeepTheirOrder() {
    List<String> names = List.of("a", "b", "c", "d");
    Classification found = new Classification(names, new float[] {0.25f, 0.125f, 0.5f, 0.125f}, 0);
    assertThat(found.best()).isEqualTo(new Classification.Candidate(2, "c", 0.5f));
    assertThat(found.ranking())
        .extracting(Classification.Candidate::className)
        .containsExactly("c", "a", "b", "d");
    assertThat(found.top(2)).isEqualTo(found.ranking().subList(0, 2));
    assertThat(found.top(9)).hasSize(4);
    assertThat(found).hasToString("c 0.5000");
    assertThat(found.top(2)).hasToString("[c 0.5000, " + found.top(2).get(1) + "]");
    assertThatThrownBy(() -> found.top(0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void severalThreadsGetTheResultsOfOne() throws Exception {
    Path conditional = write(new CoCoOp(ContextSettings.shared(2, "")), "conditional");
    try (Classifier byImage = Classifier.load(conditional, clip);
        Classifier zeroShot = Classifier.zeroShot(clip, NAMES, "a {}.", "the {}.")) {
      List<Classifier> all = List.of(classifier, byImage, zeroShot);
      List<List<Classification>> expected = all.stream().map(c -> c.classifyAll(files)).toList();
      ExecutorService threads = Executors.newFixedThreadPool(6);
      try {
        List<Callable<Void>> calls = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
          int which = i % all.size();
          int image = i % files.size();
          calls.add(
              () -> {
                assertSame(
                    all.get(which).classify(files.get(image)), expected.get(which).get(image));
                return null;
              });
        }
        for (Future<Void> call : threads.invokeAll(calls)) {
          call.get();
        }
      } finally {
        threads.shutdownNow();
      }
    }
  }

  @Test
  void classFeaturesExistIfTheyAreTheSameForEveryImage() {
    Path conditional = write(new CoCoOp(ContextSettings.shared(2, "")), "by-image");
    try (Classifier byImage = Classifier.load(conditional, clip);
        Head model = ClassifierFile.read(prompt).classifier(clip, NAMES);
        Scope scope = Scope.open("test")) {
      Tensor images = TinyClip.features(2);
      Tensor classes = Tensor.ofRows(classifier.classFeatures().orElseThrow()); // (C, E)
      assertThat(images.matmul(classes.transpose(0, 1)).times(clip.logitScale()).toFloats())
          .containsExactly(model.logits(images).toFloats(), within(ROUNDING));
      assertThat(byImage.classFeatures()).isEmpty();
    }
  }

  @Test
  void aPromptTakesOtherClasses() {
    List<String> others = List.of("cow", "owl");
    try (Classifier other = Classifier.of(ClassifierFile.read(prompt), clip, others)) {
      assertThat(other.classNames()).isEqualTo(others);
      assertThat(other.classify(files.get(0)).probabilities()).hasSize(2);
    }
  }

  @Test
  void theIndexDistinguishesClassesOfOneName() {
    List<String> names = List.of("missile", "cat", "missile"); // ImageNet also has equal names
    try (Classifier equal = Classifier.of(ClassifierFile.read(prompt), clip, names);
        Classifier zeroShot = Classifier.zeroShot(clip, names, "a {}.")) {
      for (Classifier each : List.of(equal, zeroShot)) {
        Classification found = each.classify(files.get(0));
        assertThat(found.probabilities()).hasSize(3);
        // Equal texts are equally probable, in the order of their index.
        assertThat(found.probabilities()[2]).isCloseTo(found.probabilities()[0], within(ROUNDING));
        assertThat(found.ranking())
            .extracting(Classification.Candidate::index)
            .containsExactlyInAnyOrder(0, 1, 2);
        for (Classification.Candidate candidate : found.ranking()) {
          assertThat(candidate.className()).isEqualTo(names.get(candidate.index()));
          assertThat(candidate.probability()).isEqualTo(found.probabilities()[candidate.index()]);
        }
      }
    }
  }

  @Test
  void rejectsInvalidClassifiers() {
    assertThatThrownBy(() -> Classifier.zeroShot(clip, Arrays.asList("cat", null), "a {}."))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("classNames: the name at index 1 is null");
    assertThatThrownBy(() -> Classifier.zeroShot(clip, List.of(), "a {}."))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("at least one");
    assertThatThrownBy(() -> Classifier.zeroShot(clip, List.of("cat", " "), "a {}."))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("empty");
    assertThatThrownBy(() -> Classifier.zeroShot(clip, List.of("cat", "\udc00"), "a {}."))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("class name '?': contains \\udc00");
    assertThatThrownBy(() -> Classifier.zeroShot(clip, NAMES, "a {}\ud800."))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("template 'a {}?.': contains \\ud800");
    assertThatThrownBy(() -> Classifier.zeroShot(clip, NAMES, "a photo"))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("{}");
    try (Clip other = TinyClip.other()) {
      assertThatThrownBy(() -> Classifier.load(prompt, other))
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining("another CLIP");
    }
  }

  @Test
  void rejectsOtherFiles() {
    assertThatThrownBy(() -> classifier.classify("text".getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("image: this is a text file");
    assertThatThrownBy(() -> classifier.classifyAll(List.of("photo.jpg")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("java.lang.String");
  }

  @Test
  void aClosedClassifierReportsThatItIsClosed() {
    Classifier closed = Classifier.load(prompt, clip);
    closed.close();
    closed.close();
    assertThatThrownBy(() -> closed.classify(files.get(0)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void theExampleRuns() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream before = System.out;
    Path photos = folder.resolve("data/test/cat");
    Files.writeString(photos.resolve(".DS_Store"), "of a Mac");
    try (PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
      System.setOut(out);
      PetImages.main(
          new String[] {TinyClip.folder().toString(), prompt.toString(), photos.toString()});
    } finally {
      System.setOut(before);
    }
    // Three images, three classes each.
    assertThat(bytes.toString(StandardCharsets.UTF_8).lines())
        .hasSize(9)
        .allMatch(line -> line.matches(".*p[0-2]\\.png (cat|dog|red_fox) [01]\\.\\d{3}"));
  }

  @Test
  void theGuideShowsTheExample() throws IOException {
    String source = Files.readString(Path.of("src/test/java/org/kgcoop/example/PetImages.java"));
    String shown = source.substring(source.indexOf("import "));
    assertThat(Files.readString(Path.of("../docs/how-to/use-from-java.md")))
        .contains("```java\n" + shown + "```\n");
  }

  /** Compiles the example as in a separate project, without classes of the tests. */
  @Test
  void theExampleOfTheGuideCompilesWithOnlyTheLibrary() throws IOException {
    String readme = Files.readString(Path.of("../docs/how-to/use-from-java.md"));
    String shown = readme.substring(readme.indexOf("import ", readme.indexOf("## Classify")));
    Path source = Files.createDirectory(folder.resolve("example")).resolve("PetImages.java");
    Files.writeString(source, shown.substring(0, shown.indexOf("```")));
    String library =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .filter(path -> !path.contains("test-classes"))
            .collect(Collectors.joining(File.pathSeparator));
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    int exitCode =
        ToolProvider.getSystemJavaCompiler()
            .run(null, said, said, "-proc:none", "-cp", library, source.toString());
    assertThat(said.toString(StandardCharsets.UTF_8)).isEmpty();
    assertThat(exitCode).isZero();
  }

  @Test
  void theGuidesNameTheVersionOfTheBuild() throws IOException {
    String pom = Files.readString(Path.of("../pom.xml"));
    String version = pom.replaceFirst("(?s).*<revision>(.*)</revision>.*", "$1");
    assertThat(
            Files.readString(Path.of("../docs/how-to/use-from-java.md"))
                + Files.readString(Path.of("../README.md")))
        .contains(
            """
                <artifactId>kgcoop-natives-linux-x86_64</artifactId>
                <version>%s</version>
                <type>pom</type>
            """
                .formatted(version),
            "(\"org.kgcoop:kgcoop-natives-linux-x86_64:%s\")".formatted(version),
            "kgcoop-%s-linux-x86_64.tar.gz".formatted(version));
  }

  @Test
  void aClipThatIsClosedTooEarlyIsReported() {
    Clip own = TinyClip.load();
    own.close();
    assertThatThrownBy(() -> Classifier.zeroShot(own, List.of("cat", "dog"), "a {}"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("such as a Clip or a Classifier, is closed");
  }
}
