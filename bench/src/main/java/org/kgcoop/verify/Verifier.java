package org.kgcoop.verify;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.kgcoop.clip.Tokenizer;
import org.kgcoop.clip.Tokenizers;
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
      run(folder, testCase, comparison);
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

  private static void run(ReferenceFolder folder, JsonNode c, Comparison comparison) {
    switch (c.path("kind").asText()) {
      case "load" -> ModelCases.load(folder, c, comparison);
      case "tokenize" -> tokenize(folder, c, comparison);
      case "target-size" -> DataCases.targetSize(c, comparison);
      case "image-features" -> ModelCases.imageFeatures(folder, c, comparison);
      case "text-features" -> ModelCases.textFeatures(folder, c, comparison);
      case "class-features" -> ModelCases.classFeatures(folder, c, comparison);
      case "zero-shot" -> ModelCases.zeroShot(folder, c, comparison);
      case "cache-keys" -> CacheCases.keys(folder, c, comparison);
      case "cache" -> CacheCases.cache(folder, c, comparison);
      case "cache-search" -> CacheCases.search(folder, c, comparison);
      case "lp++" -> LpCase.run(folder, c, comparison);
      case "train" -> TrainCase.run(folder, c, comparison);
      case "optimizer" -> OptimizerCase.run(folder, c, comparison);
      case "prompt-file" -> ModelCases.promptFile(folder, c, comparison);
      case "run" -> RunCase.run(folder, c, comparison);
      case "decode" -> DataCases.decode(folder, c, comparison);
      case "preprocess" -> DataCases.preprocess(folder, c, comparison);
      case "normalize" -> DataCases.normalize(folder, c, comparison);
      case "schedule" -> DataCases.schedule(c, c.path("expect"), comparison);
      case "epoch-weights" -> DataCases.epochWeights(c, comparison);
      case "few-shot" -> DataCases.fewShot(c, comparison);
      case "shuffle" -> DataCases.shuffle(c, comparison);
      case "halves" -> DataCases.halves(c, comparison);
      case "metrics" -> DataCases.metrics(c, comparison);
      case "gda" -> ClosedFormCases.gda(folder, c, comparison);
      case "gda-new" -> ClosedFormCases.gdaNew(folder, c, comparison);
      case "gda-search" -> ClosedFormCases.gdaSearch(folder, c, comparison);
      case "proker" -> ClosedFormCases.proker(folder, c, comparison);
      case "proker-search" -> ClosedFormCases.prokerSearch(folder, c, comparison);
      case "joint" -> TrustCases.joint(folder, c, comparison);
      case "calibration" -> TrustCases.calibration(folder, c, comparison);
      case "temperature" -> TrustCases.temperature(folder, c, comparison);
      case "reject-threshold" -> TrustCases.threshold(folder, c, comparison);
      case "suspects" -> TrustCases.suspects(folder, c, comparison);
      case "near-duplicates" -> TrustCases.duplicates(folder, c, comparison);
      case "harmonic-mean" -> DataCases.harmonicMean(c, comparison);
      case "label-heads" -> SortingCases.head(c.path("content"), c.path("constants"), comparison);
      case "label-intervals" -> SortingCases.interval(c.path("content"), comparison);
      default -> comparison.problem("unknown kind '" + c.path("kind").asText() + "'");
    }
  }

  private static void tokenize(ReferenceFolder folder, JsonNode c, Comparison comparison) {
    if (c.has("model")) {
      SiglipCases.tokenize(folder, c, comparison);
    } else {
      Tokenizer tokenizer =
          c.has("merges")
              ? Tokenizers.read(folder.file(c.path("merges").asText()))
              : Tokenizers.released();
      DataCases.tokenize(folder, c, tokenizer, c.path("context_length").asInt(77), comparison);
    }
  }
}
