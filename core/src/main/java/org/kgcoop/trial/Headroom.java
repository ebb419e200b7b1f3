package org.kgcoop.trial;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.kgcoop.KgCoopException;
import org.kgcoop.classifier.PublishedDefaults;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Item;
import org.kgcoop.data.Templates;
import org.kgcoop.eval.Metrics;
import org.kgcoop.method.ProbeSearch;
import org.kgcoop.method.ZeroShot;
import org.kgcoop.model.Head;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * Gain of a linear probe on a data set: its accuracy compared with zero-shot CLIP on the same image
 * features. Only training images are used. In cross-validation, a probe is fitted to all folds
 * except one and measured on this fold. Its strength is selected with the folds that it is fitted
 * to. The gain is no bound: a method that also uses the class names can gain more from few images.
 *
 * @param dataSet the name of the data set
 * @param classes the number of classes
 * @param images the number of training images in one sample
 * @param zeroShot the zero-shot accuracy on these images in percent, over all samples
 * @param probe the accuracy of the probes in percent, over all samples
 */
public record Headroom(
    String dataSet, int classes, int images, Metrics.Spread zeroShot, Metrics.Spread probe) {

  /** Returns the difference between the probe and zero-shot CLIP in percentage points. */
  public double points() {
    return probe.mean() - zeroShot.mean();
  }

  public ObjectNode toJson() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("data_set", dataSet)
        .put("classes", classes)
        .put("images", images)
        .put("zero_shot", zeroShot.mean())
        .put("zero_shot_std", zeroShot.standardDeviation())
        .put("linear_probe", probe.mean())
        .put("linear_probe_std", probe.standardDeviation())
        .put("headroom", points());
  }

  /**
   * Measures a data set.
   *
   * @param samples the few-shot samples, one per seed, all with the same classes
   * @throws KgCoopException if a class has fewer than three training images
   */
  public static Headroom of(ExperimentContext context, List<DataSet> samples) {
    DataSet first = samples.get(0);
    List<Double> zeroShot = new ArrayList<>();
    List<Double> probe = new ArrayList<>();
    for (DataSet sample : samples) {
      try (Scope scope = Scope.open("headroom of " + sample.name())) {
        Tensor features =
            Evaluator.features(
                context.cache(),
                sample.train(),
                context.progress(),
                sample.name() + ": training images");
        try (Head clip =
            new ZeroShot(
                    List.of(
                        PublishedDefaults.zeroShotTemplate(sample.name(), Templates.of(sample))))
                .classifier(context.clip(), sample.classNames())) {
          zeroShot.add(
              Evaluator.evaluate(clip, features, sample.train(), sample.classNames().size())
                  .evaluation()
                  .accuracy());
        }
        probe.add(probe(sample, features));
      }
    }
    return new Headroom(
        first.name(),
        first.classNames().size(),
        first.train().size(),
        Metrics.spread(zeroShot),
        Metrics.spread(probe));
  }

  private static double probe(DataSet sample, Tensor features) {
    List<Integer> labels = sample.train().stream().map(Item::label).toList();
    int classes = sample.classNames().size();
    ProbeSearch search = new ProbeSearch(features, labels, List.of(), classes);
    if (search.fewest() < 3) {
      throw KgCoopException.data(
          sample.name()
              + ": a class has "
              + search.fewest()
              + " training images; its headroom needs at least 3 (try more --shots)");
    }
    return search.accuracy();
  }
}
