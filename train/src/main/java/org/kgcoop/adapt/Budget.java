package org.kgcoop.adapt;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import org.kgcoop.Messages;
import org.kgcoop.data.DataSet;
import org.kgcoop.method.CoOp;
import org.kgcoop.method.PromptMethod;
import org.kgcoop.model.Batch;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.prompt.ContextSettings;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;
import org.kgcoop.train.TrainingSettings;
import org.kgcoop.trial.CrossValidation;
import org.kgcoop.trial.ExperimentContext;
import org.kgcoop.trial.Recipe;

/**
 * Time limit of an adaptation. All work counts, from the start of the command to the last file.
 * Estimates only avoid work in vain. The clock ends whatever takes longer than its estimate.
 *
 * <p>Without {@code --minutes} there is no limit, and {@link TaskSize} decides what is compared.
 *
 * @param start the {@link System#nanoTime} of the start
 * @param seconds the limit; infinite if there is none
 */
record Budget(ExperimentContext context, long start, double seconds) {
  /** Share of the time for reading and encoding images. The rest compares and trains methods. */
  static final double ENCODING = 0.55;

  /** Share of the time for reading images that there is no time to encode. */
  static final double READING = 0.65;

  /** Share of the rest of the time for finding near copies, which limits the number of images. */
  private static final double COPIES = 1.0 / 3;

  private static final double SHARE_OF_VIEWS = 0.05;

  /** Maximum number of steps that are run to measure the time per step. */
  private static final int MAX_STEPS = 6;

  private static final double LONGEST_SAMPLE = 2;

  /** Multiple of the possible time that not even the first step of a process exceeds by chance. */
  private static final double FAR_TOO_LONG = 10;

  double elapsed() {
    return (System.nanoTime() - start) / 1e9;
  }

  /** Returns the remaining seconds; at least 0. */
  double left() {
    return Math.max(0, seconds - elapsed());
  }

  /** Returns the seconds for finding near copies, after all images are encoded. */
  double secondsOfCopies() {
    return COPIES * left();
  }

  /** Returns a condition that is true when a share of the total time is used up. */
  BooleanSupplier after(double share) {
    return () -> elapsed() > share * seconds;
  }

  /** Returns a condition that is true after some seconds from now. */
  BooleanSupplier afterNext(double some) {
    double end = elapsed() + some;
    return () -> elapsed() > end;
  }

  /** Returns the limit that would be enough for some work, in whole minutes. */
  double enough(double needed) {
    return Math.ceil((elapsed() + needed) / 60);
  }

  /** Returns true if there is no limit. */
  boolean isUnlimited() {
    return Double.isInfinite(seconds);
  }

  /**
   * Returns the number of random views per image that take at most a twentieth of the time.
   *
   * @param images the number of training images
   * @param secondsOfAnImage the time to encode one image
   */
  int views(int images, double secondsOfAnImage) {
    return (int)
        Math.min(
            TaskSize.MAX_VIEWS,
            seconds * SHARE_OF_VIEWS / (images * Math.max(1e-5, secondsOfAnImage)));
  }

  static String duration(double seconds) {
    return seconds < 90
        ? Messages.count((long) Math.ceil(seconds), "second", "seconds")
        : Messages.count((long) Math.ceil(seconds / 60), "minute", "minutes");
  }

  /**
   * Returns the reason to skip a method that trains through the text encoder, or an empty text if
   * there is enough time.
   *
   * @param folds the number of folds that the method is trained on first, several at a time, each
   *     for as many steps as on all data
   * @param data the data of the final training
   */
  String leftOut(Recipe recipe, int folds, DataSet data) {
    if (isUnlimited()) {
      return "";
    }
    TrainingSettings training = recipe.steps();
    int classes = data.classNames().size();
    int parallel =
        CrossValidation.foldsAtATime(
            context.clip().device(), recipe.method(), classes, data.train().size());
    double steps = training.steps(data.train()) * (1 + (double) folds / Math.min(folds, parallel));
    double needed = steps * secondsOfAStep(data.classNames(), left() / steps);
    if (needed <= left()) {
      return "";
    }
    return String.format(
        Locale.ROOT,
        "it takes about %s on this machine (--minutes %.0f is enough)",
        duration(needed),
        enough(needed));
  }

  /**
   * Measures the time of a training step of a prompt. It is the minimum over several steps, because
   * other processes can delay individual steps.
   *
   * @param limit the longest step that there is time for; a first step that takes far longer ends
   *     the measurement
   */
  private double secondsOfAStep(List<String> classNames, double limit) {
    PromptMethod method = new CoOp(ContextSettings.shared(4, ""));
    int width = context.clip().config().embedDim();
    float[] values = new float[width];
    Arrays.fill(values, 1);
    double shortest = Double.POSITIVE_INFINITY;
    double sum = 0;
    try (TrainableModel model = method.model(context.clip(), classNames, 1)) {
      int least = 2;
      for (int i = 0; i < least || (i < MAX_STEPS && sum < LONGEST_SAMPLE); i++) {
        long begin = System.nanoTime();
        try (Scope scope = Scope.open("step")) {
          Tensor feature = Tensor.of(values, 1, width).to(context.clip().device()).unitRows();
          Tensor label = Tensor.of(new long[1], 1).to(context.clip().device());
          model.step(new Batch(feature, label));
        }
        double took = (System.nanoTime() - begin) / 1e9;
        shortest = Math.min(shortest, took);
        sum += took;
        least = shortest > FAR_TOO_LONG * limit ? 1 : least;
      }
    }
    return shortest;
  }
}
