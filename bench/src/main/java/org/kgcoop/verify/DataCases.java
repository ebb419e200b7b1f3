package org.kgcoop.verify;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.kgcoop.EnumIds;
import org.kgcoop.clip.Tokenizer;
import org.kgcoop.clip.Tokenizers;
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

/** The cases that need no model, or only its tokenizer or preprocessing. */
final class DataCases {
  private static final String PER_STEP = "per-step"; // a variant of schedules
  private static final Images IMAGES = new Images(warning -> {});

  private DataCases() {}

  /** Compares the token ids of texts, padded to the context length. */
  static void tokenize(Case c) {
    Tokenizer tokenizer =
        c.has("model")
            ? c.clip().tokenizer()
            : c.has("merges") ? Tokenizers.read(c.file("merges")) : Tokenizers.released();
    int length =
        c.has("context_length")
            ? c.integer("context_length")
            : c.has("model") ? c.clip().config().contextLength() : 77;
    List<Integer> ids = new ArrayList<>();
    for (String text : c.texts("texts")) {
      List<Integer> marked = tokenizer.encodeMarked(text, length);
      ids.addAll(marked);
      ids.addAll(Collections.nCopies(length - marked.size(), tokenizer.padding()));
    }
    c.comparison().equal("ids", ids, c.integers("expect"));
  }

  static void decode(Case c) {
    compare(c, read(c));
  }

  private static void compare(Case c, RgbImage image) {
    long[] shape = c.stored("expect").shape();
    c.comparison()
        .equal(
            "size",
            List.of((long) image.height(), (long) image.width()),
            List.of(shape[0], shape[1]));
    c.comparison().pixels(image.rgb(), c.numbers("expect"));
  }

  static void preprocess(Case c) {
    Transform transform = transform(c, c.integer("size"));
    int[] crop = c.ints("crop");
    switch (c.text("transform")) {
      case "test" -> compare(c, transform.test(read(c)));
      case "train" -> {
        RgbImage part = transform.train(read(c), new Crop(crop[0], crop[1], crop[2], crop[3]));
        compare(c, c.is("flip") ? part.flipped() : part);
      }
      default -> throw new IllegalArgumentException("transform " + c.text("transform"));
    }
  }

  /** Compares the sizes of images for a model that keeps their shape. */
  static void targetSize(Case c) {
    List<List<List<Integer>>> targets = new ArrayList<>();
    for (double[] rule : c.rows("rules")) { // patch, maximum
      PatchGrid patches = new PatchGrid((int) rule[0], (int) rule[1]);
      List<List<Integer>> own = new ArrayList<>();
      for (double[] size : c.rows("sizes")) { // height, width
        Crop target = patches.size((int) size[1], (int) size[0]);
        own.add(List.of(target.height(), target.width()));
      }
      targets.add(own);
    }
    c.equal("expect", targets);
  }

  static void normalize(Case c) {
    int[] box = c.ints("crop"); // left, top, right, bottom
    RgbImage part = read(c).crop(new Crop(box[1], box[0], box[3] - box[1], box[2] - box[0]));
    float[] values = transform(c, Math.max(1, part.width())).normalize(part);
    c.compare("expect", IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray());
  }

  /** Returns the transform of a case's model, or CLIP's transform with this size. */
  private static Transform transform(Case c, int size) {
    return new Transform(c.has("model") ? c.clip().preprocessing() : Preprocessing.clip(size));
  }

  private static RgbImage read(Case c) {
    return IMAGES.read(c.file("file"));
  }

  /**
   * Returns the settings of the schedule of a case of the kind {@code schedule} or {@code run}. The
   * variant {@code per-step} has steps instead of epochs.
   */
  static SettingValues schedule(Case c) {
    boolean perStep = c.text("variant").equals(PER_STEP);
    return SettingValues.of("lr", c.number("lr"))
        .with("epochs", c.integer(perStep ? "steps" : "epochs"))
        .with("min_lr", c.number("minimum"))
        .with("warmup", c.has("warmup") ? c.text("warmup") : "none")
        .with("warmup_epochs", c.integer("warmup_epochs"))
        .with("warmup_lr", c.number("warmup_lr"))
        .with("warmup_recount", !c.text("variant").equals("paper-era"))
        .with("lr_unit", c.has("unit") ? c.text("unit") : perStep ? "step" : "epoch");
  }

  /** Compares the rates of a schedule with those of a field. */
  static void schedule(Case c, Case part, String key) {
    Schedule schedule = new TrainingSettings(schedule(c)).schedule();
    double[] rates = part.numbers(key);
    c.comparison().equal("epochs", schedule.epochs(), rates.length);
    for (int epoch = 0; epoch < Math.min(schedule.epochs(), rates.length); epoch++) {
      c.comparison()
          .rate(
              "rate of %s %s".formatted(EnumIds.id(schedule.unit()), epoch + 1),
              schedule.rate(epoch, 0, 1), // cases count each step as one epoch
              rates[epoch]);
    }
  }

  static void epochWeights(Case c) {
    c.compare("expect", average(c).shares(c.integer("epochs")));
  }

  /** Returns the average over epochs of a case. */
  static ModelSelection.Average average(Case c) {
    return new ModelSelection.Average(c.number("mean"), c.number("deviation"));
  }

  static void fewShot(Case c) {
    FewShot drawn =
        FewShot.draw(
            c.integers("train_labels"),
            c.integers("val_labels"),
            c.integer("shots"),
            c.json().path("seed").asLong());
    c.expect().equal("train", drawn.train());
    c.expect().equal("val", drawn.val());
  }

  static void shuffle(Case c) {
    List<Integer> numbers =
        new ArrayList<>(IntStream.range(0, c.integer("count")).boxed().toList());
    new PythonRandom(c.json().path("seed").bigIntegerValue()).shuffle(numbers);
    c.equal("expect", numbers);
  }

  static void halves(Case c) {
    c.expect().equal("base", ClassSplit.BASE.of(c.integers("labels")));
    c.expect().equal("new", ClassSplit.NEW.of(c.integers("labels")));
  }

  static void metrics(Case c) {
    int[] labels = c.ints("labels");
    int[] predictions = c.ints("predictions");
    Evaluation evaluation = Evaluation.of(labels, predictions, c.integer("classes"));
    Case expected = c.expect();
    expected.compare("accuracy", evaluation.accuracy());
    expected.compare("error_rate", evaluation.errorRate());
    expected.compare("macro_f1", evaluation.macroF1());
    expected.compare("mean_per_class_accuracy", evaluation.meanPerClassAccuracy());
    expected.compare(
        "expected_calibration_error",
        ProbabilityMetrics.expectedCalibrationError(
            labels, predictions, c.numbers("confidences"), c.integer("bins")));
    perClass(evaluation, expected);
  }

  /**
   * Compares accuracies per class. A reference contains all classes, with null or NaN for absent
   * ones, or only the classes that occur.
   */
  private static void perClass(Evaluation evaluation, Case c) {
    double[] expected = c.numbers("per_class_accuracy");
    List<Double> all = evaluation.perClassAccuracy();
    List<Double> present = all.stream().filter(a -> !a.isNaN()).toList();
    List<Double> actual = expected.length == all.size() ? all : present;
    c.comparison().equal("classes", actual.size(), expected.length);
    for (int i = 0; i < Math.min(actual.size(), expected.length); i++) {
      if (!actual.get(i).isNaN()) {
        c.comparison().value("accuracy of class " + i, actual.get(i), expected[i]);
      }
    }
  }

  static void harmonicMean(Case c) {
    c.compare("expect", Metrics.harmonicMean(c.number("base"), c.number("new")));
  }
}
