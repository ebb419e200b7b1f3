package org.kgcoop.verify;

import static org.kgcoop.verify.ReferenceFolder.texts;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
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
import org.kgcoop.train.BatchSampler;
import org.kgcoop.train.Trainer;
import org.kgcoop.train.TrainingSettings;
import org.kgcoop.trial.Evaluator;

/**
 * The cases of the kind {@code run}: from a split file to the accuracies on base and new classes.
 */
final class RunCase {
  private RunCase() {}

  static void run(ReferenceFolder folder, JsonNode c, Comparison comparison) {
    Clip clip = folder.model(c);
    DataSetOptions options =
        DataSetOptions.defaults(warning -> {})
            .withImages(folder.file(c.path("image_dir").asText()));
    DataSet drawn =
        FewShot.draw(
            DataSets.open(folder.file(c.path("split").asText()), options),
            c.path("shots").asInt(),
            c.path("seed").asLong(),
            warning -> {});
    DataSet base = drawn.select(ClassSplit.BASE);
    DataSet unseen = drawn.select(ClassSplit.NEW);
    JsonNode expected = c.path("expect");
    comparison.equal("train", keys(drawn.train()), texts(expected.path("train")));
    comparison.equal("val", keys(drawn.val()), texts(expected.path("val")));
    comparison.equal("base names", base.classNames(), texts(expected.path("base_classnames")));
    comparison.equal("new names", unseen.classNames(), texts(expected.path("new_classnames")));
    DataCases.schedule(c, expected.path("lrs"), comparison);

    FeatureCache cache = FeatureCache.inMemory(new ViewEncoder(clip, new Images(warning -> {})));
    Augmentation augmentation = Augmentation.ofId(c.path("transform").asText());
    TrainingLoader source =
        new TrainingLoader(cache, base.train(), augmentation, c.path("seed").asLong());
    source.prepare(done -> {});
    TrainingSettings settings =
        new TrainingSettings(
            DataCases.schedule(c)
                .with("batch_size", c.path("batch_size").asInt())
                .with("momentum", c.path("momentum").asDouble())
                .with("weight_decay", c.path("weight_decay").asDouble())
                .with("seed", c.path("seed").asLong())
                .with("augment", augmentation.id()));
    try (TrainableModel model = TrainCase.model(folder, clip, c, base.classNames())) {
      Trainer trainer =
          new Trainer(model, source, settings, plan(c), new Trainer.Listener() {}, () -> false);
      Trainer.Outcome outcome = trainer.train(null, null);
      comparison.equal(
          "trained parameters", outcome.parameters().keySet(), model.parameters().keySet());
      ModelCases.compareAll(
          folder,
          "value after training of ",
          model.parameters(),
          expected.path("parameters"),
          comparison);
      evaluate(folder, clip, c, base, unseen, model, cache, comparison);
    }
  }

  private static BatchSampler plan(JsonNode c) {
    return epoch -> {
      List<int[]> batches = new ArrayList<>();
      c.path("batches").path(epoch).forEach(b -> batches.add(ReferenceFolder.ints(b)));
      return batches;
    };
  }

  private static void evaluate(
      ReferenceFolder folder,
      Clip clip,
      JsonNode c,
      DataSet base,
      DataSet unseen,
      TrainableModel model,
      FeatureCache cache,
      Comparison comparison) {
    JsonNode expected = c.path("expect");
    Evaluation onBase = Evaluator.evaluate(model, cache, base, Progress.SILENT).evaluation();
    comparison.equal("correct on base", onBase.correct(), expected.path("correct_base").asLong());
    comparison.equal("total on base", onBase.total(), expected.path("total_base").asLong());
    comparison.value("base", onBase.accuracy(), expected.path("base").asDouble());
    // Shared context vectors work with other classes, so a model of the new classes loads them.
    try (TrainableModel forNew = TrainCase.model(folder, clip, c, unseen.classNames())) {
      forNew.load(model.parameters());
      Evaluation onNew = Evaluator.evaluate(forNew, cache, unseen, Progress.SILENT).evaluation();
      comparison.equal("correct on new", onNew.correct(), expected.path("correct_new").asLong());
      comparison.equal("total on new", onNew.total(), expected.path("total_new").asLong());
      comparison.value("new", onNew.accuracy(), expected.path("new").asDouble());
      comparison.value(
          "H",
          Metrics.harmonicMean(onBase.accuracy(), onNew.accuracy()),
          expected.path("h").asDouble());
    }
  }

  private static List<String> keys(List<Item> items) {
    return items.stream().map(Item::key).toList();
  }
}
