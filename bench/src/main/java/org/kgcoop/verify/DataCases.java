package org.kgcoop.verify;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.kgcoop.EnumIds;
import org.kgcoop.clip.Tokenizer;
import org.kgcoop.clip.Tokenizers;
import org.kgcoop.data.ClassSplit;
import org.kgcoop.data.FewShot;
import org.kgcoop.eval.Evaluation;
import org.kgcoop.eval.Metrics;
import org.kgcoop.image.Crop;
import org.kgcoop.image.Images;
import org.kgcoop.image.RgbImage;
import org.kgcoop.image.view.PatchGrid;
import org.kgcoop.image.view.Preprocessing;
import org.kgcoop.image.view.Transform;
import org.kgcoop.random.PythonRandom;
import org.kgcoop.settings.SettingValues;
import org.kgcoop.train.ModelSelection;
import org.kgcoop.train.Schedule;
import org.kgcoop.train.TrainingSettings;

/** The cases that need no model. */
final class DataCases {
  private static final String PER_STEP = "per-step"; // a variant of schedules
  private static final Images IMAGES = new Images(warning -> {});

  private DataCases() {}

  /** Compares the token ids of texts, padded to the context length. */
  static void tokenize(ReferenceCase c) {
    Tokenizer tokenizer =
        c.has("model")
            ? c.model().tokenizer()
            : c.has("merges") ? Tokenizers.read(c.file("merges")) : Tokenizers.released();
    int usual = c.has("model") ? c.model().config().contextLength() : 77;
    int length = c.path("context_length").asInt(usual);
    List<String> texts = c.texts("texts");
    double[] expected = c.stored("expect");
    c.comparison().equal("number of ids", texts.size() * length, expected.length);
    for (int t = 0; t < texts.size(); t++) {
      List<Integer> marked = tokenizer.encodeMarked(texts.get(t), length);
      for (int i = 0; i < length && t * length + i < expected.length; i++) {
        int id = i < marked.size() ? marked.get(i) : tokenizer.padding();
        c.comparison().equal("text " + t + ", id " + i, id, (int) expected[t * length + i]);
      }
    }
  }

  static void decode(ReferenceCase c) {
    compare(c, read(c));
  }

  static void preprocess(ReferenceCase c) {
    Transform transform = transform(c, c.whole("size"));
    RgbImage image = read(c);
    int[] crop = c.ints("crop");
    RgbImage result =
        switch (c.text("transform")) {
          case "test" -> transform.test(image);
          case "train" -> {
            RgbImage part = transform.train(image, new Crop(crop[0], crop[1], crop[2], crop[3]));
            yield c.path("flip").asBoolean() ? part.flipped() : part;
          }
          default -> throw new IllegalArgumentException("transform " + c.path("transform"));
        };
    compare(c, result);
  }

  private static void compare(ReferenceCase c, RgbImage image) {
    long[] shape = c.folder().tensor(c.text("expect")).shape();
    List<Long> size = List.of((long) image.height(), (long) image.width());
    c.comparison().equal("size", size, List.of(shape[0], shape[1]));
    c.comparison().pixels("image", image.rgb(), c.folder().floats(c.text("expect")));
  }

  /** Compares the sizes of images for a model that keeps their shape. */
  static void targetSize(ReferenceCase c) {
    for (int rule = 0; rule < c.path("rules").size(); rule++) {
      int[] numbers = ReferenceCase.ints(c.path("rules").path(rule)); // patch, maximum
      PatchGrid patches = new PatchGrid(numbers[0], numbers[1]);
      for (int i = 0; i < c.path("sizes").size(); i++) {
        int[] size = ReferenceCase.ints(c.path("sizes").path(i)); // height, width
        Crop target = patches.size(size[1], size[0]);
        int[] expected = ReferenceCase.ints(c.path("expect").path(rule).path(i));
        c.comparison()
            .equal(
                "%s x %s by %s, %s".formatted(size[0], size[1], numbers[0], numbers[1]),
                List.of(target.height(), target.width()),
                Arrays.stream(expected).boxed().toList());
      }
    }
  }

  static void normalize(ReferenceCase c) {
    int[] box = c.ints("crop"); // left, top, right, bottom
    RgbImage part = read(c).crop(new Crop(box[1], box[0], box[3] - box[1], box[2] - box[0]));
    Transform transform = transform(c, Math.max(1, part.width()));
    c.comparison().tensor("values", transform.normalize(part), c.folder().floats(c.text("expect")));
  }

  /** Returns the transform of a case's model, or CLIP's transform with this size. */
  private static Transform transform(ReferenceCase c, int size) {
    return new Transform(c.has("model") ? c.model().preprocessing() : Preprocessing.clip(size));
  }

  private static RgbImage read(ReferenceCase c) {
    return IMAGES.read(c.file("file"));
  }

  /**
   * Returns the settings of the schedule of a case of the kind {@code schedule} or {@code run}. The
   * variant {@code per-step} has steps instead of epochs.
   */
  static SettingValues schedule(ReferenceCase c) {
    boolean perStep = c.text("variant").equals(PER_STEP);
    return SettingValues.of("lr", c.number("lr"))
        .with("epochs", c.whole(perStep ? "steps" : "epochs"))
        .with("min_lr", c.number("minimum"))
        .with("warmup", c.path("warmup").asText("none"))
        .with("warmup_epochs", c.whole("warmup_epochs"))
        .with("warmup_lr", c.number("warmup_lr"))
        .with("warmup_recount", !c.text("variant").equals("paper-era"))
        .with("lr_unit", c.path("unit").asText(perStep ? "step" : "epoch"));
  }

  /** Compares the learning rates of a case. */
  static void schedule(ReferenceCase c, double[] expected) {
    Schedule schedule = new TrainingSettings(schedule(c)).schedule();
    c.comparison().equal("epochs", schedule.epochs(), expected.length);
    for (int epoch = 0; epoch < Math.min(schedule.epochs(), expected.length); epoch++) {
      c.comparison()
          .rate(
              "rate of %s %s".formatted(EnumIds.id(schedule.unit()), epoch + 1),
              schedule.rate(epoch, 0, 1), // cases count each step as one epoch
              expected[epoch]);
    }
  }

  static void epochWeights(ReferenceCase c) {
    c.numbers("expect", average(c).shares(c.whole("epochs")));
  }

  /** Returns the average over epochs of a case. */
  static ModelSelection.Average average(ReferenceCase c) {
    return new ModelSelection.Average(c.number("mean"), c.number("deviation"));
  }

  static void fewShot(ReferenceCase c) {
    FewShot drawn =
        FewShot.draw(
            c.integers("train_labels"),
            c.integers("val_labels"),
            c.whole("shots"),
            c.path("seed").asLong());
    c.expect().integers("train", drawn.train());
    c.expect().integers("val", drawn.val());
  }

  static void shuffle(ReferenceCase c) {
    List<Integer> numbers = new ArrayList<>(IntStream.range(0, c.whole("count")).boxed().toList());
    new PythonRandom(c.path("seed").bigIntegerValue()).shuffle(numbers);
    c.integers("expect", numbers);
  }

  static void halves(ReferenceCase c) {
    List<Integer> labels = c.integers("labels");
    c.expect().integers("base", ClassSplit.BASE.of(labels));
    c.expect().integers("new", ClassSplit.NEW.of(labels));
  }

  static void metrics(ReferenceCase c) {
    int[] labels = c.ints("labels");
    int[] predictions = c.ints("predictions");
    Evaluation evaluation = Evaluation.of(labels, predictions, c.whole("classes"));
    ReferenceCase expected = c.expect();
    expected.value("accuracy", evaluation.accuracy());
    expected.value("error_rate", evaluation.errorRate());
    expected.value("macro_f1", evaluation.macroF1());
    expected.value("mean_per_class_accuracy", evaluation.meanPerClassAccuracy());
    expected.value(
        "expected_calibration_error",
        Metrics.expectedCalibrationError(
            labels, predictions, c.doubles("confidences"), c.whole("bins")));
    perClass(evaluation, expected.path("per_class_accuracy"), c.comparison());
  }

  /**
   * Compares accuracies per class. A reference contains all classes, with null or NaN for absent
   * ones, or only the classes that occur.
   */
  private static void perClass(Evaluation evaluation, JsonNode expected, Comparison comparison) {
    List<Double> all = evaluation.perClassAccuracy();
    List<Double> present = all.stream().filter(a -> !a.isNaN()).toList();
    List<Double> actual = expected.size() == all.size() ? all : present;
    comparison.equal("classes", actual.size(), expected.size());
    for (int i = 0; i < Math.min(actual.size(), expected.size()); i++) {
      if (!actual.get(i).isNaN()) {
        comparison.value("accuracy of class " + i, actual.get(i), expected.path(i).asDouble());
      }
    }
  }

  static void harmonicMean(ReferenceCase c) {
    c.value("expect", Metrics.harmonicMean(c.number("base"), c.number("new")));
  }
}
