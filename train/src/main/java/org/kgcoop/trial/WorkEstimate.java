package org.kgcoop.trial;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Item;
import org.kgcoop.runs.RunFolders;
import org.kgcoop.tensor.Engine;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;
import org.kgcoop.tensor.Workers;
import org.kgcoop.train.TrainingSettings;

/**
 * An estimate of the time and disk space of an experiment. One image is encoded, and a step, a
 * classifier and a test image of each method are measured for two small numbers of classes. Times
 * for other numbers of classes are on the line through both. All other factors are counted: images,
 * views, steps, tests and runs.
 */
public final class WorkEstimate {
  private static final int FEW_CLASSES = 2;
  private static final int MANY_CLASSES = 8;

  /** The bytes of a stored feature besides its values: key, norm and position. */
  private static final int BYTES_A_FEATURE = 100;

  /** The bytes of a run folder without its predictions, and the bytes of a prediction. */
  private static final long BYTES_A_RUN = 100_000;

  private static final int BYTES_A_PREDICTION = 120;

  /**
   * The runs of a method.
   *
   * @param runs the number of its runs
   * @param steps the training steps of all runs
   * @param tests the classified test images of all runs, once per list of classes
   * @param seconds the time of all runs, without features that runs share
   */
  public record MethodWork(String method, int runs, long steps, long tests, double seconds) {
    private MethodWork plus(MethodWork other) {
      return new MethodWork(
          method,
          runs + other.runs,
          steps + other.steps,
          tests + other.tests,
          seconds + other.seconds);
    }

    private MethodWork inParallel(int atATime) {
      return new MethodWork(method, runs, steps, tests, seconds / atATime);
    }
  }

  /**
   * The work of an experiment.
   *
   * @param methods the work by method, in the order of the table
   * @param encodings the images and views that are encoded once for all runs
   * @param encodingSeconds the time of these encodings
   * @param runs the number of all runs
   * @param done the number of runs that are complete
   * @param disk the disk space for features and run folders, in bytes
   */
  public record Result(
      List<MethodWork> methods,
      long encodings,
      double encodingSeconds,
      int runs,
      int done,
      long disk) {

    /** Returns the time of everything that is not done, in seconds. */
    public double seconds() {
      return encodingSeconds + methods.stream().mapToDouble(MethodWork::seconds).sum();
    }
  }

  /** The cost of a method for any number of classes. Noise cannot make it shrink with them. */
  private record Line(MethodCost few, MethodCost many) {
    double at(ToDoubleFunction<MethodCost> part, int classes) {
      double start = part.applyAsDouble(few);
      double rise = Math.max(0, part.applyAsDouble(many) - start);
      return Math.max(
          0, start + rise * (classes - FEW_CLASSES) / (double) (MANY_CLASSES - FEW_CLASSES));
    }
  }

  private final ExperimentContext context;
  private final List<Trial> trials;
  private final Path image;
  private final Path scratch;
  private final Map<String, Line> costs = new HashMap<>();

  /**
   * Creates an estimate.
   *
   * @param context its feature cache must be in memory
   * @param trials all trials; images of their data sets are counted and not opened
   * @param image an image file of the usual size
   * @param scratch a folder for run folders that the caller deletes
   */
  public WorkEstimate(ExperimentContext context, List<Trial> trials, Path image, Path scratch) {
    this.context = context.silent();
    this.trials = List.copyOf(trials);
    this.image = image;
    this.scratch = scratch;
  }

  /**
   * Measures and counts the work.
   *
   * @param out the folder of the table, whose complete runs are left out
   * @param jobs the number of parallel runs
   */
  public Result of(Path out, int jobs) {
    double imageSeconds = secondsOfAnImage();
    int width = context.clip().config().embedDim();
    Set<String> shared = new HashSet<>(); // encodings that several trials use
    long encodings = 0;
    int done = 0;
    long disk = 0;
    Map<String, MethodWork> methods = new LinkedHashMap<>();
    for (Trial trial : trials) {
      String method = trial.method().id();
      if (RunFolders.isComplete(trial.folder(out))) {
        done++;
        methods.merge(method, new MethodWork(method, 0, 0, 0, 0), MethodWork::plus);
        continue;
      }
      DataSet data = trial.sample().data(context.warnings());
      Line cost = costs.computeIfAbsent(trial.recipe().folder(), row -> measured(trial));
      TrainingSettings training = trial.recipe().training();
      long steps = training == null ? 0 : training.steps(data.train());
      double seconds =
          trainingSeconds(trial, data, steps, cost, imageSeconds) + testSeconds(trial, cost);
      long tests = 0;
      for (EvaluationSet target : trial.targets()) {
        int images = target.data().test().size();
        tests += images;
        encodings += shared.add(target.data().name() + "/" + target.name()) ? images : 0;
      }
      long classified = trial.hasJointList() ? 2 * tests : tests;
      methods.merge(
          method, new MethodWork(method, 1, steps, classified, seconds), MethodWork::plus);
      int views = cost.few().views();
      for (Item item : data.train()) { // samples of other seeds and shots contain the same images
        if (views > 0 && shared.add(data.name() + "/" + item.key() + "/" + views)) {
          encodings += views;
        }
      }
      disk += BYTES_A_RUN + tests * BYTES_A_PREDICTION;
    }
    int atATime = atATime(jobs, trials.size() - done);
    return new Result(
        methods.values().stream().map(work -> work.inParallel(atATime)).toList(),
        encodings,
        encodings * imageSeconds,
        trials.size(),
        done,
        disk + encodings * (width * (long) Float.BYTES + BYTES_A_FEATURE));
  }

  /** Returns how many runs make progress at a time: each needs a core. */
  private static int atATime(int jobs, int runs) {
    return Math.max(1, Math.min(runs, Math.min(jobs, Runtime.getRuntime().availableProcessors())));
  }

  private double secondsOfAnImage() {
    List<Item> items = MethodCost.items(image, List.of("image"), 1);
    double seconds = // on one core
        MethodCost.seconds(
            context,
            MethodCost.MAX_ROUNDS,
            () -> {
              try (Scope scope = Scope.open("images")) {
                Tensor unused = Workers.beside(() -> context.cache().encoder().test(items));
              }
            });
    return seconds / Engine.threads();
  }

  private Line measured(Trial trial) {
    Path folder = scratch.resolve("method" + costs.size());
    return new Line(
        MethodCost.measure(context, trial, FEW_CLASSES, image, folder),
        MethodCost.measure(context, trial, MANY_CLASSES, image, folder));
  }

  private double trainingSeconds(
      Trial trial, DataSet data, long steps, Line cost, double imageSeconds) {
    int classes = data.classNames().size();
    double fit = cost.at(MethodCost::fit, classes);
    if (steps == 0) {
      return fit;
    }
    TrainingSettings settings = trial.recipe().steps();
    int images = Math.min(settings.batchSize(), data.train().size());
    double step =
        cost.at(MethodCost::step, classes) * Math.max(1, (double) images / cost.many().images());
    if (settings.augmentation().views() == 0 && cost.many().encoding() == 0) {
      step += images * imageSeconds; // a trained image encoder is part of the measured step
    }
    int trainings = 1 + cost.many().weights();
    if (trial.recipe().calibrate() && !trial.sample().hasValidation()) {
      trainings += CalibrationFit.FOLDS;
    }
    return trainings * (fit + steps * step);
  }

  /** Returns the time of all tests of a trial. One with both halves of the classes has a third. */
  private double testSeconds(Trial trial, Line cost) {
    double seconds = 0;
    List<Integer> sizes = new ArrayList<>();
    int images = 0;
    for (EvaluationSet target : trial.targets()) {
      DataSet data = target.data();
      sizes.add(data.classNames().size());
      images += data.test().size();
      seconds += test(cost, data.classNames().size(), data.test().size());
      seconds += data.test().size() * cost.many().encoding();
    }
    if (trial.hasJointList()) {
      seconds += test(cost, sizes.stream().mapToInt(Integer::intValue).sum(), images);
    }
    return seconds;
  }

  private static double test(Line cost, int classes, int images) {
    return cost.at(MethodCost::head, classes) + images * cost.at(MethodCost::image, classes);
  }
}
