package org.kgcoop.trial;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.errorprone.annotations.MustBeClosed;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.Version;
import org.kgcoop.classifier.ClassifierFile;
import org.kgcoop.classifier.RecordedClip;
import org.kgcoop.classifier.TrainingDataRecord;
import org.kgcoop.data.ClassSplit;
import org.kgcoop.data.DataSet;
import org.kgcoop.eval.Calibration;
import org.kgcoop.files.Json;
import org.kgcoop.method.FittedMethod;
import org.kgcoop.model.Head;
import org.kgcoop.runs.CalibrationResult;
import org.kgcoop.runs.JointResult;
import org.kgcoop.runs.Predictions;
import org.kgcoop.runs.RunFolder;
import org.kgcoop.runs.RunRecord;
import org.kgcoop.runs.RunResults;
import org.kgcoop.runs.TargetResult;
import org.kgcoop.settings.SettingValues;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * Run of a trial in its run folder, which can be new, in progress or complete. If the trial has
 * evaluation sets without results, only these are measured. Nothing is trained twice.
 */
public record TrialRun(ExperimentContext experiment, Trial trial) {
  public TrialRun {
    trial.check();
  }

  /** Runs a trial as {@link #run(Path)}. */
  @CanIgnoreReturnValue
  public static RunResults run(ExperimentContext experiment, Trial trial, Path out) {
    return new TrialRun(experiment, trial).run(out);
  }

  /**
   * Runs the missing training and the missing measurements.
   *
   * @param out the folder of the table
   * @return the content of {@code results.json}
   */
  @CanIgnoreReturnValue
  public RunResults run(Path out) {
    trial.targets().forEach(EvaluationSet::use);
    try {
      return resultsBelow(out);
    } finally {
      trial.targets().forEach(EvaluationSet::release);
    }
  }

  /**
   * Returns true if the training and all measurements in the folder of a table are complete.
   * Creates no folder.
   *
   * @throws KgCoopException if the run folder is in use, or contains a run with other settings
   */
  public boolean isDone(Path out) {
    if (!Files.exists(trial.folder(out).resolve(RunRecord.FILE))) {
      return false;
    }
    try (RunFolder folder = open(out)) {
      return folder.isComplete() && isMeasured(RunResults.read(folder.path()));
    }
  }

  /**
   * Returns all settings that determine the training, as JSON. They must be equal on all machines
   * that share the work.
   */
  public String settings() {
    return Json.tree(trial.settings(experiment).values()).toString();
  }

  @MustBeClosed
  private RunFolder open(Path out) {
    SettingValues provenance =
        experiment
            .provenance()
            .with("clip", experiment.clip().source())
            .with("title", trial.method().title());
    return RunFolder.open(
        trial.folder(out),
        trial.settings(experiment).values(),
        provenance.values(),
        experiment.warnings());
  }

  private RunResults resultsBelow(Path out) {
    try (RunFolder folder = open(out)) {
      RunResults before = folder.isComplete() ? RunResults.read(folder.path()) : null;
      if (before != null && isMeasured(before)) {
        CalibrationFit.delete(folder.path()); // left by a process that ended before it deleted them
        experiment.progress().message(folder.path() + ": done before");
        return before;
      }
      Path path = ClassifierFile.in(folder.path());
      ClassifierFile file;
      RunResults known = before;
      if (known != null && Files.exists(path)) {
        file = ClassifierFile.read(path);
      } else {
        TrialFit fit = new TrialFit(experiment, trial, folder, TrialRun::run);
        file = learned(fit, folder);
        known = known == null ? fit.learned(file) : known;
      }
      Measured measured = measure(file, known, Predictions.read(folder.path()));
      RunResults results =
          known.with(measured.targets, measured.joint).withCalibration(measured.calibration);
      folder.complete(results, new Predictions(measured.predictions));
      CalibrationFit.delete(folder.path());
      return results;
    }
  }

  /** Trains the classifier and writes its file. */
  private ClassifierFile learned(TrialFit fit, RunFolder folder) {
    FittedMethod method = fit.fitted();
    FewShotSample sample = trial.sample();
    RecordedClip clip = RecordedClip.of(experiment.clip());
    TrainingDataRecord data = sample.learnedFrom(experiment);
    ClassifierFile file =
        new ClassifierFile(method, sample.template(), clip, data, Version.KGCOOP, null);
    if (trial.recipe().calibrate()) {
      CalibrationFit calibration = new CalibrationFit(experiment, trial, TrialRun::run);
      file = file.withCalibration(calibration.find(file, folder.path()));
    }
    file.write(ClassifierFile.in(folder.path()));
    return file;
  }

  private boolean isMeasured(RunResults results) {
    return trial.targets().stream().allMatch(target -> known(results, target).isPresent())
        && (results.joint() != null || !trial.hasJointList());
  }

  /** Returns the stored result for the same evaluation set. */
  private Optional<TargetResult> known(RunResults results, EvaluationSet target) {
    return results
        .target(target.name())
        .filter(known -> known.set().equals(target.evaluated(experiment)));
  }

  /** Measurements of a run. */
  private static final class Measured {
    final List<TargetResult> targets = new ArrayList<>();
    final List<Predictions.OfTarget> predictions = new ArrayList<>();
    @Nullable CalibrationResult calibration;
    @Nullable JointResult joint;

    void add(TargetResult known, Predictions stored) {
      targets.add(known);
      stored.target(known.name()).ifPresent(predictions::add);
    }
  }

  /**
   * Measures the requested evaluation sets that have no result, and keeps the results of all
   * others.
   */
  private Measured measure(ClassifierFile file, RunResults before, Predictions predictions) {
    Measured measured = new Measured();
    measured.calibration = before.calibration();
    Calibration calibration = file.calibration();
    if (measured.calibration == null && calibration != null) {
      measured.calibration = // for classifiers without test images
          CalibrationResult.of(calibration, null, null);
    }
    List<TargetResult> others = new ArrayList<>(before.targets());
    boolean jointIsKnown = before.joint() != null || !trial.hasJointList();
    try (Scope scope = Scope.open("measuring")) {
      Map<EvaluationSet, Tensor> features = new HashMap<>();
      for (EvaluationSet target : trial.targets()) {
        others.removeIf(other -> other.name().equals(target.name()));
        TargetResult known = known(before, target).orElse(null);
        if (known == null) {
          measure(file, target, measured, features);
          jointIsKnown = jointIsKnown && !trial.hasJointList();
        } else {
          measured.add(known, predictions);
        }
      }
      measured.joint = jointIsKnown ? before.joint() : joint(file, features);
    }
    others.forEach(other -> measured.add(other, predictions));
    return measured;
  }

  private void measure(
      ClassifierFile file,
      EvaluationSet target,
      Measured measured,
      Map<EvaluationSet, Tensor> features) {
    DataSet data = target.data();
    try (Head classifier =
        file.forTask(trial.sample().task(data)).classifier(experiment.clip(), data.classNames())) {
      Tensor images = target.features(classifier, experiment, null);
      features.put(target, images);
      Evaluator.Measurement result =
          Evaluator.evaluate(classifier, images, data.test(), data.classNames().size());
      Calibration calibration = file.calibration();
      if (calibration != null
          && data.name().equals(trial.sample().name())
          && data.classNames().equals(file.classNames())) {
        measured.calibration = Evaluator.calibration(classifier, images, data.test(), calibration);
      }
      double distance =
          trial.method().trained().isPresent()
              ? Evaluator.distance(classifier, target.handCrafted(experiment.clip()))
              : Double.NaN;
      measured.targets.add(result.target(target.name(), target.evaluated(experiment), distance));
      measured.predictions.add(result.predictions(target.name(), data.test()));
    }
  }

  /**
   * Measures base and new classes in one list.
   *
   * @param features the features of images that were measured before, for the classifiers of these
   *     measurements
   */
  private JointResult joint(ClassifierFile file, Map<EvaluationSet, Tensor> features) {
    EvaluationSet base = trial.target(ClassSplit.BASE).orElseThrow();
    EvaluationSet unseen = trial.target(ClassSplit.NEW).orElseThrow();
    List<String> names =
        Stream.of(base, unseen).flatMap(half -> half.data().classNames().stream()).toList();
    try (Head classifier =
        file.forTask(trial.sample().task(base.data())).classifier(experiment.clip(), names)) {
      Tensor ofBase = base.features(classifier, experiment, features.get(base));
      Tensor ofNew = unseen.features(classifier, experiment, features.get(unseen));
      return JointResult.of(Evaluator.joint(classifier, base.data(), unseen.data(), ofBase, ofNew));
    }
  }
}
