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
 * The measured seconds of a method for a number of classes.
 *
 * @param fit before the training steps, or the complete fit of a method without steps
 * @param step one training step, without features of the frozen image encoder
 * @param head the class features of a finished classifier
 * @param image the classification of one test image, with its encoding by a trained image encoder
 * @param images the number of images in the step
 * @param views the views per training image that are encoded once, 0 if there are none
 * @param weights the number of weights that the method tries by trainings of their own
 */
record MethodCost(
    double fit, double step, double head, double image, int images, int views, int weights) {

  /** The largest measured batch. The time of a larger one is proportional. */
  private static final int MAX_BATCH = 256;

  /**
   * The processor time of one measurement. A limit for the elapsed time would stop too early on a
   * busy machine, before the code is compiled.
   */
  private static final double MAX_CPU_SECONDS = 0.4;

  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  /** The repetitions of what a run does once. */
  private static final int FEW_ROUNDS = 2;

  /** The repetitions of what a run does often, such as a step. */
  private static final int MAX_ROUNDS = 100;

  /**
   * Measures one step, one classifier and one image of a method.
   *
   * @param typical a trial of the method
   * @param classes the number of classes
   * @param image an image file of the usual size
   * @param scratch a new folder
   */
  static MethodCost measure(
      ExperimentContext context, Trial typical, int classes, Path image, Path scratch) {
    FewShotSample sample = typical.sample();
    TrainingSettings training = typical.recipe().training();
    int batch = training == null ? 1 : Math.min(MAX_BATCH, training.batchSize());
    int shots = Math.max(sample.images() / sample.classCount(), 1);
    int perClass = Math.max(shots, batch / classes + 1);
    List<String> all = sample.allClassNames(); // so that the lengths of the names are as usual
    List<String> names =
        IntStream.range(0, classes)
            .mapToObj(i -> all.get(i % all.size()) + (i < all.size() ? "" : " " + i))
            .toList();
    DataSet data =
        new DataSet(
            "estimate",
            names,
            items(image, names, perClass * classes),
            items(image, names, classes),
            items(image, names, Runtime.getRuntime().availableProcessors()),
            sample.template());
    FewShotSample drawn = FewShotSample.of(data, sample.shots(), sample.seed());
    Trial trial = new Trial(typical.recipe(), drawn, List.of(), "classes" + classes);
    try (Scope scope = Scope.open("cost");
        RunFolder folder =
            RunFolder.open(
                trial.folder(scratch),
                trial.settings(context).values(),
                Map.of(),
                context.warnings())) {
      CountedFit counted = new CountedFit(context, trial, folder);
      double fitSeconds = seconds(context, FEW_ROUNDS, () -> close(trial.method().fit(counted)));
      Fit fit = trial.method().fit(counted);
      if (fit instanceof FittedMethod fitted) {
        return new MethodCost(fitSeconds, 0, 0, 0, 0, counted.usedViews(), counted.weights)
            .with(context, () -> fitted.classifier(context.clip(), names), data);
      }
      try (TrainableModel model = ((Fit.Training) fit).model()) {
        TrainingSettings steps = trial.recipe().steps();
        List<Item> items = data.train().subList(0, Math.min(batch, data.train().size()));
        int views = Math.max(counted.usedViews(), steps.augmentation().views());
        double step = step(context, items, steps, model);
        return new MethodCost(fitSeconds, step, 0, 0, items.size(), views, counted.weights)
            .with(context, model::toHead, data);
      }
    }
  }

  /** A fit that counts the weights that it would try, instead of training with each of them. */
  private static final class CountedFit extends TrialFitContext {
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

  private static void close(Fit fit) {
    if (fit instanceof Fit.Training training) {
      training.model().close();
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
          MAX_ROUNDS,
          () -> optimizer.step(model.step(loader.batch(batch, 0, 0)).gradients(), 0));
    }
  }

  /** Adds the times of a finished classifier. */
  private MethodCost with(ExperimentContext context, Supplier<Head> heads, DataSet data) {
    List<Item> items = data.test();
    double headSeconds = seconds(context, FEW_ROUNDS, () -> heads.get().close());
    try (Head made = heads.get()) {
      Supplier<Tensor> features =
          () -> Evaluator.features(made, context.cache(), items, context.progress(), "test images");
      Tensor known = features.get();
      Supplier<Tensor> given = made.encoder().isEmpty() ? () -> known : features;
      double classified =
          seconds(
              context,
              MAX_ROUNDS,
              () -> {
                int classes = data.classNames().size();
                Evaluator.Result unused = Evaluator.evaluate(made, given.get(), items, classes);
              });
      double imageSeconds = classified / items.size();
      return new MethodCost(fit, step, headSeconds, imageSeconds, images, views, weights);
    }
  }

  /** Returns the time of the encoding of an image, on one core. */
  static double ofAnImage(ExperimentContext context, Path image) {
    List<Item> items = items(image, List.of("image"), 1);
    return seconds(
        context,
        MAX_ROUNDS,
        () -> {
          Tensor unused = Workers.beside(() -> context.cache().encoder().test(items));
        });
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
  private static double seconds(ExperimentContext context, int maxRounds, Runnable action) {
    List<Double> rounds = new ArrayList<>();
    long begun = SYSTEM.getProcessCpuTime();
    do {
      context.checkInterrupted();
      long start = System.nanoTime();
      try (Scope scope = Scope.open("measurement")) {
        action.run();
      }
      rounds.add((System.nanoTime() - start) / 1e9);
    } while (rounds.size() < maxRounds
        && (SYSTEM.getProcessCpuTime() - begun) / 1e9 < MAX_CPU_SECONDS);
    List<Double> late = rounds.subList(rounds.size() / 2, rounds.size()).stream().sorted().toList();
    return late.get(late.size() / 2);
  }
}
