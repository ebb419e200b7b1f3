package org.kgcoop.trial;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.kgcoop.data.ClassSplit;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Item;
import org.kgcoop.runs.RunFolders;
import org.kgcoop.tensor.Engine;
import org.kgcoop.tensor.Scope;
import org.kgcoop.train.TrainingSettings;

/**
 * An estimate of the time, memory and disk space of an experiment. A few images are encoded, and a
 * few steps of each method are trained for two numbers of classes. Times for other numbers of
 * classes are on the line through both. All other factors are counted: images, views, steps and
 * runs.
 */
public final class WorkEstimate {

  /** The numbers of classes of the measurements, if the experiment has more than two numbers. */
  private static final int FEW_CLASSES = 6;

  private static final int MANY_CLASSES = 40;

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
   * @param seconds the time of all runs, without features that runs share
   */
  public record MethodWork(String method, int runs, long steps, double seconds) {
    private MethodWork plus(MethodWork other) {
      return new MethodWork(
          method, runs + other.runs, steps + other.steps, seconds + other.seconds);
    }

    private MethodWork inParallel(int atATime) {
      return new MethodWork(method, runs, steps, seconds / atATime);
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
   * @param memory the resident memory, in bytes
   * @param disk the disk space for features and run folders, in bytes
   */
  public record Result(
      List<MethodWork> methods,
      long encodings,
      double encodingSeconds,
      int runs,
      int done,
      long memory,
      long disk) {

    /** Returns the time of everything that is not done, in seconds. */
    public double seconds() {
      return encodingSeconds + methods.stream().mapToDouble(MethodWork::seconds).sum();
    }
  }

  private final ExperimentContext context;
  private final List<Trial> trials;
  private final List<Path> samples;
  private final Path scratch;
  private final Map<String, MethodCost> measured = new HashMap<>();

  /**
   * Creates an estimate.
   *
   * @param context its feature cache must be in memory
   * @param trials all trials; images of their data sets are counted and not opened
   * @param samples a few image files of the usual size
   * @param scratch a folder for run folders that the caller deletes
   */
  public WorkEstimate(
      ExperimentContext context, List<Trial> trials, List<Path> samples, Path scratch) {
    this.context = context.silent();
    this.trials = List.copyOf(trials);
    this.samples = List.copyOf(samples);
    this.scratch = scratch;
  }

  /**
   * Measures and counts the work.
   *
   * @param out the folder of the table, whose complete runs are left out
   * @param jobs the number of parallel runs
   */
  public Result of(Path out, int jobs) {
    double encoding = secondsOfAnImage();
    int width = context.clip().config().embedDim();
    Set<String> shared = new HashSet<>(); // encodings that several trials use
    long encodings = 0;
    long testFeatures = 0;
    int done = 0;
    long disk = 0;
    Map<String, MethodWork> methods = new LinkedHashMap<>();
    for (Trial trial : trials) {
      DataSet data = trial.sample().data(context.warnings());
      int classes = data.classNames().size();
      long tests = trial.targets().stream().mapToLong(target -> target.data().test().size()).sum();
      String method = trial.method().id();
      MethodWork work = new MethodWork(method, 0, 0, 0);
      if (RunFolders.isComplete(trial.folder(out))) {
        done++;
      } else {
        MethodCost cost = cost(trial, classes);
        int lists = trial.targets().size() + (trial.hasJointList() ? 2 : 0);
        long steps =
            trial.method().trained().map(t -> trial.training(t).steps(data.train())).orElse(0L);
        double seconds =
            cost.fit() + steps * cost.step() + lists * cost.head() + tests * cost.image();
        work = new MethodWork(method, 1, steps, seconds);
        for (EvaluationSet target : trial.targets()) {
          if (shared.add(target.data().name() + "/" + target.name())) {
            encodings += target.data().test().size();
            testFeatures = Math.max(testFeatures, target.data().test().size());
          }
        }
        int views = cost.views();
        if (views > 0 && shared.add(trial.sample().name() + trial.sample().seed() + "/" + views)) {
          encodings += (long) views * data.train().size();
        }
        disk += BYTES_A_RUN + tests * BYTES_A_PREDICTION;
      }
      methods.merge(method, work, MethodWork::plus);
    }
    int atATime = atATime(jobs, trials.size() - done);
    return new Result(
        methods.values().stream().map(work -> work.inParallel(atATime)).toList(),
        encodings,
        encodings * encoding,
        trials.size(),
        done,
        Engine.physicalBytes() + 2 * testFeatures * width * Float.BYTES,
        disk + encodings * (width * (long) Float.BYTES + BYTES_A_FEATURE));
  }

  /** Returns how many runs make progress at a time: each needs a core. */
  private static int atATime(int jobs, int runs) {
    return Math.max(1, Math.min(runs, Math.min(jobs, Runtime.getRuntime().availableProcessors())));
  }

  private double secondsOfAnImage() {
    List<Item> items = items(samples.size(), List.of("image"));
    double seconds = 0;
    for (int round = 0; round < 2; round++) { // the first one includes the compiler's work
      long start = System.nanoTime();
      try (Scope scope = Scope.open("images")) {
        long images = context.cache().encoder().test(items).size(0);
        seconds = MethodCost.seconds(start) / images;
      }
    }
    return seconds;
  }

  /** Returns the cost of a trial, from two measurements of its method. */
  private MethodCost cost(Trial trial, int classes) {
    List<Integer> sizes =
        trials.stream().map(each -> each.sample().classNames().size()).distinct().sorted().toList();
    int few = sizes.size() <= 2 ? sizes.get(0) : Math.min(sizes.get(0), FEW_CLASSES);
    int many =
        sizes.size() <= 2
            ? sizes.get(sizes.size() - 1)
            : Math.min(sizes.get(sizes.size() - 1), MANY_CLASSES);
    return MethodCost.onLine(few, measured(trial, few), many, measured(trial, many), classes);
  }

  private MethodCost measured(Trial trial, int classes) {
    String key =
        String.join(
            "/",
            String.valueOf(trial.method().settingValues().toJson()),
            trial.method().trained().map(method -> settings(trial.training(method))).orElse(""),
            String.valueOf(trial.sample().shots()),
            String.valueOf(classes));
    MethodCost known = measured.get(key);
    if (known == null) {
      known = measure(trial, classes);
      measured.put(key, known);
    }
    return known;
  }

  private static String settings(TrainingSettings training) {
    return training.batchSize() + "/" + training.augmentation();
  }

  private MethodCost measure(Trial trial, int classes) {
    List<String> names = IntStream.range(0, classes).mapToObj(i -> name(trial, i)).toList();
    int batch =
        trial.method().trained().map(method -> trial.training(method).batchSize()).orElse(1);
    int images = trial.sample().data(context.warnings()).train().size();
    int perClass =
        Math.max(
            images / trial.sample().classNames().size(),
            (batch + classes - 1) / classes); // a full batch
    DataSet data =
        new DataSet(
            "estimate",
            names,
            items(perClass * classes, names),
            items(classes, names),
            items(Math.max(samples.size(), classes), names),
            trial.sample().template());
    Trial own =
        new Trial(
            trial.spec(),
            FewShotSample.of(data, trial.sample().shots(), trial.sample().seed()),
            List.of(new EvaluationSet("test", data, ClassSplit.ALL)),
            "run" + measured.size());
    return MethodCost.measure(context, own, scratch);
  }

  /** Returns a class name of the experiment, so that its length is as usual. */
  private String name(Trial trial, int i) {
    List<String> names = trial.sample().allClassNames();
    return i < names.size() ? names.get(i) : names.get(i % names.size()) + " " + i;
  }

  private List<Item> items(int count, List<String> names) {
    List<Item> items = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int label = i % names.size();
      int sample = i % samples.size(); // equal keys, so that views of a sample are encoded once
      items.add(new Item("image" + sample, samples.get(sample), label, names.get(label)));
    }
    return items;
  }
}
