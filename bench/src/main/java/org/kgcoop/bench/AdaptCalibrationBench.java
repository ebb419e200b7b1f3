package org.kgcoop.bench;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import org.kgcoop.KgCoopException;
import org.kgcoop.adapt.AdaptRequest;
import org.kgcoop.adapt.AdaptationRun;
import org.kgcoop.classifier.ClassifierFile;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.EmbeddedClip;
import org.kgcoop.data.ClassSplit;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.FewShot;
import org.kgcoop.data.Item;
import org.kgcoop.data.open.EmbeddedDataSets;
import org.kgcoop.eval.Calibration;
import org.kgcoop.eval.JointEvaluation;
import org.kgcoop.features.FeatureCache;
import org.kgcoop.features.ViewEncoder;
import org.kgcoop.image.Images;
import org.kgcoop.model.Head;
import org.kgcoop.progress.Progress;
import org.kgcoop.runs.AdaptRecord;
import org.kgcoop.tensor.Scope;
import org.kgcoop.trial.Evaluator;
import org.kgcoop.trial.ExperimentContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures the calibration and the threshold of {@code adapt}'s classifiers on test images. */
@Command(
    name = "adapt-calibration",
    mixinStandardHelpOptions = true,
    header =
        "Measure adapt's classifiers without training steps on test images: the calibration error before and after"
            + " temperature scaling, and the share of images that the threshold accepts. With"
            + " --classes half, adapt learns half of the classes. Images of the other half belong"
            + " to no class, and AUROC measures how well the largest probability separates both."
            + " The floor is the calibration error that a perfectly calibrated classifier would"
            + " have on as few test images.")
final class AdaptCalibrationBench implements Callable<Integer> {
  private static final double MINUTES = 60; // long enough for all quick methods

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Folder for the results.")
  private Path out;

  @Option(
      names = "--sets",
      split = ",",
      defaultValue = "objects,rare-objects,compositional,symbols,places,documents",
      description = "Embedded data sets (default: ${DEFAULT-VALUE}).")
  private List<String> sets;

  @Option(
      names = "--shots",
      split = ",",
      defaultValue = "4,8",
      description = "Images per class (default: ${DEFAULT-VALUE}).")
  private List<Integer> shots;

  @Option(
      names = "--seeds",
      split = ",",
      defaultValue = "1,2",
      description = "Sampling seeds (default: ${DEFAULT-VALUE}).")
  private List<Long> seeds;

  @Option(
      names = "--classes",
      defaultValue = "half",
      description = "Classes to learn, half or all (default: ${DEFAULT-VALUE}).")
  private String classes;

  @SuppressWarnings("NullAway.Init") // picocli sets required options
  AdaptCalibrationBench() {}

  /**
   * The measures of a classifier on test images.
   *
   * @param before the expected calibration error without the temperature
   * @param after the expected calibration error with the temperature
   * @param floor the expected calibration error of a perfectly calibrated classifier
   * @param kept the share of accepted test images of the learned classes
   * @param foreign the share of accepted test images of other classes; NaN if there are none
   * @param auroc the area under the ROC curve of the largest probability, learned classes positive
   */
  private record Outcome(
      String run,
      double temperature,
      double before,
      double after,
      double floor,
      double kept,
      double foreign,
      double auroc) {}

  @Override
  public Integer call() {
    List<Outcome> outcomes = new ArrayList<>();
    print(
        "%-34s %6s %8s %8s %6s %7s %8s %6s",
        "run", "T", "ECE T=1", "ECE T", "floor", "kept", "foreign", "AUROC");
    try (Clip clip = Clip.load(EmbeddedClip.folder())) {
      ExperimentContext context =
          new ExperimentContext(
              clip,
              FeatureCache.inMemory(new ViewEncoder(clip, new Images(line -> {}))),
              Progress.SILENT,
              line -> {},
              () -> false);
      for (String set : sets) {
        DataSet whole = EmbeddedDataSets.open(set, DataSetOptions.defaults(line -> {}));
        for (int images : shots) {
          for (long seed : seeds) {
            Outcome outcome = outcome(context, whole, images, seed);
            outcomes.add(outcome);
            print(outcome);
          }
        }
      }
    }
    print(
        new Outcome(
            "mean",
            mean(outcomes, Outcome::temperature),
            mean(outcomes, Outcome::before),
            mean(outcomes, Outcome::after),
            mean(outcomes, Outcome::floor),
            mean(outcomes, Outcome::kept),
            mean(outcomes, Outcome::foreign),
            mean(outcomes, Outcome::auroc)));
    return 0;
  }

  private static double mean(List<Outcome> outcomes, ToDoubleFunction<Outcome> value) {
    return outcomes.stream().mapToDouble(value).average().orElse(Double.NaN);
  }

  private Outcome outcome(ExperimentContext context, DataSet whole, int images, long seed) {
    DataSet learned = whole.select(half() ? ClassSplit.BASE : ClassSplit.ALL);
    String run = "%s-%s-%s".formatted(whole.name(), images, seed);
    DataSet drawn =
        FewShot.draw(
            learned.withImages(learned.train(), List.of(), List.of()), images, seed, line -> {});
    AdaptRecord unused =
        AdaptationRun.run(
            context,
            new AdaptRequest(drawn, List.of(), FewShot.ALL, MINUTES, seed).with(Honesty.QUICK),
            out.resolve(run));
    ClassifierFile file = ClassifierFile.read(ClassifierFile.in(out.resolve(run)));
    Calibration calibration = Objects.requireNonNull(file.calibration());
    double threshold = Objects.requireNonNull(calibration.rejection()).threshold();
    double temperature = calibration.temperature();
    double[][] known = logits(context, file, learned.test());
    double[][] foreign =
        half() ? logits(context, file, whole.select(ClassSplit.NEW).test()) : new double[0][];
    // The class names of the classifier are in the order of the labels.
    int[] labels = learned.test().stream().mapToInt(Item::label).toArray();
    return new Outcome(
        run + " " + file.method().id(),
        temperature,
        CalibrationErrors.of(known, labels, temperature),
        CalibrationErrors.of(known, labels, 1),
        CalibrationErrors.floor(known, seed),
        CalibrationErrors.accepted(known, threshold),
        CalibrationErrors.accepted(foreign, threshold),
        half()
            ? JointEvaluation.rankArea(
                CalibrationErrors.largest(known), CalibrationErrors.largest(foreign))
            : Double.NaN);
  }

  private boolean half() {
    return switch (classes) {
      case "half" -> true;
      case "all" -> false;
      default ->
          throw KgCoopException.configuration("--classes: expected half or all, got " + classes);
    };
  }

  /** Returns logits at the temperature of the file. */
  private static double[][] logits(
      ExperimentContext context, ClassifierFile file, List<Item> items) {
    try (Scope scope = Scope.open("test images");
        Head head = file.classifier(context.clip(), file.classNames())) {
      return Evaluator.logits(head, context.cache(), items);
    }
  }

  private static void print(Outcome each) {
    print(
        "%-34s %6.2f %8.3f %8.3f %6.3f %7.3f %8.3f %6.3f",
        each.run(),
        each.temperature(),
        each.before(),
        each.after(),
        each.floor(),
        each.kept(),
        each.foreign(),
        each.auroc());
  }

  @FormatMethod
  private static void print(@FormatString String format, Object... values) {
    System.out.println(String.format(Locale.ROOT, format, values));
    System.out.flush();
  }
}
