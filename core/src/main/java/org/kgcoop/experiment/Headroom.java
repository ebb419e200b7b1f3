package org.kgcoop.experiment;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Item;
import org.kgcoop.eval.Metrics;
import org.kgcoop.prompt.FeatureClassifier;
import org.kgcoop.prompt.LinearProbe;
import org.kgcoop.prompt.Templates;
import org.kgcoop.prompt.ZeroShot;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * What a data set leaves to be learned: how much better than zero-shot CLIP a linear probe does on
 * the same image features. It looks at training pictures alone: a probe is fitted to all folds of
 * the shots but one and measured on that one, in turn, its strength chosen by the folds it is
 * fitted to. Where this is nothing, no prompt can be expected to gain either.
 *
 * @param dataSet its name
 * @param classes how many
 * @param pictures training pictures that were looked at, of one draw
 * @param zeroShot accuracy on them in percent, over the draws
 * @param probe the same of the probes
 */
public record Headroom(
    String dataSet, int classes, int pictures, Metrics.Spread zeroShot, Metrics.Spread probe) {

  private static final int FOLDS = 4;
  private static final List<Double> STRENGTHS =
      List.of(0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0);

  /** Percentage points between the probe and zero-shot. */
  public double points() {
    return probe.mean() - zeroShot.mean();
  }

  public ObjectNode toJson() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("data_set", dataSet)
        .put("classes", classes)
        .put("pictures", pictures)
        .put("zero_shot", zeroShot.mean())
        .put("zero_shot_std", zeroShot.standardDeviation())
        .put("linear_probe", probe.mean())
        .put("linear_probe_std", probe.standardDeviation())
        .put("headroom", points());
  }

  /**
   * Measures one data set.
   *
   * @param draws the drawn training pictures, one a seed; their classes are the same
   * @throws KgCoopException where a class has fewer than two training pictures
   */
  public static Headroom of(Workbench bench, List<DataSet> draws) {
    DataSet first = draws.get(0);
    List<Double> zeroShot = new ArrayList<>();
    List<Double> probe = new ArrayList<>();
    for (DataSet draw : draws) {
      try (Scope scope = Scope.open("headroom of " + draw.name())) {
        Tensor features =
            Evaluator.features(
                bench.bank(), draw.train(), bench.progress(), draw.name() + ": training pictures");
        try (FeatureClassifier clip =
            new ZeroShot(List.of(Templates.of(draw)))
                .classifier(bench.clip(), draw.classNames(), 0)) {
          zeroShot.add(
              Evaluator.evaluate(clip, features, draw.train(), draw.classNames().size())
                  .evaluation()
                  .accuracy());
        }
        probe.add(new Folds(draw, features).accuracy());
      }
    }
    return new Headroom(
        first.name(),
        first.classNames().size(),
        first.train().size(),
        Metrics.spread(zeroShot),
        Metrics.spread(probe));
  }

  /** The pictures of one draw, divided. */
  private static final class Folds {
    private final List<Item> items;
    private final Tensor features;
    private final int classes;
    private final int[] fold;
    private final int count;

    Folds(DataSet data, Tensor features) {
      this.items = data.train();
      this.features = features;
      classes = data.classNames().size();
      fold = new int[items.size()];
      Map<Integer, Integer> seen = new HashMap<>();
      for (int i = 0; i < fold.length; i++) {
        fold[i] = seen.merge(items.get(i).label(), 1, Integer::sum) - 1;
      }
      int fewest = seen.values().stream().mapToInt(Integer::intValue).min().orElse(0);
      if (fewest < 3) {
        throw KgCoopException.data(
            data.name()
                + ": a class has "
                + fewest
                + " training pictures; its headroom needs at least 3 (try more --shots)");
      }
      count = Math.min(FOLDS, fewest);
      for (int i = 0; i < fold.length; i++) {
        fold[i] %= count;
      }
    }

    /** In percent, over all pictures, each judged by a probe that has not seen it. */
    double accuracy() {
      int right = 0;
      for (int out = 0; out < count; out++) {
        int held = out;
        right += right(strength(held), i -> fold[i] != held, i -> fold[i] == held);
      }
      return 100.0 * right / items.size();
    }

    /** The best one for folds held out of those that are left. */
    private double strength(int out) {
      double best = STRENGTHS.get(0);
      int most = -1;
      for (double strength : STRENGTHS) {
        int right = 0;
        for (int inner = 0; inner < count; inner++) {
          int held = inner;
          if (held != out) {
            right += right(strength, i -> fold[i] != held && fold[i] != out, i -> fold[i] == held);
          }
        }
        if (right > most) {
          most = right;
          best = strength;
        }
      }
      return best;
    }

    private int right(double strength, IntPredicate fitted, IntPredicate measured) {
      try (Scope scope = Scope.open("probe");
          LinearProbe probe = LinearProbe.fit(rows(fitted), labels(fitted), classes, strength)) {
        long[] found = probe.logits(rows(measured)).argmax(1).toLongs();
        int[] labels = labels(measured);
        return (int) IntStream.range(0, found.length).filter(i -> found[i] == labels[i]).count();
      }
    }

    private Tensor rows(IntPredicate which) {
      long[] places = places(which).asLongStream().toArray();
      return features.indexSelect(0, Tensor.of(places, places.length));
    }

    private int[] labels(IntPredicate which) {
      return places(which).map(i -> items.get(i).label()).toArray();
    }

    private IntStream places(IntPredicate which) {
      return IntStream.range(0, fold.length).filter(which);
    }
  }
}
