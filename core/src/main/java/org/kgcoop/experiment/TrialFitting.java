package org.kgcoop.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
  private final boolean done;
  private final BiFunction<Trial, Path, RunResults> runs;
  private final DataSet data;
  private final Map<String, JsonNode> chosen = new LinkedHashMap<>();
  private RunResults.@Nullable Training training;
  private List<List<String>> nearestWords = List.of();

  /**
   * The draw of a trial.
   *
   * @param done true if the training was done before, so that its prompt file is there
   * @param runs does another trial below a folder
   */
  TrialFitting(
      Workbench bench,
      Trial trial,
      RunFolder folder,
      boolean done,
      BiFunction<Trial, Path, RunResults> runs) {
    this.bench = bench;
    this.trial = trial;
    this.folder = folder;
    this.done = done;
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
    if (done) {
      return PromptFile.read(folder.promptFile()).learner(bench.clip(), classNames());
    }
    PromptLearner learner = method.learner(bench.clip(), classNames(), trial.draw().seed());
    try {
      training =
          new PromptTraining(
                  bench,
                  trial.draw(),
                  method,
                  trial.contender().training().apply(method, trial.draw().occasion()))
              .train(folder, learner);
      // Those of each class would be thousands.
      if (!method.context().classSpecific()) {
        nearestWords =
            NearestWords.of(PromptFile.read(folder.promptFile()), bench.clip(), WORDS).stream()
                .map(vector -> vector.words().stream().map(word -> word.text()).toList())
                .toList();
      }
      return learner;
    } catch (RuntimeException e) {
      learner.close();
      throw e;
    }
  }

  @Override
  public double bestWeight(List<Double> grid, DoubleFunction<Method> method) {
    return new WeightSearch(bench, trial, grid, method, runs).find(folder.path());
  }

  @Override
  public void chosen(String setting, Object value) {
    chosen.put(setting, JSON.valueToTree(value));
  }

  /** The results of what was learned here, without targets. */
  RunResults learned() {
    return new RunResults(chosen, training, nearestWords, List.of());
  }
}
