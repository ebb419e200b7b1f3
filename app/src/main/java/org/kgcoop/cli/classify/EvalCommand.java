package org.kgcoop.cli.classify;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.api.ClassGroups;
import org.kgcoop.classifier.ClassifierFile;
import org.kgcoop.classifier.PublishedDefaults;
import org.kgcoop.cli.console.Output;
import org.kgcoop.cli.options.ClassSplitOption;
import org.kgcoop.cli.options.ClipOptions;
import org.kgcoop.cli.options.Completions;
import org.kgcoop.cli.options.DataOptions;
import org.kgcoop.cli.options.FeatureCacheOptions;
import org.kgcoop.cli.options.Rare;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.ClassSplit;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.ImageHashes;
import org.kgcoop.data.Item;
import org.kgcoop.data.Templates;
import org.kgcoop.eval.Calibration;
import org.kgcoop.eval.Evaluation;
import org.kgcoop.eval.Interval;
import org.kgcoop.eval.ProbabilityMetrics;
import org.kgcoop.features.FeatureCache;
import org.kgcoop.files.Folders;
import org.kgcoop.files.Json;
import org.kgcoop.method.TaskContext;
import org.kgcoop.method.ZeroShot;
import org.kgcoop.model.Head;
import org.kgcoop.runs.TargetResult.EvaluatedSet;
import org.kgcoop.trial.Evaluator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code eval}, which evaluates a classifier on labeled images. */
@Command(
    name = "eval",
    header = "Measure a classifier, or zero-shot CLIP, on test images.",
    description = {
      "Measure a trained classifier on the test images of a data set. Without a classifier,"
          + " measure zero-shot CLIP with the template of the data set. Test images that the"
          + " classifier was trained on are excluded.",
      "Your own images are rotated by their EXIF orientation. Images of the published data sets"
          + " are read as stored, as in the published results.",
      "The 95 %% interval has the exact limits by Clopper and Pearson. It holds for other images if"
          + " the test images are a random sample."
    },
    footer = "  ./kgcoop eval runs/pets --data pets --class-split new")
public final class EvalCommand implements Callable<Integer> {
  private static final double CONFIDENCE = 0.95;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "CLASSIFIER",
      description = "A run folder, its classifier.safetensors, or a published model.pth.tar-N.")
  private @Nullable Path learned;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "PATH",
      completionCandidates = Completions.Data.class,
      description = "Choose the data set, as for train.")
  private String data;

  @Rare
  @Option(
      names = "--test-data",
      paramLabel = "DIR",
      description = "Read test images from these class folders. --data has the training images.")
  private @Nullable Path testData;

  @Mixin private ClassSplitOption classes = new ClassSplitOption();

  @Rare
  @Option(
      names = "--include-training-images",
      description =
          "Include test images that the classifier was trained on. The accuracy is then not an"
              + " estimate for new images.")
  private boolean includeTrainingImages;

  @Option(names = "--per-class", description = "Print the accuracy of each class.")
  private boolean perClass;

  @Mixin private GroupsOption groups = new GroupsOption();
  @Mixin private ClassifierInput form = new ClassifierInput();
  @Mixin private ClipOptions clipOptions = new ClipOptions();
  @Mixin private DataOptions dataOptions = new DataOptions();
  @Mixin private FeatureCacheOptions cache = new FeatureCacheOptions();
  @Mixin private Output output = new Output();

  @Override
  public Integer call() {
    ClassSplit split = classes.value();
    DataSet all = dataOptions.open(data, /* val= */ null, testData, output);
    DataSet set = all.select(split);
    if (set.test().isEmpty()) {
      throw KgCoopException.data(data + ": no test images of " + classes + " classes");
    }
    ClassGroups ofAll = groups.of(all.classNames());
    LevelCounts levels = ofAll == null ? null : new LevelCounts(ofAll.forClasses(set.classNames()));
    ClassifierFile file = trained(set);
    try (Clip clip = clipOptions.load(learned, file == null ? null : file.clip());
        Head classifier =
            file == null
                ? new ZeroShot(
                        List.of(PublishedDefaults.zeroShotTemplate(set.name(), Templates.of(set))))
                    .classifier(clip, set.classNames())
                : file.classifier(clip, set.classNames())) {
      FeatureCache features = cache.open(clip, output);
      DataSet unseen = file == null ? set : unseen(set, file, features.hashes());
      Evaluator.Measurement result =
          Evaluator.evaluate(
              classifier,
              features,
              unseen,
              output.progress(),
              levels == null ? (logits, label) -> {} : levels::add);
      print(unseen, set.test().size() - unseen.test().size(), result, levels, rejection(file, set));
    }
    return 0;
  }

  /** Returns the rejection threshold of a classifier, or null if it has none for these classes. */
  private static Calibration.@Nullable Rejection rejection(
      @Nullable ClassifierFile file, DataSet set) {
    Calibration calibration =
        file != null && file.classNames().equals(set.classNames()) ? file.calibration() : null;
    return calibration == null ? null : calibration.rejection();
  }

  /** Returns the trained classifier for a data set, or null for zero-shot. */
  private @Nullable ClassifierFile trained(DataSet set) {
    if (learned == null) {
      form.checkUnused();
      return null;
    }
    if (Folders.name(learned).toLowerCase(Locale.ROOT).endsWith(".csv")) {
      throw KgCoopException.configuration(
          "%s: eval measures a classifier, and does not read predictions; give a run folder, its"
                  .formatted(learned)
              + " classifier.safetensors, or a published model.pth.tar-N");
    }
    TaskContext task = TaskContext.of(set, set.classNames().size(), 0, 0);
    return form.read(learned, set.classNames(), task, output).forTask(task);
  }

  /** Removes test images that the classifier was trained on. */
  private DataSet unseen(DataSet set, ClassifierFile file, ImageHashes hashes) {
    List<Boolean> known =
        file.learnedFrom().images().have(hashes.of(set.test().stream().map(Item::file).toList()));
    List<Item> others =
        IntStream.range(0, known.size())
            .filter(i -> !known.get(i))
            .mapToObj(set.test()::get)
            .toList();
    int count = known.size() - others.size();
    if (count == 0) {
      return set;
    }
    String what =
        "%s of %s test images of %s are images that the classifier has learned from"
            .formatted(count, known.size(), data);
    if (includeTrainingImages) {
      output.warn(what + ", so the accuracy is not that on other images");
      return set;
    }
    if (others.isEmpty()) {
      throw KgCoopException.data(
          what + ", so none is left; give --data with others, or --include-training-images");
    }
    output.warn(what + " and are left out; --include-training-images takes them in");
    return set.withImages(set.train(), set.val(), others);
  }

  private void print(
      DataSet set,
      int leftOut,
      Evaluator.Measurement result,
      @Nullable LevelCounts levels,
      Calibration.@Nullable Rejection rejection) {
    List<Double> accuracies = result.evaluation().perClassAccuracy();
    if (output.isJson()) {
      EvaluatedSet evaluated =
          new EvaluatedSet(set.name(), classes.toString(), "", "", set.classNames());
      ObjectNode json = Json.tree(result.target("test", evaluated, Double.NaN));
      json.putPOJO("interval_95", interval(result.evaluation()));
      json.set("confusion", Json.tree(result.evaluation()).path("confusion"));
      accuracies.forEach(json.putArray("per_class_accuracy")::add);
      if (levels != null) {
        levels.results().stream().map(Json::tree).forEach(json.putArray("levels")::add);
      }
      json.put("training_images_left_out", leftOut);
      if (rejection != null) {
        json.put("threshold", rejection.threshold());
        json.put("accepted", result.accepted(rejection.threshold()));
      }
      output.json(json);
      return;
    }
    Evaluation all = result.evaluation();
    Interval limits = interval(all);
    print(
        "accuracy",
        "%.2f %%  (%d of %d; 95 %% interval: %.2f to %.2f)",
        all.accuracy(),
        all.correct(),
        all.total(),
        limits.low(),
        limits.high());
    for (LevelCounts.Level each :
        levels == null ? List.<LevelCounts.Level>of() : levels.results()) {
      String count = Messages.count(each.groups(), "group", "groups");
      String right = "%s of %s; %s".formatted(each.correct(), each.total(), count);
      print("accuracy, " + each.name(), "%.2f %%  (%s)", each.accuracy(), right);
    }
    print("error", "%.2f %%", all.errorRate());
    print("macro F1", "%.2f", all.macroF1());
    print("mean of classes", "%.2f %%", all.meanPerClassAccuracy());
    ProbabilityMetrics probabilities = result.probabilities();
    print("calibration error", "%.4f", probabilities.expectedCalibrationError());
    print("equal mass", "%.4f", probabilities.equalMassCalibrationError());
    print("Brier", "%.4f", probabilities.brier());
    print("NLL", "%.4f", probabilities.negativeLogLikelihood());
    if (rejection != null) {
      double threshold = rejection.threshold();
      double accepted = 100 * result.accepted(threshold);
      print("accepted", "%.2f %%  (largest probability of %.4f or more)", accepted, threshold);
    }
    if (perClass) {
      for (int c = 0; c < accuracies.size(); c++) {
        List<Long> row = all.confusion().get(c);
        long total = row.stream().mapToLong(Long::longValue).sum();
        String name = set.classNames().get(c);
        print(name, "%.2f %%  (%d of %d)", accuracies.get(c), row.get(c), total);
      }
    }
  }

  /** Returns the limits of the accuracy in percent, if the test images are a random sample. */
  private static Interval interval(Evaluation all) {
    Interval share =
        Interval.ofShare(Math.toIntExact(all.correct()), Math.toIntExact(all.total()), CONFIDENCE);
    return new Interval(100 * share.low(), 100 * share.high());
  }

  @FormatMethod
  private void print(String name, @FormatString String format, Object... values) {
    output.printf("%-18s %s", name, String.format(Locale.ROOT, format, values));
  }
}
