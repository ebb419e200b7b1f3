package org.kgcoop.verify;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.kgcoop.tensor.Scope;

/** Recomputes every case of a folder of reference cases. */
public final class Verifier {
  private Verifier() {}

  /**
   * Runs all cases of a folder.
   *
   * @param report receives each outcome when it is available
   * @return all outcomes
   * @throws org.kgcoop.KgCoopException if the folder cannot be read
   */
  public static List<Outcome> verify(Path path, Consumer<Outcome> report) {
    List<Outcome> outcomes = new ArrayList<>();
    try (ReferenceFolder folder = new ReferenceFolder(path)) {
      for (JsonNode testCase : folder.cases()) {
        Outcome outcome = outcome(folder, testCase);
        outcomes.add(outcome);
        report.accept(outcome);
      }
    }
    return outcomes;
  }

  private static Outcome outcome(ReferenceFolder folder, JsonNode testCase) {
    Comparison comparison = new Comparison(testCase.path("tolerance"));
    try (Scope scope = Scope.open("case")) {
      run(new Case(folder, testCase, comparison));
    } catch (RuntimeException e) {
      // A case that cannot be computed has failed. The other cases still run.
      comparison.problem(String.valueOf(e.getMessage()).lines().findFirst().orElse(e.toString()));
    }
    return new Outcome(
        testCase.path("id").asText(),
        comparison.passed(),
        comparison.worst(),
        comparison.toleranceText(),
        comparison.problems());
  }

  private static void run(Case c) {
    switch (c.text("kind")) {
      case "load" -> ModelCases.load(c);
      case "tokenize" -> DataCases.tokenize(c);
      case "target-size" -> DataCases.targetSize(c);
      case "image-features" -> ModelCases.imageFeatures(c);
      case "text-features" -> ModelCases.textFeatures(c);
      case "class-features" -> ModelCases.classFeatures(c);
      case "zero-shot" -> ModelCases.zeroShot(c);
      case "cache-keys" -> CacheCases.keys(c);
      case "cache" -> CacheCases.cache(c);
      case "cache-search" -> CacheCases.search(c);
      case "lp++" -> LpCase.run(c);
      case "train" -> TrainCase.run(c);
      case "optimizer" -> OptimizerCase.run(c);
      case "prompt-file" -> ModelCases.promptFile(c);
      case "run" -> RunCase.run(c);
      case "decode" -> DataCases.decode(c);
      case "preprocess" -> DataCases.preprocess(c);
      case "normalize" -> DataCases.normalize(c);
      case "schedule" -> DataCases.schedule(c, c, "expect");
      case "epoch-weights" -> DataCases.epochWeights(c);
      case "few-shot" -> DataCases.fewShot(c);
      case "shuffle" -> DataCases.shuffle(c);
      case "halves" -> DataCases.halves(c);
      case "metrics" -> DataCases.metrics(c);
      case "gda" -> ClosedFormCases.gda(c);
      case "gda-new" -> ClosedFormCases.gdaNew(c);
      case "gda-search" -> ClosedFormCases.gdaSearch(c);
      case "proker" -> ClosedFormCases.proker(c);
      case "proker-search" -> ClosedFormCases.prokerSearch(c);
      case "joint" -> TrustCases.joint(c);
      case "calibration" -> TrustCases.calibration(c);
      case "temperature" -> TrustCases.temperature(c);
      case "reject-threshold" -> TrustCases.threshold(c);
      case "suspects" -> TrustCases.suspects(c);
      case "near-duplicates" -> TrustCases.duplicates(c);
      case "harmonic-mean" -> DataCases.harmonicMean(c);
      case "label-heads" -> SortingCases.head(c.at("content"), c.at("constants"));
      case "label-intervals" -> SortingCases.interval(c.at("content"));
      case "tags" -> TagCases.run(c);
      default -> c.comparison().problem("unknown kind '" + c.text("kind") + "'");
    }
  }
}
