package org.kgcoop.trial;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.kgcoop.classifier.ClassifierFile;
import org.kgcoop.data.ClassSplit;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Item;
import org.kgcoop.method.Method;
import org.kgcoop.method.encoder.EncoderMethod;
import org.kgcoop.model.Head;
import org.kgcoop.runs.RunResults;
import org.kgcoop.tensor.Device;
import org.kgcoop.tensor.Engine;
import org.kgcoop.tensor.Scope;
import org.kgcoop.train.TrainingSettings;

/**
 * Cross-validation by nested trials: a method learns from a part of a sample and classifies the
 * held-out images. Each nested trial has a run folder, so nothing is trained twice.
 *
 * <p>Nested trials use the settings for the complete sample. With fewer images, an epoch has fewer
 * steps. A nested trial therefore has more epochs, and trains as many steps as the complete sample.
 *
 * @param all the complete sample
 * @param work the folder of the run folders
 * @param runner a function that runs another trial
 */
public record CrossValidation(
    ExperimentContext context, FewShotSample all, Path work, Runner runner) {
  /** Maximum number of classes, summed over the folds that are trained at a time. */
  private static final int MAX_CLASSES_AT_A_TIME = 100;

  /** Maximum number of folds at a time without training steps. */
  private static final int MAX_SINGLE_FOLDS = 4;

  /** Maximum of the bytes that these folds take together. */
  private static final long MAX_BYTES_AT_A_TIME = 2L << 30;

  /** Function that runs a trial, such as {@link TrialRun#run(ExperimentContext, Trial, Path)}. */
  @FunctionalInterface
  public interface Runner {
    RunResults run(ExperimentContext context, Trial trial, Path out);
  }

  /**
   * Logits of a held-out image.
   *
   * @param unseen true if the class of the image was hidden
   * @param logits the logits, (C)
   */
  // An array, because there are many logits. No code compares these records.
  @SuppressWarnings("ArrayRecordComponent")
  public record HeldOut(Item item, boolean unseen, double[] logits) {
    /** Returns the logits of images, (N, C). */
    public static double[][] logitsOf(List<HeldOut> images) {
      return images.stream().map(HeldOut::logits).toArray(double[][]::new);
    }

    /** Returns the labels of images, (N). */
    public static int[] labelsOf(List<HeldOut> images) {
      return images.stream().mapToInt(each -> each.item.label()).toArray();
    }
  }

  public CrossValidation {
    context = context.silent();
  }

  /** Returns this cross-validation with one more reason to stop. */
  public CrossValidation until(BooleanSupplier stop) {
    return new CrossValidation(context.until(stop), all, work, runner);
  }

  /**
   * Trains a method on the folds, unless this is done.
   *
   * @param id the name of the method among those that are trained on the same folds
   * @throws org.kgcoop.KgCoopException of the kind INTERRUPTED, if the work should stop
   */
  public void train(Recipe recipe, String id, List<Fold> folds) {
    run(recipe, id, folds, false);
  }

  /**
   * Trains a method on the folds and measures it on the held-out images, unless this is done.
   *
   * @return for each fold, the results for the evaluation sets {@code seen} and {@code unseen}
   */
  List<RunResults> measure(Recipe recipe, String id, List<Fold> folds) {
    return run(recipe, id, folds, true);
  }

  @CanIgnoreReturnValue
  private List<RunResults> run(Recipe recipe, String id, List<Fold> folds, boolean measured) {
    Method method = recipe.method();
    int images = folds.stream().mapToInt(fold -> fold.fitted().train().size()).max().orElse(0);
    int parallel =
        method instanceof EncoderMethod
            ? 1 // each fold would keep its own tokens of all images
            : foldsAtATime(context.clip().device(), method, all.classNames().size(), images);
    return Jobs.run(folds, fold -> run(recipe, id, fold, measured), parallel);
  }

  private RunResults run(Recipe recipe, String id, Fold fold, boolean measured) {
    context.checkInterrupted();
    Recipe nested = lengthened(recipe, all.data(context.warnings()), fold.fitted());
    List<EvaluationSet> targets =
        measured
            ? List.of(
                new EvaluationSet("seen", fold.seen(), ClassSplit.ALL),
                new EvaluationSet("unseen", fold.unseen(), ClassSplit.ALL))
            : List.of();
    FewShotSample sample = FewShotSample.of(fold.fitted(), all.shots(), all.seed());
    return runner.run(context, new Trial(nested, sample, targets, folder(fold, id)), work);
  }

  private static String folder(Fold fold, String id) {
    return fold.name() + "/" + id;
  }

  /**
   * Returns how many folds are trained at a time. A training step for few classes cannot use all
   * cores. A step for many classes can, and its memory grows with the number of classes. Methods
   * without training steps use one core, and a kernel grows with the number of images.
   *
   * @param images the number of training images of a fold
   */
  public static int foldsAtATime(Device device, Method method, int classes, int images) {
    if (!device.isCpu()) {
      return 1;
    }
    long most =
        method.trained().isPresent()
            ? MAX_CLASSES_AT_A_TIME / classes
            : Math.min(
                MAX_SINGLE_FOLDS, MAX_BYTES_AT_A_TIME / Math.max(1, method.fitBytes(images)));
    return (int) Math.max(1, Math.min(Engine.threads(), most));
  }

  /** Returns a recipe that trains on a part of the images for as many steps as on all of them. */
  private static Recipe lengthened(Recipe recipe, DataSet all, DataSet part) {
    TrainingSettings training = recipe.training();
    if (training == null) {
      return recipe;
    }
    double factor = (double) training.steps(all.train()) / training.steps(part.train());
    return new Recipe(recipe.method(), training.stretched(factor));
  }

  /**
   * Returns the logits of a trained method for the held-out images of the folds, in the order of
   * the folds.
   */
  public List<HeldOut> heldOut(String id, List<Fold> folds) {
    List<HeldOut> heldOut = new ArrayList<>();
    for (Fold fold : folds) {
      Path run = work.resolve(folder(fold, id));
      ClassifierFile file = ClassifierFile.read(ClassifierFile.in(run));
      List<Item> items =
          Stream.concat(fold.seen().test().stream(), fold.unseen().test().stream()).toList();
      if (items.isEmpty()) {
        continue;
      }
      try (Scope scope = Scope.open("held-out images");
          Head head = file.classifier(context.clip(), fold.seen().classNames())) {
        double[][] logits = Evaluator.logits(head, context.cache(), items);
        int seen = fold.seen().test().size();
        for (int i = 0; i < logits.length; i++) {
          heldOut.add(new HeldOut(items.get(i), i >= seen, logits[i]));
        }
      }
    }
    return heldOut;
  }
}
