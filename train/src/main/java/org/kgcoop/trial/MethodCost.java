package org.kgcoop.trial;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Item;
import org.kgcoop.features.Augmentation;
import org.kgcoop.features.TrainingLoader;
import org.kgcoop.method.Fit;
import org.kgcoop.method.FittedMethod;
import org.kgcoop.method.Method;
import org.kgcoop.model.Head;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.runs.RunFolder;
import org.kgcoop.tensor.Optimizer;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;
import org.kgcoop.tensor.Workers;
import org.kgcoop.train.TrainingSettings;

/**
 * The measured seconds of a method. For more classes than were measured, times are proportional.
 *
 * @param training one training step, without features of the frozen image encoder; the complete fit
 *     of a method without steps
 * @param test the classification of one test image, with its encoding by a trained image encoder
 * @param classes the number of measured classes
 * @param images the number of images in the step
 * @param views the views per training image that are encoded once, 0 if there are none
 * @param weights the number of weights that the method tries by trainings of their own
 */
record MethodCost(double training, double test, int classes, int images, int views, int weights) {

  /** The most classes that are measured. A step for more would take too long, and much memory. */
  private static final int MOST_CLASSES = 64;

  /** The largest measured batch. The time of a larger one is proportional. */
  private static final int MAX_BATCH = 256;

  /**
   * The processor time of one measurement. A limit for the elapsed time would stop too early on a
   * busy machine, before the code is compiled.
   */
  private static final double MAX_CPU_SECONDS = 0.4;

  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private static final int MAX_ROUNDS = 100;

  /**
   * Measures one step and one test image of a method.
   *
   * @param typical a trial of the method
   * @param image an image file of the usual size
   * @param scratch a new folder
   */
  static MethodCost measure(ExperimentContext context, Trial typical, Path image, Path scratch) {
    FewShotSample sample = typical.sample();
    TrainingSettings training = typical.recipe().training();
    int batch = training == null ? 1 : Math.min(MAX_BATCH, training.batchSize());
    List<String> names =
        sample.classNames().subList(0, Math.min(MOST_CLASSES, sample.classCount()));
    int shots = Math.max(sample.images() / sample.classCount(), 1);
    int perClass = Math.max(shots, batch / names.size() + 1);
    DataSet data =
        new DataSet(
            "estimate",
            names,
            items(image, names, perClass * names.size()),
            items(image, names, names.size()),
            items(image, names, Runtime.getRuntime().availableProcessors()),
            sample.template());
    FewShotSample drawn = FewShotSample.of(data, sample.shots(), sample.seed());
    Trial trial = new Trial(typical.recipe(), drawn, List.of(), "estimate");
    try (Scope scope = Scope.open("cost");
        RunFolder folder =
            RunFolder.open(
                trial.folder(scratch),
                trial.settings(context).values(),
                Map.of(),
                context.warnings())) {
      CountedFit counted = new CountedFit(context, trial, folder);
      if (trial.method().trained().isEmpty()) {
        double fit = seconds(context, () -> trial.method().fit(counted));
        FittedMethod fitted = (FittedMethod) trial.method().fit(counted);
        double test = test(context, () -> fitted.classifier(context.clip(), names), data);
        return new MethodCost(fit, test, names.size(), 0, counted.usedViews(), counted.weights);
      }
      try (TrainableModel model = ((Fit.Training) trial.method().fit(counted)).model()) {
        TrainingSettings steps = trial.recipe().steps();
        List<Item> items = data.train().subList(0, Math.min(batch, data.train().size()));
        int views = Math.max(counted.usedViews(), steps.augmentation().views());
        double step = step(context, items, steps, model);
        double test = test(context, model::toHead, data);
        return new MethodCost(step, test, names.size(), items.size(), views, counted.weights);
      }
    }
  }

  /** Returns the time of one training step, or of a complete fit, for a number of classes. */
  double training(int ofClasses) {
    return training * ofClasses / classes;
  }

  /** Returns the time to classify images. */
  double test(int ofClasses, int ofImages) {
    return test * ofImages * ofClasses / classes;
  }

  /** A fit that counts the weights that it would try, instead of training with each of them. */
  private static final class CountedFit extends TrialFit {
    private int weights;

    CountedFit(ExperimentContext context, Trial trial, RunFolder folder) {
      super(context, trial, folder, TrialRun::run);
    }

    @Override
    public double bestWeight(List<Double> grid, DoubleFunction<Method> method) {
      weights = grid.size();
      return grid.get(0);
    }
  }

  /** Measures a step. A trained image encoder reads new views, as in most trainings. */
  private static double step(
      ExperimentContext context,
      List<Item> items,
      TrainingSettings settings,
      TrainableModel model) {
    Augmentation views =
        model.inputs().block().isPresent() ? Augmentation.ofId("online") : Augmentation.TEST;
    int[] batch = IntStream.range(0, items.size()).toArray();
    try (TrainingLoader loader =
            new TrainingLoader(context.cache(), items, views, settings.seed(), model.inputs());
        Optimizer optimizer =
            new Optimizer(List.copyOf(model.parameters().values()), settings.optimizer())) {
      if (loader.toPrepare() > 0) {
        loader.prepare(done -> {});
      }
      return seconds(
          context,
          () -> {
            optimizer.step(model.step(loader.batch(batch, 0, 0)).gradients(), 0);
            return model;
          });
    }
  }

  /** Measures the classification of one test image. */
  private static double test(ExperimentContext context, Supplier<Head> heads, DataSet data) {
    List<Item> items = data.test();
    try (Head made = heads.get()) {
      Supplier<Tensor> features =
          () -> Evaluator.features(made, context.cache(), items, context.progress(), "test images");
      Tensor known = features.get();
      Supplier<Tensor> given = made.encoder().isEmpty() ? () -> known : features;
      int classes = data.classNames().size();
      double classified =
          seconds(context, () -> Evaluator.evaluate(made, given.get(), items, classes));
      return classified / items.size();
    }
  }

  /** Returns the time of the encoding of an image, on one core. */
  static double ofAnImage(ExperimentContext context, Path image) {
    List<Item> items = items(image, List.of("image"), 1);
    return seconds(context, () -> Workers.beside(() -> context.cache().encoder().test(items)));
  }

  /** Returns items with equal keys, so that each view is encoded once. */
  private static List<Item> items(Path image, List<String> names, int count) {
    return IntStream.range(0, count)
        .map(i -> i % names.size())
        .mapToObj(label -> new Item("image", image, label, names.get(label)))
        .toList();
  }

  /**
   * Returns the median time of an action. If it takes a short time, it is repeated, because the
   * first calls include the compiler's work.
   */
  private static double seconds(ExperimentContext context, Supplier<?> action) {
    List<Double> rounds = new ArrayList<>();
    long begun = SYSTEM.getProcessCpuTime();
    do {
      context.checkInterrupted();
      long start = System.nanoTime();
      try (Scope scope = Scope.open("measurement")) {
        Object unused = action.get();
      }
      rounds.add((System.nanoTime() - start) / 1e9);
    } while (rounds.size() < MAX_ROUNDS
        && (SYSTEM.getProcessCpuTime() - begun) / 1e9 < MAX_CPU_SECONDS);
    List<Double> late = rounds.subList(rounds.size() / 2, rounds.size()).stream().sorted().toList();
    return late.get(late.size() / 2);
  }
}
