package org.kgcoop.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.DoubleFunction;
import org.jspecify.annotations.Nullable;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Item;
import org.kgcoop.method.Fitting;
import org.kgcoop.method.LabelledFeatures;
import org.kgcoop.method.Method;
import org.kgcoop.method.Occasion;
import org.kgcoop.method.PromptMethod;
import org.kgcoop.method.catalogue.NearestWords;
import org.kgcoop.method.catalogue.PromptFile;
import org.kgcoop.prompt.PromptLearner;
import org.kgcoop.runs.RunFolder;
import org.kgcoop.runs.RunResults;

/** The draw of a trial, from which its method learns in a run folder. */
final class TrialFitting implements Fitting {
  /** Words nearest to a learned vector that the results name. */
  private static final int WORDS = 5;

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Workbench bench;
  private final Trial trial;
  private final RunFolder folder;
  private final @Nullable ObjectNode results;
  private final BiFunction<Trial, Path, RunResults> runs;
  private final DataSet data;

  /**
   * The draw of a trial.
   *
   * @param results gets what is to be said of the training; null where it is done and its prompt
   *     file is there
   * @param runs does another trial below a folder
   */
  TrialFitting(
      Workbench bench,
      Trial trial,
      RunFolder folder,
      @Nullable ObjectNode results,
      BiFunction<Trial, Path, RunResults> runs) {
    this.bench = bench;
    this.trial = trial;
    this.folder = folder;
    this.results = results;
    this.runs = runs;
    data = trial.draw().data(bench.warnings());
  }

  @Override
  public Clip clip() {
    return bench.clip();
  }

  @Override
  public List<String> classNames() {
    return data.classNames();
  }

  @Override
  public LabelledFeatures train() {
    return features(data.train(), "training images");
  }

  @Override
  public Optional<LabelledFeatures> validation() {
    return data.val().isEmpty()
        ? Optional.empty()
        : Optional.of(features(data.val(), "validation images"));
  }

  private LabelledFeatures features(List<Item> items, String what) {
    return new LabelledFeatures(
        Evaluator.features(bench.bank(), items, bench.progress(), data.name() + ": " + what),
        items.stream().map(Item::label).toList());
  }

  @Override
  public Method methodOn(Occasion other) {
    return trial.contender().method().apply(other);
  }

  @Override
  public PromptLearner trainedPrompt(PromptMethod method) {
    if (results == null) {
      return PromptFile.read(folder.promptFile()).learner(bench.clip(), classNames());
    }
    PromptLearner learner = method.learner(bench.clip(), classNames(), trial.draw().seed());
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
      return learner;
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

  @Override
  public double bestWeight(List<Double> grid, DoubleFunction<Method> method) {
    return new WeightSearch(bench, trial, grid, method, runs).find(folder.path());
  }

  @Override
  public void chosen(String setting, Object value) {
    if (results != null) {
      results.withObject("/chosen").set(setting, JSON.<JsonNode>valueToTree(value));
    }
  }
}
