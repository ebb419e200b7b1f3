package org.kgcoop.experiment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.classifier.ClassifierFile;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Item;
import org.kgcoop.eval.Calibration;
import org.kgcoop.eval.Calibration.Origin;
import org.kgcoop.files.FileErrors;
import org.kgcoop.files.FolderTree;
import org.kgcoop.method.Folds;
import org.kgcoop.method.TextMethod;
import org.kgcoop.model.Head;
import org.kgcoop.runs.RunResults;
import org.kgcoop.tensor.Scope;

/**
 * Fit of the temperature and the rejection threshold of a trial. It uses images that the trial was
 * not trained on: the validation images or, if there are none, cross-validation on the training
 * images.
 *
 * <p>Each fold is classified by a run in {@code .calibration} in the run folder. This run is
 * trained on the other folds, with the settings that the trial has selected. With fewer images, an
 * epoch has fewer steps. These runs therefore have more epochs, and train as many steps as the
 * trial.
 */
final class CalibrationFit {
  private static final int FOLDS = 4;

  private final ExperimentContext context;
  private final Trial trial;
  private final BiFunction<Trial, Path, RunResults> runs;

  /**
   * Creates a fit for a trial.
   *
   * @param runs a function that runs another trial in a folder
   */
  CalibrationFit(ExperimentContext context, Trial trial, BiFunction<Trial, Path, RunResults> runs) {
    this.context = context;
    this.trial = trial;
    this.runs = runs;
  }

  private static Path work(Path run) {
    return run.resolve(".calibration");
  }

  /** Deletes the runs of the folds, which are kept until the results of the run are saved. */
  static void delete(Path run) {
    try {
      if (Files.exists(work(run))) {
        FolderTree.delete(work(run));
      }
    } catch (IOException e) {
      throw KgCoopException.io(work(run) + ": cannot be deleted: " + FileErrors.reason(e), e);
    }
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
      found = fit(logits(learned, drawn.val()), drawn.val(), Origin.VALIDATION);
    } else if (learned.method() instanceof TextMethod) {
      found = fit(logits(learned, drawn.train()), drawn.train(), Origin.OUT_OF_FOLD);
    } else {
      found = outOfFold(learned, drawn, work(run));
    }
    if (found == null) {
      context
          .warnings()
          .accept(
              where()
                  + "no temperature, since no class has a second training image; give validation"
                  + " images or more shots");
    } else if (found.temperature() == 1) {
      context
          .warnings()
          .accept(
              where()
                  + "%s images do not determine a temperature; it stays 1"
                      .formatted(found.images()));
    }
    return found;
  }

  private String where() {
    return "%s, %s, seed %s: "
        .formatted(trial.sample().name(), trial.method().title(), trial.sample().seed());
  }

  private static Calibration fit(double[][] logits, List<Item> items, Origin by) {
    return Calibration.fit(logits, Evaluator.labels(items), by);
  }

  private double[][] logits(ClassifierFile file, List<Item> items) {
    try (Scope scope = Scope.open("calibration");
        Head classifier = file.classifier(context.clip(), trial.sample().classNames())) {
      return Evaluator.logits(classifier, context.cache(), items);
    }
  }

  private @Nullable Calibration outOfFold(ClassifierFile learned, DataSet drawn, Path work) {
    Folds folds = folds(drawn);
    if (folds.count() == 0) {
      return null;
    }
    List<double[]> logits = new ArrayList<>();
    List<Item> asked = new ArrayList<>();
    for (int fold = 0; fold < folds.count(); fold++) {
      int held = fold;
      List<Item> items = some(drawn, i -> folds.holds(held, i));
      if (items.isEmpty()) {
        continue;
      }
      DataSet fitted =
          drawn.withImages(some(drawn, i -> !folds.holds(held, i)), List.of(), List.of());
      String name = "fold%s-of-%s".formatted(fold + 1, folds.count());
      logits.addAll(List.of(logits(trained(learned, drawn, fitted, name, work), items)));
      asked.addAll(items);
    }
    return asked.isEmpty() ? null : fit(logits.toArray(double[][]::new), asked, Origin.OUT_OF_FOLD);
  }

  private static Folds folds(DataSet drawn) {
    List<Item> items = drawn.train();
    return new Folds(items.stream().map(Item::label).toList(), Item.groupNumbers(items), FOLDS);
  }

  private static List<Item> some(DataSet drawn, IntPredicate which) {
    return IntStream.range(0, drawn.train().size())
        .filter(which)
        .mapToObj(drawn.train()::get)
        .toList();
  }

  /** Trains the same method, with the settings that it has selected, on a part of the images. */
  private ClassifierFile trained(
      ClassifierFile learned, DataSet drawn, DataSet fitted, String name, Path work) {
    MethodSpec spec =
        MethodSpec.of(
            task -> learned.method(),
            (method, task) ->
                WeightSearch.lengthened(
                    trial.spec().training().apply(method, trial.sample().task()), drawn, fitted));
    FewShotSample sample =
        FewShotSample.made(fitted, trial.sample().shots(), trial.sample().seed());
    Trial part = new Trial(spec, sample, List.of(), name);
    RunResults unused = runs.apply(part, work);
    return ClassifierFile.read(ClassifierFile.in(part.folder(work)));
  }
}
