package org.kgcoop.adapt;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.kgcoop.Messages;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.FewShot;
import org.kgcoop.data.Item;
import org.kgcoop.experiment.ExperimentContext;
import org.kgcoop.experiment.MethodSpec;
import org.kgcoop.method.CoOp;
import org.kgcoop.method.Method;
import org.kgcoop.method.PromptMethod;
import org.kgcoop.method.TaskContext;
import org.kgcoop.model.Batch;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.prompt.ContextSettings;
import org.kgcoop.runs.AdaptRecord;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;
import org.kgcoop.train.TrainingSettings;

/** Time budget of an adaptation, which determines the work that fits into it. */
final class Budget {
  /** Number of images that are encoded to measure the speed of the machine. */
  private static final int SAMPLE = 8;

  private static final int MOST_VIEWS = 8;

  private static final double SHARE_OF_VIEWS = 0.05;

  /** Maximum number of steps that are run to measure the time per step. */
  private static final int MOST_STEPS = 6;

  private static final double LONGEST_SAMPLE = 2;

  /** Assumed time per image if no image of the sample is readable. */
  private static final double SECONDS_OF_AN_IMAGE = 0.1;

  private final ExperimentContext context;
  private final double seconds;

  Budget(ExperimentContext context, double minutes) {
    this.context = context;
    seconds = 60 * minutes;
  }

  /**
   * Plans the number of images per class and the number of views per image. Encoding the images
   * takes at most half of the time, and encoding the views at most a twentieth. All methods use the
   * same views.
   *
   * @param shots the maximum number of images per class if the user gave one; otherwise {@link
   *     FewShot#ALL}
   * @param still true for images that random crops do not improve
   */
  AdaptRecord.Plan plan(DataSet data, int shots, boolean still) {
    double each = secondsOfAnImage(data);
    Map<Integer, Integer> sizes = new HashMap<>();
    data.train().forEach(item -> sizes.merge(item.label(), 1, Integer::sum));
    int most = sizes.values().stream().mapToInt(Integer::intValue).max().orElse(1);
    int kept = shots == FewShot.ALL ? most : Math.min(shots, most);
    while (shots == FewShot.ALL && kept > 2 && images(sizes, kept) * each > seconds / 2) {
      kept--;
    }
    if (kept < most && shots == FewShot.ALL) {
      context
          .warnings()
          .accept(
              String.format(
                  Locale.ROOT,
                  "%s: encoding %d images would take %s, so at most %d of a class are"
                      + " learned from; give more --minutes for all",
                  data.name(),
                  data.train().size(),
                  minutes(data.train().size() * each),
                  kept));
    }
    double ofAView = images(sizes, kept) * each;
    int views = still ? 0 : (int) Math.min(MOST_VIEWS, seconds * SHARE_OF_VIEWS / ofAView);
    return new AdaptRecord.Plan(kept == most ? FewShot.ALL : kept, views);
  }

  private static String minutes(double seconds) {
    return Messages.count((long) Math.ceil(seconds / 60), "minute", "minutes");
  }

  private static long images(Map<Integer, Integer> sizes, int most) {
    return sizes.values().stream().mapToLong(size -> Math.min(size, most)).sum();
  }

  private double secondsOfAnImage(DataSet data) {
    List<Item> first = data.train().subList(0, Math.min(SAMPLE, data.train().size()));
    Set<Path> unreadable = new HashSet<>();
    context.cache().check(first, problem -> unreadable.add(problem.file()), done -> {});
    List<Item> sample = first.stream().filter(item -> !unreadable.contains(item.file())).toList();
    return sample.isEmpty()
        ? SECONDS_OF_AN_IMAGE
        : Math.max(1e-5, context.cache().test(sample, done -> {}).seconds() / sample.size());
  }

  /** Returns the reason to skip the next method, or an empty text if there is enough time. */
  String leftOut(double spent) {
    return spent < seconds ? "" : "the time was up (--minutes)";
  }

  /**
   * Returns the reason to skip a method that trains through the text encoder, or an empty text if
   * there is enough time.
   *
   * @param parts the parts of the data that the method is trained on first, several at a time
   * @param data the data of the final training
   */
  String leftOut(
      Method method,
      MethodSpec spec,
      TaskContext task,
      List<DataSet> parts,
      DataSet data,
      double spent) {
    TrainingSettings training = spec.training().apply(method.trained().orElseThrow(), task);
    int classes = data.classNames().size();
    int atATime = Math.min(parts.size(), HeldOutRuns.atATime(context.clip().device(), classes));
    double steps = steps(training, data);
    for (DataSet part : parts) {
      steps += (double) steps(training, part) / atATime;
    }
    double needed = steps * secondsOfAStep(data.classNames());
    if (spent + needed <= seconds) {
      return "";
    }
    return String.format(
        Locale.ROOT,
        "it takes about %s on this machine (--minutes %.0f would do)",
        minutes(needed),
        Math.ceil((spent + needed) / 60));
  }

  private static long steps(TrainingSettings training, DataSet data) {
    long[] labels = data.train().stream().mapToLong(Item::label).toArray();
    long ofAnEpoch =
        training.sampler().plan(labels, training.batchSize(), training.seed()).batches(0).size();
    return ofAnEpoch * training.schedule().epochs();
  }

  /**
   * Measures the time of a training step of a prompt. It is the minimum over several steps, because
   * other processes can delay individual steps.
   */
  private double secondsOfAStep(List<String> classNames) {
    PromptMethod method = new CoOp(ContextSettings.shared(4, ""));
    int width = context.clip().config().embedDim();
    float[] values = new float[width];
    Arrays.fill(values, 1);
    double shortest = Double.POSITIVE_INFINITY;
    double sum = 0;
    try (TrainableModel model = method.model(context.clip(), classNames, 1)) {
      for (int i = 0; i < 2 || (i < MOST_STEPS && sum < LONGEST_SAMPLE); i++) {
        long start = System.nanoTime();
        try (Scope scope = Scope.open("step")) {
          Tensor feature = Tensor.of(values, 1, width).to(context.clip().device()).unitRows();
          Tensor label = Tensor.of(new long[1], 1).to(context.clip().device());
          model.step(new Batch(feature, label));
        }
        double took = (System.nanoTime() - start) / 1e9;
        shortest = Math.min(shortest, took);
        sum += took;
      }
    }
    return shortest;
  }
}
