package org.kgcoop.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.errorprone.annotations.MustBeClosed;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.kgcoop.KgCoopException;
import org.kgcoop.Version;
import org.kgcoop.data.DataSet;
import org.kgcoop.method.FittedMethod;
import org.kgcoop.method.catalogue.ClassifierFile;
import org.kgcoop.model.Head;
import org.kgcoop.runs.Predictions;
import org.kgcoop.runs.RunFolder;
import org.kgcoop.runs.RunRecord;
import org.kgcoop.runs.RunResults;
import org.kgcoop.runs.TargetResult;
import org.kgcoop.tensor.Scope;

/**
 * A trial in its run folder: begun, resumed, or done before. A trial that is asked for more targets
 * than its folder holds is measured on those alone; nothing is trained twice.
 */
public final class TrialRun {
  private final ExperimentContext bench;
  private final Trial trial;

  public TrialRun(ExperimentContext bench, Trial trial) {
    this.bench = bench;
    this.trial = trial;
    trial.check();
  }

  /**
   * Learns what is not learned, measures what is not measured.
   *
   * @param out the folder of the table
   * @return what {@code results.json} holds
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
   * True if nothing is left to learn or to measure below a table's folder. Makes no folder.
   *
   * @throws KgCoopException where the run folder is in use, or holds a run of other settings
   */
  public boolean isDone(Path out) {
    if (!Files.exists(trial.folder(out).resolve(RunRecord.FILE))) {
      return false;
    }
    try (RunFolder folder = open(out)) {
      return folder.isComplete() && isMeasured(RunResults.read(folder.path()));
    }
  }

  /** All that decides what is learned: the same on all machines that are to share its work. */
  public JsonNode settings() {
    return trial.settings(bench);
  }

  @MustBeClosed
  private RunFolder open(Path out) {
    return RunFolder.open(trial.folder(out), trial.settings(bench), provenance(), bench.warnings());
  }

  private RunResults resultsBelow(Path out) {
    try (RunFolder folder = open(out)) {
      RunResults before = folder.isComplete() ? RunResults.read(folder.path()) : null;
      if (before != null && isMeasured(before)) {
        bench.progress().message(folder.path() + ": done before");
        return before;
      }
      RunResults learned;
      ClassifierFile file;
      Path path = ClassifierFile.in(folder.path());
      if (before != null && Files.exists(path)) {
        learned = before;
        file = ClassifierFile.read(path);
      } else {
        TrialFitContext context =
            new TrialFitContext(
                bench, trial, folder, (other, below) -> new TrialRun(bench, other).run(below));
        file = file(fit(context));
        file.write(path);
        learned = before == null ? context.learned(file) : before;
      }
      Measured measured = measure(file, learned, Predictions.read(folder.path()));
      RunResults results = learned.withTargets(measured.targets);
      folder.complete(results, new Predictions(measured.predictions));
      return results;
    }
  }

  private FittedMethod fit(TrialFitContext context) {
    try (Scope scope = Scope.open("fit")) {
      return trial.method().fit(context);
    }
  }

  private ClassifierFile file(FittedMethod learned) {
    return new ClassifierFile(
        learned.method(),
        learned.classNames(),
        trial.draw().template(),
        bench.clip().fingerprint(),
        trial.draw().learnedFrom(bench),
        Version.KGCOOP,
        learned.tensors());
  }

  private ObjectNode provenance() {
    return SettingsJson.provenance(bench.command()).put("title", trial.method().title());
  }

  private boolean isMeasured(RunResults results) {
    return trial.targets().stream().allMatch(target -> known(results, target).isPresent());
  }

  /** The stored result on a target with the same name, template and images. */
  private Optional<TargetResult> known(RunResults results, EvaluationSet target) {
    return results
        .target(target.name())
        .filter(
            known ->
                known.template().equals(target.template())
                    && known.fingerprint().equals(target.fingerprint(bench)));
  }

  /** Targets, and the predictions for each of their images. */
  private record Measured(List<TargetResult> targets, List<Predictions.OfTarget> predictions) {}

  /**
   * Measures the targets asked for that have no result, and keeps the results of earlier questions.
   */
  private Measured measure(ClassifierFile file, RunResults before, Predictions predictions) {
    Measured measured = new Measured(new ArrayList<>(), new ArrayList<>());
    List<TargetResult> others = new ArrayList<>(before.targets());
    for (EvaluationSet target : trial.targets()) {
      others.removeIf(other -> other.name().equals(target.name()));
      TargetResult known = known(before, target).orElse(null);
      if (known == null) {
        measure(file, target, measured);
      } else {
        measured.targets.add(known);
        predictions.target(known.name()).ifPresent(measured.predictions::add);
      }
    }
    for (TargetResult other : others) {
      measured.targets.add(other);
      predictions.target(other.name()).ifPresent(measured.predictions::add);
    }
    return measured;
  }

  private void measure(ClassifierFile file, EvaluationSet target, Measured measured) {
    DataSet data = target.data();
    try (Scope scope = Scope.open("measuring");
        Head classifier =
            file.on(trial.draw().task(data)).classifier(bench.clip(), data.classNames())) {
      Evaluator.Result result =
          Evaluator.evaluate(
              classifier,
              target.features(classifier, bench),
              data.test(),
              data.classNames().size());
      double distance =
          trial.method().trained().isPresent()
              ? Evaluator.distance(classifier, target.handCrafted(bench.clip()))
              : Double.NaN;
      measured.targets.add(
          result.target(
              target.name(),
              data,
              target.part(),
              target.template(),
              target.fingerprint(bench),
              distance));
      measured.predictions.add(result.predictions(target.name(), data.test()));
    }
  }
}
