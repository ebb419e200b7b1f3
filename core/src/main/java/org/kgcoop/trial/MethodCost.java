package org.kgcoop.trial;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.DataSet;
import org.kgcoop.features.TrainingLoader;
import org.kgcoop.method.Fit;
import org.kgcoop.method.FittedMethod;
import org.kgcoop.model.Head;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.runs.RunFolder;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;
import org.kgcoop.train.Trainer;
import org.kgcoop.train.TrainingSettings;

/**
 * The measured seconds of a method for a number of classes.
 *
 * @param fit before the training steps, or the complete fit of a method without steps
 * @param step one training step
 * @param head the class features of a finished classifier
 * @param image the classification of one test image, with its encoding if the method trains the
 *     image encoder
 * @param views the views per training image that are encoded once, 0 if there are none
 */
record MethodCost(double fit, double step, double head, double image, int views) {
  private static final int MAX_STEPS = 60;
  private static final double MAX_SECONDS = 2;

  /** The smallest number of measured steps, of which the first one does not count. */
  private static final int MIN_STEPS = 2;

  /** Returns the point at {@code classes} of the line through the costs of two class numbers. */
  static MethodCost onLine(int few, MethodCost a, int many, MethodCost b, int classes) {
    double share = few == many ? 0 : (double) (classes - few) / (many - few);
    return new MethodCost(
        onLine(a.fit, b.fit, share),
        onLine(a.step, b.step, share),
        onLine(a.head, b.head, share),
        onLine(a.image, b.image, share),
        Math.max(a.views, b.views));
  }

  /**
   * Noise can turn a nearly horizontal line downwards, so that no cost shrinks with the classes.
   */
  private static double onLine(double a, double b, double share) {
    return a + share * Math.max(0, b - a);
  }

  /**
   * Measures a trial in a new run folder, without training it to the end.
   *
   * @param trial a trial with one evaluation set
   */
  static MethodCost measure(ExperimentContext context, Trial trial, Path out) {
    try (Scope scope = Scope.open("cost");
        RunFolder folder =
            RunFolder.open(
                trial.folder(out),
                trial.settings(context),
                SettingsJson.provenance(List.of()),
                context.warnings())) {
      TrialFitContext fitContext = new TrialFitContext(context, trial, folder, TrialRun::run);
      // Encoded before the clock starts, because runs share these features.
      context.cache().test(trial.sample().data(context.warnings()).train(), done -> {});
      long start = System.nanoTime();
      Fit fit = trial.method().fit(fitContext);
      double fitSeconds = seconds(start);
      if (fit instanceof FittedMethod fitted) {
        return new MethodCost(fitSeconds, 0, 0, 0, fitContext.usedViews())
            .withHead(context, trial, fitted);
      }
      Fit.Training training = (Fit.Training) fit;
      try (TrainableModel model = training.model()) {
        TrainingSettings settings = trial.training(training.method());
        double step = step(context, trial, settings, model);
        long begun = System.nanoTime();
        try (Head head = model.toHead()) {
          return new MethodCost(
              fitSeconds,
              step,
              seconds(begun),
              image(context, trial, head),
              Math.max(fitContext.usedViews(), settings.augmentation().views()));
        }
      }
    }
  }

  private MethodCost withHead(ExperimentContext context, Trial trial, FittedMethod fitted) {
    long start = System.nanoTime();
    try (Head classifier =
        fitted.classifier(context.clip(), trial.targets().get(0).data().classNames())) {
      return new MethodCost(fit, step, seconds(start), image(context, trial, classifier), views);
    }
  }

  private static double step(
      ExperimentContext context, Trial trial, TrainingSettings settings, TrainableModel model) {
    DataSet data = trial.sample().data(context.warnings());
    List<Double> steps = new ArrayList<>();
    try (TrainingLoader loader =
        new TrainingLoader(
            context.cache(),
            data.train(),
            settings.augmentation(),
            settings.seed(),
            model.inputs())) {
      if (loader.toPrepare() > 0) {
        loader.prepare(done -> {});
      }
      long start = System.nanoTime();
      Trainer.Listener listener =
          new Trainer.Listener() {
            private long last = start;

            @Override
            public void step(int epoch, int batch, double rate, Map<String, Double> losses) {
              steps.add(seconds(last));
              last = System.nanoTime();
            }
          };
      new Trainer(
              model,
              loader,
              settings,
              settings.plan(loader),
              listener,
              () ->
                  context.interrupted().getAsBoolean()
                      || steps.size() >= MAX_STEPS
                      || (steps.size() >= MIN_STEPS && seconds(start) > MAX_SECONDS))
          .train(null, null);
    } catch (KgCoopException e) {
      context.checkInterrupted();
      if (e.category() != KgCoopException.Category.INTERRUPTED) {
        throw e;
      }
    }
    // The first half includes the compiler's work.
    return steps.subList(steps.size() / 2, steps.size()).stream()
        .sorted()
        .toList()
        .get((steps.size() - steps.size() / 2) / 2);
  }

  private static double image(ExperimentContext context, Trial trial, Head head) {
    EvaluationSet target = trial.targets().get(0);
    DataSet data = target.data();
    double best = Double.POSITIVE_INFINITY;
    for (int round = 0; round < 2; round++) { // the first one may encode the shared features
      long start = System.nanoTime();
      Tensor features = target.features(head, context);
      long images =
          Evaluator.evaluate(head, features, data.test(), data.classNames().size())
              .evaluation()
              .total();
      best = Math.min(best, seconds(start) / images);
    }
    return best;
  }

  /** Returns the time since a {@link System#nanoTime}. */
  static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }
}
