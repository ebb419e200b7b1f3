package org.kgcoop.verify;

import static org.kgcoop.verify.ReferenceFolder.integers;
import static org.kgcoop.verify.ReferenceFolder.ints;
import static org.kgcoop.verify.ReferenceFolder.texts;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.kgcoop.EnumIds;
import org.kgcoop.clip.Tokenizer;
import org.kgcoop.data.ClassSplit;
import org.kgcoop.data.FewShot;
import org.kgcoop.eval.Evaluation;
import org.kgcoop.eval.Metrics;
import org.kgcoop.eval.ProbabilityMetrics;
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

  static void tokenize(
      ReferenceFolder folder, JsonNode c, Tokenizer tokenizer, int length, Comparison comparison) {
    List<String> texts = texts(c.path("texts"));
    float[] ids = new float[texts.size() * length];
    for (int i = 0; i < texts.size(); i++) {
      List<Integer> marked = tokenizer.encodeMarked(texts.get(i), length);
      for (int j = 0; j < marked.size(); j++) {
        ids[i * length + j] = marked.get(j);
      }
    }
    float[] expected = folder.floats(c.path("expect").asText());
    comparison.equal("number of ids", ids.length, expected.length);
    for (int i = 0; i < Math.min(ids.length, expected.length); i++) {
      comparison.equal(
          "text " + i / length + ", id " + i % length, (int) ids[i], (int) expected[i]);
    }
  }

  static void decode(ReferenceFolder folder, JsonNode c, Comparison comparison) {
    RgbImage image = read(folder, c);
    long[] shape = folder.tensor(c.path("expect").asText()).shape();
    comparison.equal(
        "size", List.of((long) image.height(), (long) image.width()), List.of(shape[0], shape[1]));
    comparison.pixels("image", image.rgb(), folder.floats(c.path("expect").asText()));
  }

  static void preprocess(ReferenceFolder folder, JsonNode c, Comparison comparison) {
    Transform transform = transform(folder, c, c.path("size").asInt());
    RgbImage image = read(folder, c);
    int[] crop = ints(c.path("crop"));
    RgbImage result =
        switch (c.path("transform").asText()) {
          case "test" -> transform.test(image);
          case "train" -> {
            RgbImage part = transform.train(image, new Crop(crop[0], crop[1], crop[2], crop[3]));
            yield c.path("flip").asBoolean() ? part.flipped() : part;
          }
          default -> throw new IllegalArgumentException("transform " + c.path("transform"));
        };
    long[] shape = folder.tensor(c.path("expect").asText()).shape();
    comparison.equal(
        "size",
        List.of((long) result.height(), (long) result.width()),
        List.of(shape[0], shape[1]));
    comparison.pixels("image", result.rgb(), folder.floats(c.path("expect").asText()));
  }

  /** Compares the sizes of images for a model that keeps their shape. */
  static void targetSize(JsonNode c, Comparison comparison) {
    for (int rule = 0; rule < c.path("rules").size(); rule++) {
      int[] numbers = ints(c.path("rules").path(rule)); // patch, maximum
      PatchGrid patches = new PatchGrid(numbers[0], numbers[1]);
      for (int i = 0; i < c.path("sizes").size(); i++) {
        int[] size = ints(c.path("sizes").path(i)); // height, width
        Crop target = patches.size(size[1], size[0]);
        comparison.equal(
            "%s x %s by %s, %s".formatted(size[0], size[1], numbers[0], numbers[1]),
            List.of(target.height(), target.width()),
            integers(c.path("expect").path(rule).path(i)));
      }
    }
  }

  static void normalize(ReferenceFolder folder, JsonNode c, Comparison comparison) {
    int[] box = ints(c.path("crop")); // left, top, right, bottom
    RgbImage part =
        read(folder, c).crop(new Crop(box[1], box[0], box[3] - box[1], box[2] - box[0]));
    Transform transform = transform(folder, c, Math.max(1, part.width()));
    comparison.tensor(
        "values", transform.normalize(part), folder.floats(c.path("expect").asText()));
  }

  /** Returns the transform of a case's model, or CLIP's transform with this size. */
  private static Transform transform(ReferenceFolder folder, JsonNode c, int size) {
    return new Transform(
        c.has("model") ? folder.model(c).preprocessing() : Preprocessing.clip(size));
  }

  private static RgbImage read(ReferenceFolder folder, JsonNode c) {
    return IMAGES.read(folder.file(c.path("file").asText()));
  }

  /**
   * Returns the settings of the schedule of a case of the kind {@code schedule} or {@code run}. The
   * variant {@code per-step} has steps instead of epochs.
   */
  static SettingValues schedule(JsonNode c) {
    boolean perStep = c.path("variant").asText().equals(PER_STEP);
    return SettingValues.of("lr", c.path("lr").asDouble())
        .with("epochs", c.path(perStep ? "steps" : "epochs").asInt())
        .with("min_lr", c.path("minimum").asDouble())
        .with("warmup", c.path("warmup").asText("none"))
        .with("warmup_epochs", c.path("warmup_epochs").asInt(0))
        .with("warmup_lr", c.path("warmup_lr").asDouble(0))
        .with("warmup_recount", !c.path("variant").asText().equals("paper-era"))
        .with("lr_unit", c.path("unit").asText(perStep ? "step" : "epoch"));
  }

  static void schedule(JsonNode c, JsonNode expected, Comparison comparison) {
    Schedule schedule = new TrainingSettings(schedule(c)).schedule();
    comparison.equal("epochs", schedule.epochs(), expected.size());
    for (int epoch = 0; epoch < Math.min(schedule.epochs(), expected.size()); epoch++) {
      comparison.rate(
          "rate of %s %s".formatted(EnumIds.id(schedule.unit()), epoch + 1),
          schedule.rate(epoch, 0, 1), // cases count each step as one epoch
          expected.path(epoch).asDouble());
    }
  }

  static void epochWeights(JsonNode c, Comparison comparison) {
    comparison.numbers(
        "shares of epochs",
        average(c).shares(c.path("epochs").asInt()),
        ReferenceFolder.doubles(c.path("expect")));
  }

  /** Returns the average over epochs of a case. */
  static ModelSelection.Average average(JsonNode c) {
    return new ModelSelection.Average(c.path("mean").asDouble(), c.path("deviation").asDouble());
  }

  static void fewShot(JsonNode c, Comparison comparison) {
    FewShot drawn =
        FewShot.draw(
            integers(c.path("train_labels")),
            integers(c.path("val_labels")),
            c.path("shots").asInt(),
            c.path("seed").asLong());
    comparison.equal("train", drawn.train(), integers(c.path("expect").path("train")));
    comparison.equal("val", drawn.val(), integers(c.path("expect").path("val")));
  }

  static void shuffle(JsonNode c, Comparison comparison) {
    List<Integer> numbers = new ArrayList<>();
    for (int i = 0; i < c.path("count").asInt(); i++) {
      numbers.add(i);
    }
    new PythonRandom(c.path("seed").bigIntegerValue()).shuffle(numbers);
    comparison.equal("order", numbers, integers(c.path("expect")));
  }

  static void halves(JsonNode c, Comparison comparison) {
    List<Integer> labels = integers(c.path("labels"));
    comparison.equal("base", ClassSplit.BASE.of(labels), integers(c.path("expect").path("base")));
    comparison.equal("new", ClassSplit.NEW.of(labels), integers(c.path("expect").path("new")));
  }

  static void metrics(JsonNode c, Comparison comparison) {
    int[] labels = ints(c.path("labels"));
    int[] predictions = ints(c.path("predictions"));
    JsonNode given = c.path("confidences");
    double[] confidences = new double[given.size()];
    for (int i = 0; i < confidences.length; i++) {
      confidences[i] = given.path(i).asDouble();
    }
    Evaluation evaluation = Evaluation.of(labels, predictions, c.path("classes").asInt());
    JsonNode expected = c.path("expect");
    comparison.value("accuracy", evaluation.accuracy(), expected.path("accuracy").asDouble());
    comparison.value("error rate", evaluation.errorRate(), expected.path("error_rate").asDouble());
    comparison.value("macro F1", evaluation.macroF1(), expected.path("macro_f1").asDouble());
    comparison.value(
        "mean per class",
        evaluation.meanPerClassAccuracy(),
        expected.path("mean_per_class_accuracy").asDouble());
    comparison.value(
        "calibration error",
        ProbabilityMetrics.expectedCalibrationError(
            labels, predictions, confidences, c.path("bins").asInt()),
        expected.path("expected_calibration_error").asDouble());
    perClass(evaluation, expected.path("per_class_accuracy"), comparison);
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

  static void harmonicMean(JsonNode c, Comparison comparison) {
    comparison.value(
        "harmonic mean",
        Metrics.harmonicMean(c.path("base").asDouble(), c.path("new").asDouble()),
        c.path("expect").asDouble());
  }
}
