package org.kgcoop.adapt;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.kgcoop.KgCoopException;
import org.kgcoop.classifier.ClassifierFile;
import org.kgcoop.data.ClassSplit;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Item;
import org.kgcoop.eval.Calibration;
import org.kgcoop.eval.JointEvaluation;
import org.kgcoop.eval.Softmax;
import org.kgcoop.features.Feature;
import org.kgcoop.features.FeatureRequest;
import org.kgcoop.method.Method;
import org.kgcoop.method.TextMethod;
import org.kgcoop.model.Head;
import org.kgcoop.runs.AdaptRecord;
import org.kgcoop.runs.AdaptRecord.Accuracy;
import org.kgcoop.runs.AdaptRecord.Calibrated;
import org.kgcoop.runs.AdaptRecord.Plan;
import org.kgcoop.runs.AdaptRecord.Suspect;
import org.kgcoop.runs.AdaptRecord.Unknown;
import org.kgcoop.runs.RunResults;
import org.kgcoop.runs.TargetResult;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;
import org.kgcoop.trial.CrossValidation;
import org.kgcoop.trial.CrossValidation.HeldOut;
import org.kgcoop.trial.EvaluationSet;
import org.kgcoop.trial.ExperimentContext;
import org.kgcoop.trial.FewShotSample;
import org.kgcoop.trial.Fold;
import org.kgcoop.trial.Recipe;
import org.kgcoop.trial.Trial;
import org.kgcoop.trial.TrialRun;

/**
 * Final training: trains a method on all images, measures it on the test images, and calibrates its
 * classifier.
 *
 * @param data the planned training images
 */
record FinalTraining(ExperimentContext context, AdaptRequest request, DataSet data, Plan plan) {
  private static final String TEST = "test";
  private static final String SELECTED = "-selected"; // runs with the final settings

  private FewShotSample sample() {
    return FewShotSample.of(data, request.seed());
  }

  private Recipe recipe(String id, FewShotSample sample) {
    return new Candidates(context.clip(), plan.views(), sample.task()).recipe(id);
  }

  /**
   * Trains the chosen method.
   *
   * @param nested the cross-validation of the candidates
   * @param contradictory the keys of images that occur in two classes
   * @param folder the run folder
   * @param stop a condition that ends the training
   * @return the record, with the accuracy on the test images, the calibration and the suspects
   */
  AdaptRecord train(
      Comparison.Chosen outcome,
      CrossValidation nested,
      Set<String> contradictory,
      Path folder,
      BooleanSupplier stop) {
    AdaptRecord record = outcome.record();
    String id = outcome.method();
    RunResults results = trained(context.until(stop), id, folder, "");
    ClassifierFile file = ClassifierFile.read(ClassifierFile.in(folder));
    List<HeldOut> heldOut = heldOut(id, file.method(), nested, outcome.folds());
    Calibration calibration =
        Calibration.outOfFold(
            HeldOut.logitsOf(heldOut),
            HeldOut.labelsOf(heldOut),
            file.method() instanceof TextMethod ? Calibration.PRETRAINED : 0);
    List<double[]> probabilities =
        heldOut.stream()
            .map(each -> Softmax.probabilities(each.logits(), 1 / calibration.temperature()))
            .toList();
    List<String> names =
        Stream.concat(file.classNames().stream(), request.unseen().stream()).distinct().toList();
    file = file.withClassNames(names).withCalibration(calibration);
    file.write(ClassifierFile.in(folder));
    Accuracy test = results.target(TEST).map(FinalTraining::interval).orElse(null);
    List<Item> items = heldOut.stream().map(HeldOut::item).toList();
    boolean isGood = record.noSuspects().isEmpty();
    List<Suspect> suspects =
        Suspects.of(items, probabilities, file.classNames(), contradictory, isGood);
    Calibrated calibrated = calibrated(calibration, probabilities, file);
    return record.with(record.result().trained(test, calibrated, suspects));
  }

  /**
   * Returns the logits of the method for held-out images. In the comparison, a method without
   * training steps selects its settings for each fold. They can differ from those of the final
   * classifier and give other probabilities. Such a method is trained again on each fold, with the
   * final settings. An image that occurs several times counts once. A fold in which its class was
   * seen takes precedence.
   */
  private List<HeldOut> heldOut(
      String id, Method selected, CrossValidation nested, List<Fold> folds) {
    Recipe recipe = recipe(id, sample());
    boolean isFinal = !Candidates.isQuick(id) || recipe.method().equals(selected);
    if (!isFinal) {
      nested.train(recipe.with(selected), id + SELECTED, folds);
    }
    Map<String, HeldOut> byImage = new LinkedHashMap<>();
    for (HeldOut each : nested.heldOut(isFinal ? id : id + SELECTED, folds)) {
      byImage.merge(each.item().key(), each, (first, other) -> first.unseen() ? other : first);
    }
    return List.copyOf(byImage.values());
  }

  /**
   * Trains a method on all images, and measures it on the test images, if there are any, with all
   * class names. Test images that are copies of a training image are skipped.
   */
  private RunResults trained(ExperimentContext on, String id, Path below, String run) {
    Set<String> repeated = ImageGroups.repeatedInTest(data, context.cache());
    List<Item> testItems =
        data.test().stream().filter(item -> !repeated.contains(item.key())).toList();
    DataSet target = Fold.asked(data, request.unseen(), testItems);
    List<EvaluationSet> targets =
        testItems.isEmpty() ? List.of() : List.of(new EvaluationSet(TEST, target, ClassSplit.ALL));
    FewShotSample sample = sample();
    return TrialRun.run(on, new Trial(recipe(id, sample), sample, targets, run), below);
  }

  /** Measures a method of the short list on the test images. */
  Accuracy onTest(String id, Path work) {
    return trained(context.silent(), id, work, id)
        .target(TEST)
        .map(FinalTraining::interval)
        .orElseThrow(() -> KgCoopException.data(data.name() + ": no test images"));
  }

  private static Accuracy interval(TargetResult test) {
    return Score.interval(Math.toIntExact(test.correct()), Math.toIntExact(test.total()));
  }

  private Calibrated calibrated(
      Calibration calibration, List<double[]> probabilities, ClassifierFile file) {
    Calibration.Rejection rejection = Objects.requireNonNull(calibration.rejection());
    Unknown compared = null;
    if (!request.unknown().isEmpty()) {
      double[] unknown = largestOfUnknown(file);
      double[] known =
          probabilities.stream().mapToDouble(row -> Arrays.stream(row).max().orElse(0)).toArray();
      long accepted = Arrays.stream(unknown).filter(p -> p >= rejection.threshold()).count();
      double area = JointEvaluation.rankArea(known, unknown);
      compared = new Unknown(unknown.length, area, (double) accepted / unknown.length);
    }
    return new Calibrated(calibration.temperature(), calibration.images(), rejection, compared);
  }

  /** Returns the largest probability of each image that belongs to no class. */
  private double[] largestOfUnknown(ClassifierFile file) {
    List<Feature> features = context.cache().get(FeatureRequest.ofFiles(request.unknown()));
    try (Scope scope = Scope.open("images of no class");
        Head head = file.classifier(context.clip(), file.classNames())) {
      Tensor rows = Tensor.ofRows(Feature.vectors(features).toArray(float[][]::new));
      Tensor probabilities = head.probabilities(rows.to(context.clip().device()));
      float[] largest = Functions.top(probabilities, 1).values().toFloats();
      return IntStream.range(0, largest.length).mapToDouble(i -> largest[i]).toArray();
    }
  }
}
