package org.kgcoop.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.errorprone.annotations.MustBeClosed;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.prompt.FeatureClassifier;
import org.kgcoop.prompt.Fitted;
import org.kgcoop.prompt.Fitting;
import org.kgcoop.train.RunFolder;

/**
 * One trial in its run folder: begun, gone on with, or done before. A trial that is asked for more
 * targets than its folder holds is measured on those alone; nothing is trained twice.
 */
public final class TrialRun {
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
   * @return the content of {@code results.json}
   */
  public JsonNode run(Path out) {
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
    if (!Files.exists(trial.folder(out).resolve(RunFolder.RUN))) {
      return false;
    }
    try (RunFolder folder = open(out)) {
      return folder.isComplete() && isMeasured(folder.results());
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

  private JsonNode resultsBelow(Path out) {
    try (RunFolder folder = open(out)) {
      ObjectNode before = folder.isComplete() ? folder.results().deepCopy() : null;
      if (before != null && isMeasured(before)) {
        bench.progress().message(folder.path() + ": done before");
        return before;
      }
      ObjectNode results = before == null ? JsonNodeFactory.instance.objectNode() : before;
      Fitting fitting = new TrialFitting(bench, trial, folder, before == null ? results : null);
      try (Fitted fitted = trial.method().fit(fitting)) {
        results.set("targets", targets(fitted, results.path("targets")));
      }
      folder.complete(results);
      return results;
    }
  }

  private ObjectNode provenance() {
    return SettingsJson.provenance(bench.command()).put("title", trial.method().title());
  }

  private boolean isMeasured(JsonNode results) {
    JsonNode known = results.path("targets");
    return trial.targets().stream().allMatch(target -> measured(known, target) != null);
  }

  /** What the results say of the same pictures under the same names. */
  private @Nullable JsonNode measured(JsonNode targets, Target target) {
    for (JsonNode entry : targets) {
      if (entry.path("name").asText().equals(target.name())
          && entry.path("template").asText().equals(target.template())
          && entry.path("fingerprint").asText().equals(target.fingerprint(bench))) {
        return entry;
      }
    }
    return null;
  }

  /** Those asked for, then those of earlier questions. */
  private ArrayNode targets(Fitted fitted, JsonNode before) {
    ArrayNode targets = JsonNodeFactory.instance.arrayNode();
    for (Target target : trial.targets()) {
      JsonNode known = measured(before, target);
      targets.add(known == null ? measure(fitted, target) : known);
    }
    for (JsonNode entry : before) {
      String name = entry.path("name").asText();
      if (trial.targets().stream().noneMatch(target -> target.name().equals(name))) {
        targets.add(entry);
      }
    }
    return targets;
  }

  private ObjectNode measure(Fitted fitted, Target target) {
    try (FeatureClassifier classifier =
        fitted.classifier(target.data().classNames(), trial.draw().occasion(target.data()))) {
      Evaluator.Result result =
          Evaluator.evaluate(
              classifier,
              target.features(bench),
              target.data().test(),
              target.data().classNames().size());
      return TargetJson.of(
          target,
          target.fingerprint(bench),
          result,
          trial.method().prompt().isPresent()
              ? Evaluator.distance(classifier, target.handCrafted(bench.clip()))
              : Double.NaN);
    }
  }
}
