package org.kgcoop.trial;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleFunction;
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
import org.kgcoop.train.TrainingSettings;

/**
 * The measured seconds of a method for a number of classes.
 *
 * @param fit before the training steps, or the complete fit of a method without steps
 * @param step one training step, without features of the frozen image encoder
 * @param head the class features of a finished classifier
 * @param image the classification of one test image
 * @param encoding the encoding of one test image by a trained image encoder, otherwise 0
 * @param images the number of images in the step
 * @param views the views per training image that are encoded once, 0 if there are none
 * @param weights the number of weights that the method tries by trainings of their own
 */
record MethodCost(
    double fit,
    double step,
    double head,
    double image,
    double encoding,
    int images,
    int views,
    int weights) {

  /** The largest measured batch. The time of a larger one is proportional. */
  private static final int MAX_BATCH = 256;

  /**
   * The processor time of one measurement. A limit for the elapsed time would stop too early on a
   * busy machine, before the code is compiled.
   */
  private static final double MAX_CPU_SECONDS = 0.4;

  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  /** The repetitions of what a run does often, such as a step; otherwise twice. */
  static final int MAX_ROUNDS = 100;

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
    TrainingSettings steps = typical.recipe().training();
    int batch = steps == null ? 1 : steps.batchSize();
    int shots = Math.max(typical.sample().images() / typical.sample().classCount(), 1);
    int perClass = Math.max(shots, Math.min(MAX_BATCH, batch) / classes + 1);
    List<String> names = names(typical, classes);
    DataSet data =
        new DataSet(
            "estimate",
            names,
            items(image, names, perClass * classes),
            items(image, names, classes),
            items(image, names, Runtime.getRuntime().availableProcessors()),
            typical.sample().template());
    Trial trial =
        new Trial(
            typical.recipe(),
            FewShotSample.of(data, typical.sample().shots(), typical.sample().seed()),
            List.of(),
            "classes" + classes);
    try (Scope scope = Scope.open("cost");
        RunFolder folder =
            RunFolder.open(
                trial.folder(scratch),
                trial.settings(context),
                SettingsJson.provenance(List.of()),
                context.warnings())) {
      CountedFit fitContext = new CountedFit(context, trial, folder);
      double fitSeconds = seconds(context, 2, () -> close(trial.method().fit(fitContext)));
      Fit fit = trial.method().fit(fitContext);
      if (fit instanceof FittedMethod fitted) {
        double headSeconds =
            seconds(context, 2, () -> fitted.classifier(context.clip(), names).close());
        try (Head head = fitted.classifier(context.clip(), names)) {
          return new MethodCost(
                  fitSeconds, 0, headSeconds, 0, 0, 0, fitContext.usedViews(), fitContext.weights)
              .withImage(context, head, data);
        }
      }
      Fit.Training training = (Fit.Training) fit;
      try (TrainableModel model = training.model()) {
        TrainingSettings settings = trial.recipe().steps();
        int images = Math.min(Math.min(settings.batchSize(), MAX_BATCH), data.train().size());
        double stepSeconds = step(context, data.train().subList(0, images), settings, model);
        double headSeconds = seconds(context, 2, () -> model.toHead().close());
        int views = Math.max(fitContext.usedViews(), settings.augmentation().views());
        try (Head head = model.toHead()) {
          return new MethodCost(
                  fitSeconds, stepSeconds, headSeconds, 0, 0, images, views, fitContext.weights)
              .withImage(context, head, data);
        }
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
    int[] batch = new int[items.size()];
    for (int i = 0; i < batch.length; i++) {
      batch[i] = i;
    }
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
          () -> {
            try (Scope scope = Scope.open("step")) {
              optimizer.step(model.step(loader.batch(batch, 0, 0)).gradients(), 0);
            }
          });
    }
  }

  private MethodCost withImage(ExperimentContext context, Head head, DataSet data) {
    List<Item> items = data.test();
    Tensor features =
        Evaluator.features(head, context.cache(), items, context.progress(), "test images");
    double encoded =
        head.encoder().isEmpty()
            ? 0
            : seconds(
                context,
                MAX_ROUNDS,
                () -> {
                  try (Scope scope = Scope.open("images")) {
                    Tensor unused =
                        Evaluator.features(
                            head, context.cache(), items, context.progress(), "test images");
                  }
                });
    double classified =
        seconds(
            context,
            MAX_ROUNDS,
            () -> {
              Evaluator.Result unused =
                  Evaluator.evaluate(head, features, items, data.classNames().size());
            });
    return new MethodCost(
        fit,
        step,
        head(),
        classified / items.size(),
        encoded / items.size(),
        images,
        views,
        weights);
  }

  /** Returns names of the experiment, so that the lengths are as usual. */
  private static List<String> names(Trial trial, int classes) {
    List<String> all = trial.sample().allClassNames();
    List<String> names = new ArrayList<>();
    for (int i = 0; i < classes; i++) {
      names.add(i < all.size() ? all.get(i) : all.get(i % all.size()) + " " + i);
    }
    return names;
  }

  /** Returns items with equal keys, so that each view is encoded once. */
  static List<Item> items(Path image, List<String> names, int count) {
    List<Item> items = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int label = i % names.size();
      items.add(new Item("image", image, label, names.get(label)));
    }
    return items;
  }

  /**
   * Returns the median time of an action. If it takes a short time, it is repeated, because the
   * first calls include the compiler's work.
   */
  static double seconds(ExperimentContext context, int maxRounds, Runnable action) {
    List<Double> rounds = new ArrayList<>();
    long begun = SYSTEM.getProcessCpuTime();
    do {
      context.checkInterrupted();
      long start = System.nanoTime();
      action.run();
      rounds.add((System.nanoTime() - start) / 1e9);
    } while (rounds.size() < maxRounds
        && (SYSTEM.getProcessCpuTime() - begun) / 1e9 < MAX_CPU_SECONDS);
    List<Double> late = rounds.subList(rounds.size() / 2, rounds.size()).stream().sorted().toList();
    return late.get(late.size() / 2);
  }
}
