package org.kgcoop.trial;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kgcoop.classifier.ClassifierFile;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Item;
import org.kgcoop.eval.Calibration;
import org.kgcoop.eval.Calibration.Origin;
import org.kgcoop.files.Folders;
import org.kgcoop.method.TextMethod;
import org.kgcoop.model.Head;
import org.kgcoop.progress.Progress;
import org.kgcoop.tensor.Scope;
import org.kgcoop.trial.CrossValidation.HeldOut;

/**
 * Fit of the temperature and the rejection threshold of a trial. It uses images that the trial was
 * not trained on: the validation images or, if there are none, cross-validation on the training
 * images.
 *
 * <p>Each fold is classified by a run in {@code .calibration} in the run folder. This run is
 * trained on the other folds, with the settings that the trial has selected.
 *
 * @param runner a function that runs another trial
 */
record CalibrationFit(ExperimentContext context, Trial trial, CrossValidation.Runner runner) {
  static final int FOLDS = 4;
  private static final String RUN = "run";

  private static Path work(Path run) {
    return run.resolve(".calibration");
  }

  /** Deletes the runs of the folds, which are kept until the results of the run are saved. */
  static void delete(Path run) {
    Folders.remove(work(run));
  }

  /**
   * Fits the temperature and the threshold.
   *
   * @param learned the result of the trial
   * @param run the folder of the trial
   * @return the calibration, or null, with a warning, if there is no validation image and no class
   *     has a second training image
   */
  @Nullable Calibration find(ClassifierFile learned, Path run) {
    DataSet drawn = trial.sample().data(context.warnings());
    Calibration found;
    if (!drawn.val().isEmpty()) {
      found = fit(learned, drawn.val(), Origin.VALIDATION);
    } else if (learned.method() instanceof TextMethod) {
      found = fit(learned, drawn.train(), Origin.OUT_OF_FOLD);
    } else {
      found = outOfFold(learned, drawn, work(run));
    }
    if (found == null) {
      warn(
          "no temperature, since no class has a second training image; give validation images or"
              + " more shots");
    } else if (found.temperature() == 1) {
      warn("%s images do not determine a temperature; it stays 1".formatted(found.images()));
    }
    return found;
  }

  private void warn(String what) {
    context.warnings().accept(where() + what);
  }

  private String where() {
    return "%s, %s, seed %s: "
        .formatted(trial.sample().name(), trial.method().title(), trial.sample().seed());
  }

  private Calibration fit(ClassifierFile file, List<Item> items, Origin by) {
    try (Scope scope = Scope.open("calibration");
        Head classifier = file.classifier(context.clip(), trial.sample().classNames())) {
      double[][] logits = Evaluator.logits(classifier, context.cache(), items);
      return Calibration.fit(logits, Evaluator.labels(items), by);
    }
  }

  private @Nullable Calibration outOfFold(ClassifierFile learned, DataSet drawn, Path work) {
    List<Fold> folds = Fold.ofImages(drawn, FOLDS);
    CrossValidation nested = new CrossValidation(context, trial.sample(), work, runner);
    try (Progress.Task task = context.progress().start(where() + "calibration", 1)) {
      nested.train(trial.recipe().with(learned.method()), RUN, folds);
      task.done(1);
    }
    List<HeldOut> heldOut = nested.heldOut(RUN, folds);
    return heldOut.isEmpty()
        ? null
        : Calibration.fit(HeldOut.logitsOf(heldOut), HeldOut.labelsOf(heldOut), Origin.OUT_OF_FOLD);
  }
}
