package org.kgcoop.verify;

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

  static void run(ReferenceCase c) {
    Clip clip = c.model();
    long seed = c.path("seed").asLong();
    DataSetOptions options = DataSetOptions.defaults(warning -> {}).withImages(c.file("image_dir"));
    DataSet all = DataSets.open(c.file("split"), options);
    DataSet drawn = FewShot.draw(all, c.whole("shots"), seed, warning -> {});
    DataSet base = drawn.select(ClassSplit.BASE);
    DataSet unseen = drawn.select(ClassSplit.NEW);
    ReferenceCase expected = c.expect();
    expected.texts("train", keys(drawn.train()));
    expected.texts("val", keys(drawn.val()));
    expected.texts("base_classnames", base.classNames());
    expected.texts("new_classnames", unseen.classNames());
    DataCases.schedule(c, expected.doubles("lrs"));

    FeatureCache cache = FeatureCache.inMemory(new ViewEncoder(clip, new Images(warning -> {})));
    Augmentation augmentation = Augmentation.ofId(c.text("transform"));
    TrainingLoader source = new TrainingLoader(cache, base.train(), augmentation, seed);
    source.prepare(done -> {});
    TrainingSettings settings =
        new TrainingSettings(
            DataCases.schedule(c)
                .with("batch_size", c.whole("batch_size"))
                .with("momentum", c.number("momentum"))
                .with("weight_decay", c.number("weight_decay"))
                .with("seed", seed)
                .with("augment", augmentation.id()));
    try (TrainableModel model = TrainCase.model(c, clip, base.classNames())) {
      Trainer trainer =
          new Trainer(model, source, settings, plan(c), new Trainer.Listener() {}, () -> false);
      Trainer.Outcome outcome = trainer.train(null, null);
      c.comparison()
          .equal("trained parameters", outcome.parameters().keySet(), model.parameters().keySet());
      expected.at("parameters").tensors("value after training of ", model.parameters());
      double onBase = accuracy("base", Evaluator.evaluate(model, cache, base, Progress.SILENT), c);
      // Shared context vectors work with other classes, so a model of the new classes loads them.
      try (TrainableModel forNew = TrainCase.model(c, clip, unseen.classNames())) {
        forNew.load(model.parameters());
        double onNew =
            accuracy("new", Evaluator.evaluate(forNew, cache, unseen, Progress.SILENT), c);
        expected.value("h", Metrics.harmonicMean(onBase, onNew));
      }
    }
  }

  private static BatchSampler plan(ReferenceCase c) {
    return epoch ->
        ReferenceCase.elements(c.path("batches").path(epoch)).stream()
            .map(ReferenceCase::ints)
            .toList();
  }

  private static double accuracy(String which, Evaluator.Result result, ReferenceCase c) {
    Evaluation evaluation = result.evaluation();
    c.expect().count("correct_" + which, evaluation.correct());
    c.expect().count("total_" + which, evaluation.total());
    c.expect().value(which, evaluation.accuracy());
    return evaluation.accuracy();
  }

  private static List<String> keys(List<Item> items) {
    return items.stream().map(Item::key).toList();
  }
}
