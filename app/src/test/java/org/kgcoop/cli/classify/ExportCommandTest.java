package org.kgcoop.cli.classify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.api.Classifier;
import org.kgcoop.classifier.ClassifierFile;
import org.kgcoop.classifier.MethodRegistry;
import org.kgcoop.classifier.TrainingDataRecord;
import org.kgcoop.cli.Cli;
import org.kgcoop.cli.SampleDrawings;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.untrained.RandomClip;
import org.kgcoop.image.Images;
import org.kgcoop.image.RgbImage;
import org.kgcoop.image.view.Interpolation;
import org.kgcoop.image.view.Preprocessing;
import org.kgcoop.image.view.Transform;
import org.kgcoop.io.StateDicts;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.io.WeightFile;
import org.kgcoop.io.WeightFiles;
import org.kgcoop.method.CoOp;
import org.kgcoop.method.PromptMethod;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.prompt.ClassTokenPosition;
import org.kgcoop.prompt.ContextSettings;
import org.kgcoop.settings.SettingValues;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

class ExportCommandTest {
  private static final int CONFIGURATION = 2;
  private static final int WEIGHTS = 4;
  private static final int IO = 5;
  private static final List<String> NAMES = List.of("cat", "dog, the \"big\" one", "red_fox");

  @TempDir static Path shared;
  private static Path weights;
  private static Path prompt;

  @TempDir Path folder;

  @BeforeAll
  static void write() {
    weights = shared.resolve("clip");
    RandomClip.write(weights, RandomClip.TINY, 1);
    prompt = write("kgcoop");
  }

  /** Writes a prompt before any training. */
  private static Path write(String id) {
    return write(MethodRegistry.parsePrompt(SettingValues.of("method", id)));
  }

  private static Path write(PromptMethod method) {
    Path path = shared.resolve(method.id() + ".safetensors");
    try (Clip clip = Clip.load(weights);
        TrainableModel model = method.model(clip, NAMES, 5)) {
      Map<String, StoredTensor> tensors = new LinkedHashMap<>();
      model.parameters().forEach((k, v) -> tensors.put(k, StoredTensor.of(k, v)));
      new ClassifierFile(
              method,
              NAMES,
              "a photo of a {}.",
              clip.fingerprint(),
              TrainingDataRecord.UNKNOWN,
              "1",
              tensors)
          .write(path);
    }
    return path;
  }

  /** Returns the expected class features of the prompt, (C, E). */
  private static float[] expected(List<String> names) {
    try (Clip clip = Clip.load(weights);
        Classifier classifier = Classifier.of(ClassifierFile.read(prompt), clip, names)) {
      return flat(classifier);
    }
  }

  private static float[] flat(Classifier classifier) {
    try (Scope scope = Scope.open("expected")) {
      return Tensor.ofRows(classifier.classFeatures().orElseThrow()).toFloats();
    }
  }

  private static Cli.Result export(Object... more) {
    Object[] all = new Object[more.length + 3];
    all[0] = "export";
    System.arraycopy(more, 0, all, 1, more.length);
    all[more.length + 1] = "--clip";
    all[more.length + 2] = weights;
    return Cli.run(all);
  }

  private static void done(Cli.Result result) {
    assertThat(result.exitCode()).as(result.err()).isZero();
  }

  private static void refused(Cli.Result result, int exitCode, String... parts) {
    assertThat(result.errorLine()).contains(parts).doesNotContain("a bug");
    assertThat(result.err().lines().filter(l -> l.startsWith("kgcoop:"))).hasSize(1);
    assertThat(result.exitCode()).as(result.err()).isEqualTo(exitCode);
  }

  @Test
  void aCsvHasForEachClassItsNameItsFeatureAndTheScale() throws IOException {
    Path file = folder.resolve("features.csv");
    done(export(prompt, "--to", "csv", "--out", file));
    List<CsvRecord> lines;
    try (CsvReader<CsvRecord> reader = CsvReader.builder().ofCsvRecord(file)) {
      lines = reader.stream().toList();
    }
    float[] features = expected(NAMES);
    int width = RandomClip.TINY.embedDim();
    assertThat(lines).hasSize(1 + NAMES.size());
    assertThat(lines.get(0).getFields()).hasSize(width + 2).startsWith("class").endsWith("scale");
    for (int c = 0; c < NAMES.size(); c++) {
      List<String> fields = lines.get(1 + c).getFields();
      assertThat(fields.get(0)).isEqualTo(NAMES.get(c));
      for (int i = 0; i < width; i++) {
        assertThat(Float.parseFloat(fields.get(1 + i))).isEqualTo(features[c * width + i]);
      }
      // An untrained CLIP has a temperature of 0.07.
      assertThat(Double.parseDouble(fields.get(1 + width))).isEqualTo(1 / 0.07, within(1e-4));
    }
  }

  @Test
  void safetensorsGiveTheProbabilitiesOfTheClassifier() {
    Path file = folder.resolve("features.safetensors");
    done(export(prompt, "--to", "safetensors", "--out", file));
    WeightFile written = WeightFiles.open(file);
    assertThat(written.metadata())
        .containsEntry("class_names", "[\"cat\",\"dog, the \\\"big\\\" one\",\"red_fox\"]")
        .containsEntry("templates", "[\"a photo of a {}.\"]")
        .containsEntry("method", "kgcoop")
        .containsKeys("formula", "clip_fingerprint");
    try (Clip clip = Clip.load(weights);
        Classifier classifier = Classifier.load(prompt, clip);
        Scope scope = Scope.open("probabilities")) {
      float[] ones = new float[RandomClip.TINY.embedDim()];
      Arrays.fill(ones, 1);
      Tensor image = Tensor.of(ones, 1, ones.length).unitRows();
      Tensor classes = written.tensor("class_features").tensor(); // (C, E)
      double scale = written.tensor("scale").tensor().item();
      Tensor logits = image.matmul(classes.transpose(0, 1)).times(scale);
      assertThat(Functions.softmax(logits, 1).toFloats())
          .containsExactly(
              classifier.ofFeatures(image.toRows()).get(0).probabilities(), within(1e-6f));
    }
  }

  @Test
  void aPromptIsExportedForOtherClasses() {
    Path file = folder.resolve("others.safetensors");
    done(export(prompt, "--to", "safetensors", "--classes", "cow,owl", "--out", file));
    assertThat(WeightFiles.open(file).tensor("class_features").toFloats())
        .isEqualTo(expected(List.of("cow", "owl")));
  }

  @Test
  void classNamesAloneAreExportedWithTheirTemplates() {
    Path file = folder.resolve("names.safetensors");
    done(
        export(
            "--to",
            "safetensors",
            "--classes",
            "cow,owl",
            "--template",
            "a {}.",
            "--template",
            "the {}.",
            "--out",
            file));
    WeightFile written = WeightFiles.open(file);
    assertThat(written.metadata())
        .containsEntry("method", "clip")
        .containsEntry("templates", "[\"a {}.\",\"the {}.\"]");
    try (Clip clip = Clip.load(weights);
        Classifier classifier =
            Classifier.zeroShot(clip, List.of("cow", "owl"), "a {}.", "the {}.")) {
      assertThat(written.tensor("class_features").toFloats()).isEqualTo(flat(classifier));
    }
  }

  @Test
  void withoutAPlaceTheFileStandsBesideThePrompt() throws IOException {
    Path copy = Files.copy(prompt, folder.resolve("classifier.safetensors"));
    Cli.Result result = export(copy, "--to", "onnx");
    done(result);
    assertThat(result.out()).contains("classifier.onnx (3 classes");
    assertThat(result.err()).contains("pixels (batch, 3, 32, 32)");
    assertThat(folder.resolve("classifier.onnx")).isNotEmptyFile();
    done(export(folder, "--to", "safetensors"));
    assertThat(folder.resolve("weights.safetensors")).isNotEmptyFile();
    assertThat(copy).hasSameBinaryContentAs(prompt);
  }

  /** A program that knows only this file gets the pixels that the model gets. */
  @Test
  void theDescriptionOfAnOnnxFileIsEnoughToPreprocessAnImage() throws IOException {
    for (String mode : List.of("shortest", "squash")) {
      Path model = folder.resolve(mode);
      RandomClip.write(model, RandomClip.TINY, 1);
      Files.writeString(
          model.resolve("open_clip_config.json"),
          """
          {"preprocess_cfg": {"mean": [0.5, 0.4, 0.3], "std": [0.2, 0.25, 0.3],
           "interpolation": "bilinear", "resize_mode": "%s"}}
          """
              .formatted(mode));
      Path file = folder.resolve(mode + ".onnx");
      Cli.Result result =
          Cli.run("export", "--classes", "a,b", "--to", "onnx", "--out", file, "--clip", model);
      done(result);
      assertThat(result.err()).contains("[0.5,0.4,0.3]", "bilinear", "(value / 255 - mean) / std");

      JsonNode json = new ObjectMapper().readTree(folder.resolve(mode + ".onnx.json").toFile());
      assertThat(json.path("class_names")).extracting(JsonNode::asText).containsExactly("a", "b");
      Transform described =
          new Transform(
              new Preprocessing(
                  json.path("size").asInt(),
                  json.path("channels").asText().equals("RGB") ? 3 : 1,
                  List.of(new ObjectMapper().convertValue(json.path("mean"), Double[].class)),
                  List.of(new ObjectMapper().convertValue(json.path("std"), Double[].class)),
                  Interpolation.valueOf(
                      json.path("interpolation").asText().toUpperCase(Locale.ROOT)),
                  json.path("shorter_side").asInt(0)));
      SampleDrawings.copyTo(folder.resolve("drawings"), 1);
      RgbImage image = new Images(line -> {}).read(folder.resolve("drawings/bell/0.png"));
      try (Clip clip = Clip.load(model)) {
        Transform expected = new Transform(clip.preprocessing());
        assertThat(described.normalize(described.test(image)))
            .isEqualTo(expected.normalize(expected.test(image)));
      }
    }
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void theClassifierItselfIsNotReplacedThroughALink() throws IOException {
    Path copy = Files.copy(prompt, folder.resolve("classifier.safetensors"));
    Path link = Files.createSymbolicLink(folder.resolve("link.safetensors"), copy);
    refused(
        export(folder, "--to", "safetensors", "--out", link, "--overwrite"),
        CONFIGURATION,
        "this is the classifier itself");
    assertThat(copy).hasSameBinaryContentAs(prompt);
  }

  @Test
  void theClassifierItselfIsNeverReplaced() throws IOException {
    Path copy = Files.copy(prompt, folder.resolve("classifier.safetensors"));
    refused(
        export(folder, "--to", "safetensors", "--out", copy, "--overwrite"),
        CONFIGURATION,
        "this is the classifier itself");
    assertThat(copy).hasSameBinaryContentAs(prompt);
  }

  @Test
  void thePublishedFormHasTheEpochsOfTheMethod() throws IOException {
    Path copy = Files.copy(prompt, folder.resolve("classifier.safetensors"));
    done(export(copy, "--to", "published"));
    Path published = folder.resolve("prompt_learner/model.pth.tar-100");
    assertThat(WeightFiles.open(published).tensor("ctx").toFloats())
        .isEqualTo(WeightFiles.open(prompt).tensor("ctx").toFloats());
  }

  @Test
  void aPublishedPromptWithTheNameInTheMiddleIsExportedAsItWasTrained() throws IOException {
    Path middle = write(new CoOp(new ContextSettings(4, "", ClassTokenPosition.MIDDLE, false)));
    Cli.Result published = export(middle, "--to", "published", "--out", folder);
    done(published);
    assertThat(published.err()).contains("TRAINER.COOP.CLASS_TOKEN_POSITION middle");
    Path kept = folder.resolve("prompt_learner/model.pth.tar-200");
    // The published code writes the prompt without the position of the class name.
    Path foreign = folder.resolve("model.pth.tar-1");
    StateDicts.writePrompt(foreign, WeightFiles.open(middle).tensors(), 1, Map.of());

    float[] expected = features(middle);
    assertThat(features(kept, "--classes-file", names())).isEqualTo(expected);
    assertThat(features(foreign, "--classes-file", names(), "--class-position", "middle"))
        .isEqualTo(expected);
    assertThat(features(foreign, "--classes-file", names())).isNotEqualTo(expected);
    refused(
        export(kept, "--to", "csv", "--classes", "a,b", "--class-position", "end", "--out", "x"),
        CONFIGURATION,
        "known to have middle");
    refused(
        export("--to", "csv", "--classes", "a,b", "--class-position", "end", "--out", "x"),
        CONFIGURATION,
        "--class-position goes with a published model.pth.tar-N");
  }

  private Path names() throws IOException {
    return Files.write(folder.resolve("names.txt"), NAMES);
  }

  private float[] features(Path file, Object... more) {
    Path out = folder.resolve("features.safetensors");
    List<Object> words = new ArrayList<>(List.of(file, "--to", "safetensors", "--out", out));
    words.add("--overwrite");
    words.addAll(List.of(more));
    Cli.Result result = export(words.toArray());
    done(result);
    boolean supposed = file.endsWith("model.pth.tar-1") && more.length == 2;
    assertThat(result.err().contains("supposed at the end")).isEqualTo(supposed);
    return WeightFiles.open(out).tensor("class_features").toFloats();
  }

  @Test
  void replacesAFileOnlyOnDemand() throws IOException {
    Path file = folder.resolve("mine.csv");
    Files.writeString(file, "mine");
    refused(export(prompt, "--to", "csv", "--out", file), CONFIGURATION, "mine.csv", "--overwrite");
    assertThat(file).hasContent("mine");
    done(export(prompt, "--to", "csv", "--out", file, "--overwrite"));
    assertThat(Files.readString(file)).startsWith("class,feature_1,");
  }

  @Test
  void rejectsClassifiersThatCannotBeExported() {
    Path file = folder.resolve("out.onnx");
    refused(
        export(prompt, "--to", "onxn", "--out", file),
        CONFIGURATION,
        "--to onxn (did you mean onnx?)",
        "safetensors");
    refused(export("--to", "onnx", "--out", file), CONFIGURATION, "--classes");
    refused(
        export("--to", "onnx", "--classes", ",", "--out", file), CONFIGURATION, "--classes ','");
    refused(
        export("--to", "onnx", "--classes", "a,b", "--template", "photo", "--out", file),
        CONFIGURATION,
        "{}");
    refused(
        export(prompt, "--to", "onnx", "--template", "a {}.", "--out", file),
        CONFIGURATION,
        "--template");
    refused(
        export(prompt, "--to", "published", "--classes", "a,b", "--out", folder),
        CONFIGURATION,
        "--to published");
    refused(export(prompt, "--to", "onnx", "--out", folder), CONFIGURATION, "a folder");
    refused(
        export(prompt, "--to", "onnx", "--out", folder.resolve("no").resolve("out.onnx")),
        IO,
        "out.onnx",
        "create its folder first");
    refused(
        export(folder.resolve("gone"), "--to", "onnx", "--out", file),
        WEIGHTS,
        "gone: no such file");
    refused(
        export(write("cocoop"), "--to", "onnx", "--out", file),
        CONFIGURATION,
        "cocoop",
        "--to published");
    Path other = folder.resolve("other");
    RandomClip.write(other, RandomClip.TINY, 2);
    refused(
        Cli.run("export", prompt, "--to", "onnx", "--out", file, "--clip", other),
        WEIGHTS,
        "another CLIP");
    assertThat(file).doesNotExist();
  }
}
