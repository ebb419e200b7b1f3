package org.kgcoop.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.errorprone.annotations.MustBeClosed;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Item;
import org.kgcoop.prompt.AutoWeight;
import org.kgcoop.prompt.FeatureClassifier;
import org.kgcoop.prompt.Method;
import org.kgcoop.prompt.NearestWords;
import org.kgcoop.prompt.Probe;
import org.kgcoop.prompt.PromptFile;
import org.kgcoop.prompt.PromptLearner;
import org.kgcoop.prompt.PromptMethod;
import org.kgcoop.prompt.TextMethod;
import org.kgcoop.runs.Predictions;
import org.kgcoop.runs.RunFolder;
import org.kgcoop.runs.RunRecord;
import org.kgcoop.runs.RunResults;
import org.kgcoop.runs.TargetResult;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * One trial in its run folder: begun, gone on with, or done before. A trial that is asked for more
 * targets than its folder holds is measured on those alone; nothing is trained twice.
 */
public final class TrialRun {
  /** Words nearest to a learned vector that the results name. */
  private static final int WORDS = 5;

  private final Workbench bench;
  private final Trial trial;

  public TrialRun(Workbench bench, Trial trial) {
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
  public RunResults run(Path out) {
    trial.targets().forEach(Target::use);
    try {
      return resultsBelow(out);
    } finally {
      trial.targets().forEach(Target::release);
    }
  }

  /**
   * Whether there is nothing left to learn or to measure below a table's folder. Makes no folder.
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
      ObjectNode learned = JsonNodeFactory.instance.objectNode();
      Measured measured;
      try (Fitted fitted = fitted(folder, before == null ? learned : null)) {
        measured =
            before == null
                ? measure(fitted, RunResults.NONE, new Predictions(List.of()))
                : measure(fitted, before, Predictions.read(folder.path()));
      }
      RunResults results =
          before == null
              ? RunResults.of(learned, measured.targets)
              : before.withTargets(measured.targets);
      folder.complete(results, new Predictions(measured.predictions));
      return results;
    }
  }

  private ObjectNode provenance() {
    return SettingsJson.provenance(bench.command()).put("title", trial.method().title());
  }

  private boolean isMeasured(RunResults results) {
    return trial.targets().stream().allMatch(target -> known(results, target).isPresent());
  }

  /** What the results say of the same pictures under the same names. */
  private Optional<TargetResult> known(RunResults results, Target target) {
    return results
        .target(target.name())
        .filter(
            known ->
                known.template().equals(target.template())
                    && known.fingerprint().equals(target.fingerprint(bench)));
  }

  /** Targets, and the predictions for each of their pictures. */
  private record Measured(List<TargetResult> targets, List<Predictions.OfTarget> predictions) {}

  /** Those asked for, measured where they were not before, then those of earlier questions. */
  private Measured measure(Fitted fitted, RunResults before, Predictions predictions) {
    Measured measured = new Measured(new ArrayList<>(), new ArrayList<>());
    List<TargetResult> others = new ArrayList<>(before.targets());
    for (Target target : trial.targets()) {
      others.removeIf(other -> other.name().equals(target.name()));
      TargetResult known = known(before, target).orElse(null);
      if (known == null) {
        measure(fitted, target, measured);
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

  private void measure(Fitted fitted, Target target, Measured measured) {
    try (FeatureClassifier classifier = fitted.classifier(target)) {
      DataSet data = target.data();
      Evaluator.Result result =
          Evaluator.evaluate(
              classifier, target.features(bench), data.test(), data.classNames().size());
      double distance =
          fitted instanceof Fitted.Prompt
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

  /**
   * The method after learning.
   *
   * @param results gets what is to be said of the training; null where it is done and its prompt
   *     file is there
   */
  private Fitted fitted(RunFolder folder, @Nullable ObjectNode results) {
    Method method = trial.method();
    if (method instanceof AutoWeight auto) {
      WeightSearch.Found found = new WeightSearch(bench, trial, auto).find(folder.path());
      if (results != null) {
        results.putObject("chosen").put("weight", found.weight());
      }
      return prompt(folder, auto.with(found.weight()), results);
    }
    if (method instanceof PromptMethod prompt) {
      return prompt(folder, prompt, results);
    }
    if (method instanceof Probe probe) {
      return probe(probe, results);
    }
    if (method instanceof TextMethod) {
      // Each target has its own template.
      return target ->
          ((TextMethod) trial.contender().method().apply(trial.draw().occasion(target.data())))
              .classifier(bench.clip(), target.data().classNames(), trial.draw().seed());
    }
    throw new IllegalStateException("no way to fit " + method.id());
  }

  private Fitted probe(Probe method, @Nullable ObjectNode results) {
    DataSet data = trial.draw().data(bench.warnings());
    try (Scope scope = Scope.open("probe of " + data.name())) {
      Tensor train = features(data.train(), data.name() + ": training pictures");
      Tensor val =
          data.val().isEmpty()
              ? train
              : features(data.val(), data.name() + ": validation pictures");
      Probe.Fit fit =
          method.fit(
              train,
              Evaluator.labels(data.train()),
              val,
              Evaluator.labels(data.val()),
              data.classNames().size());
      if (results != null) {
        results.putObject("chosen").put("strength", fit.strength()).put("by", fit.chosenBy());
      }
      return new Fitted.Probed(fit.probe(), data.classNames());
    }
  }

  private Tensor features(List<Item> items, String what) {
    return Evaluator.features(bench.bank(), items, bench.progress(), what);
  }

  private Fitted prompt(RunFolder folder, PromptMethod method, @Nullable ObjectNode results) {
    DataSet data = trial.draw().data(bench.warnings());
    List<String> names = data.classNames();
    if (results == null) {
      PromptLearner learner = PromptFile.read(folder.promptFile()).learner(bench.clip(), names);
      return new Fitted.Prompt(bench.clip(), method, names, learner);
    }
    PromptLearner learner = method.learner(bench.clip(), names, trial.draw().seed());
    try {
      results.set(
          "training",
          new PromptTraining(
                  bench,
                  trial.draw(),
                  method,
                  trial.contender().training().apply(method, trial.draw().occasion()))
              .train(folder, learner));
      // Those of each class would be thousands.
      if (!method.context().classSpecific()) {
        results.set("nearest_words", nearestWords(PromptFile.read(folder.promptFile())));
      }
      return new Fitted.Prompt(bench.clip(), method, names, learner);
    } catch (RuntimeException e) {
      learner.close();
      throw e;
    }
  }

  private ArrayNode nearestWords(PromptFile prompt) {
    ArrayNode vectors = JsonNodeFactory.instance.arrayNode();
    for (NearestWords.Vector vector : NearestWords.of(prompt, bench.clip(), WORDS)) {
      ArrayNode words = vectors.addArray();
      vector.words().forEach(word -> words.add(word.text()));
    }
    return vectors;
  }
}
