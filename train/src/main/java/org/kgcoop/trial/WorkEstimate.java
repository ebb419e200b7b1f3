package org.kgcoop.trial;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Item;
import org.kgcoop.method.encoder.EncoderMethod;
import org.kgcoop.runs.RunFolders;
import org.kgcoop.tensor.Engine;
import org.kgcoop.train.TrainingSettings;

/**
 * An estimate of the time and disk space of an experiment. One image is encoded, and a step and a
 * test image of each method are measured. All other factors are counted: images, views, steps,
 * tests and runs.
 *
 * @param context its feature cache must be in memory
 * @param trials all trials; images of their data sets are counted and not opened
 * @param image an image file of the usual size
 * @param scratch a folder for run folders that the caller deletes
 */
public record WorkEstimate(
    ExperimentContext context, List<Trial> trials, Path image, Path scratch) {
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
   * @param busy true if programs used at least half of the processors before the measurement
   */
  public record Work(
      List<MethodWork> methods,
      long encodings,
      double encodingSeconds,
      int runs,
      int done,
      long disk,
      boolean busy) {

    /** Returns the time of everything that is not done, in seconds. */
    public double seconds() {
      return encodingSeconds + methods.stream().mapToDouble(MethodWork::seconds).sum();
    }
  }

  public WorkEstimate {
    context = context.silent();
    trials = List.copyOf(trials);
  }

  /**
   * Measures and counts the work.
   *
   * @param out the folder of the table, whose complete runs are left out
   * @param jobs the number of parallel runs
   */
  public Work of(Path out, int jobs) {
    int processors = Runtime.getRuntime().availableProcessors(); // each run needs one
    boolean busy =
        isBusy(ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(), processors);
    double imageSeconds = MethodCost.ofAnImage(context, image) / Engine.threads();
    List<Trial> missing =
        trials.stream().filter(trial -> !RunFolders.isComplete(trial.folder(out))).toList();
    int atATime = Math.max(1, Math.min(missing.size(), Math.min(jobs, processors)));
    Set<String> shared = new HashSet<>(); // encodings that several trials use
    Map<String, MethodCost> costs = new HashMap<>();
    Map<String, MethodWork> methods = new LinkedHashMap<>();
    trials.stream()
        .map(trial -> trial.method().id())
        .forEach(id -> methods.put(id, new MethodWork(id, 0, 0, 0, 0)));
    long encodings = 0;
    long disk = 0;
    for (Trial trial : missing) {
      DataSet data = trial.sample().data(context.warnings());
      MethodCost cost =
          costs.computeIfAbsent(
              trial.recipe().folder(),
              row -> MethodCost.measure(context, trial, image, scratch.resolve(row)));
      TrainingSettings training = trial.recipe().training();
      long steps = training == null ? 0 : training.steps(data.train());
      long tests = 0;
      for (EvaluationSet target : trial.targets()) {
        int images = target.data().test().size();
        tests += images;
        encodings += shared.add(target.data().name() + "/" + target.name()) ? images : 0;
      }
      int views = cost.views();
      for (Item item : data.train()) { // samples of other seeds and shots contain the same images
        if (views > 0 && shared.add(data.name() + "/" + item.key() + "/" + views)) {
          encodings += views;
        }
      }
      double seconds =
          trainingSeconds(trial, data, steps, cost, imageSeconds) + testSeconds(trial, cost);
      String method = trial.method().id();
      long classified = trial.hasJointList() ? 2 * tests : tests;
      methods.merge(
          method,
          new MethodWork(method, 1, steps, classified, seconds / atATime),
          MethodWork::plus);
      disk += BYTES_A_RUN + tests * BYTES_A_PREDICTION;
    }
    long bytes = context.clip().config().embedDim() * (long) Float.BYTES + BYTES_A_FEATURE;
    disk += encodings * bytes;
    List<MethodWork> rows = List.copyOf(methods.values());
    int done = trials.size() - missing.size();
    return new Work(rows, encodings, encodings * imageSeconds, trials.size(), done, disk, busy);
  }

  /**
   * Returns true if programs used at least half of the processors before the measurement.
   *
   * @param load the load average of the last minute; negative if the system has none
   */
  static boolean isBusy(double load, int processors) {
    return load >= processors / 2.0;
  }

  private double trainingSeconds(
      Trial trial, DataSet data, long steps, MethodCost cost, double imageSeconds) {
    double training = cost.training(data.classNames().size());
    if (steps == 0) {
      return training;
    }
    TrainingSettings settings = trial.recipe().steps();
    int images = Math.min(settings.batchSize(), data.train().size());
    double step = training * Math.max(1, (double) images / cost.images());
    if (settings.augmentation().views() == 0 && !tunesImages(trial)) {
      step += images * imageSeconds; // a trained image encoder is part of the measured step
    }
    boolean hasFolds = trial.recipe().calibrate() && !trial.sample().hasValidation();
    int trainings = 1 + cost.weights() + (hasFolds ? CalibrationFit.FOLDS : 0);
    return trainings * steps * step;
  }

  private static boolean tunesImages(Trial trial) {
    return trial.method() instanceof EncoderMethod;
  }

  /**
   * Returns the time of all tests of a trial. One with both halves of the classes has a third, for
   * which a trained image encoder does not encode the images again.
   */
  private static double testSeconds(Trial trial, MethodCost cost) {
    double seconds = 0;
    int allClasses = 0;
    int allImages = 0;
    for (EvaluationSet target : trial.targets()) {
      int classes = target.data().classNames().size();
      int images = target.data().test().size();
      seconds += cost.test(classes, images);
      allClasses += classes;
      allImages += images;
    }
    boolean hasThird = trial.hasJointList() && !tunesImages(trial);
    return hasThird ? seconds + cost.test(allClasses, allImages) : seconds;
  }
}
