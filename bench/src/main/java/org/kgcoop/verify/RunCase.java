package org.kgcoop.verify;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.StreamSupport;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.ClassSplit;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.FewShot;
import org.kgcoop.data.Item;
import org.kgcoop.data.open.DataSets;
import org.kgcoop.eval.Evaluation;
import org.kgcoop.eval.Metrics;
import org.kgcoop.features.Augmentation;
import org.kgcoop.features.FeatureCache;
import org.kgcoop.features.TrainingLoader;
import org.kgcoop.features.ViewEncoder;
import org.kgcoop.image.Images;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.progress.Progress;
import org.kgcoop.train.Trainer;
import org.kgcoop.train.TrainingSettings;
import org.kgcoop.trial.Evaluator;

/**
 * The cases of the kind {@code run}: from a split file to the accuracies on base and new classes.
 */
final class RunCase {
  private RunCase() {}

  static void run(Case c) {
    Clip clip = c.clip();
    long seed = c.integer("seed");
    DataSetOptions options = DataSetOptions.defaults(warning -> {}).withImages(c.file("image_dir"));
    DataSet drawn =
        FewShot.draw(
            DataSets.open(c.file("split"), options), c.integer("shots"), seed, warning -> {});
    DataSet base = drawn.select(ClassSplit.BASE);
    DataSet unseen = drawn.select(ClassSplit.NEW);
    Case expected = c.expect();
    expected.equal("train", drawn.train().stream().map(Item::key).toList());
    expected.equal("val", drawn.val().stream().map(Item::key).toList());
    expected.equal("base_classnames", base.classNames());
    expected.equal("new_classnames", unseen.classNames());
    DataCases.schedule(c, expected, "lrs");
    FeatureCache cache = FeatureCache.inMemory(new ViewEncoder(clip, new Images(warning -> {})));
    Augmentation augmentation = Augmentation.ofId(c.text("transform"));
    TrainingLoader source = new TrainingLoader(cache, base.train(), augmentation, seed);
    source.prepare(done -> {});
    TrainingSettings settings =
        new TrainingSettings(
            DataCases.schedule(c)
                .with("batch_size", c.integer("batch_size"))
                .with("momentum", c.number("momentum"))
                .with("weight_decay", c.number("weight_decay"))
                .with("seed", seed)
                .with("augment", augmentation.id()));
    IntFunction<List<int[]>> plan = epoch -> batches(c.json().path("batches").path(epoch));
    try (TrainableModel model = TrainCase.model(c, base.classNames())) {
      Trainer trainer =
          new Trainer(model, source, settings, plan, new Trainer.Listener() {}, () -> false);
      c.comparison()
          .equal(
              "trained parameters",
              trainer.train(null, null).parameters().keySet(),
              model.parameters().keySet());
      expected.compareAll("value after training of ", "parameters", model.parameters());
      // Shared context vectors work with other classes, so a model of the new classes loads them.
      try (TrainableModel forNew = TrainCase.model(c, unseen.classNames())) {
        forNew.load(model.parameters());
        double onBase = evaluate(expected, "base", model, cache, base);
        double onNew = evaluate(expected, "new", forNew, cache, unseen);
        expected.compare("h", Metrics.harmonicMean(onBase, onNew));
      }
    }
  }

  private static List<int[]> batches(JsonNode batches) {
    List<int[]> found = new ArrayList<>();
    batches.forEach(
        batch ->
            found.add(
                StreamSupport.stream(batch.spliterator(), false)
                    .mapToInt(JsonNode::asInt)
                    .toArray()));
    return found;
  }

  private static double evaluate(
      Case expected, String half, TrainableModel model, FeatureCache cache, DataSet data) {
    Evaluation found = Evaluator.evaluate(model, cache, data, Progress.SILENT).evaluation();
    expected.equal("correct_" + half, found.correct());
    expected.equal("total_" + half, found.total());
    expected.compare(half, found.accuracy());
    return found.accuracy();
  }
}
