package org.kgcoop.export;

import java.util.List;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.model.FixedHead;
import org.kgcoop.tensor.Tensor;

/** Writes a head as nodes of an ONNX graph. */
final class OnnxHead {
  private final OnnxGraph graph;

  OnnxHead(OnnxGraph graph) {
    this.graph = graph;
  }

  /**
   * Adds the nodes.
   *
   * @param name the name of the logits, (batch, C)
   * @param features the name of the unit features, (batch, E)
   */
  String add(String name, String features, FixedHead head) {
    return add(name, "", features, head);
  }

  /**
   * Adds the nodes of a part.
   *
   * @param within the prefix of all other names of the part
   */
  private String add(String name, String within, String features, FixedHead head) {
    if (head instanceof FixedHead.Linear linear) {
      return linear(name, within, features, linear);
    }
    if (head instanceof FixedHead.Cache cache) {
      return cache(name, within, features, cache);
    }
    if (head instanceof FixedHead.Adapter adapter) {
      return adapter(name, within, features, adapter);
    }
    if (head instanceof FixedHead.LogScores scores) {
      return logScores(name, within, features, scores);
    }
    return sum(name, within, features, ((FixedHead.Sum) head).parts());
  }

  private String logScores(
      String name, String within, String features, FixedHead.LogScores scores) {
    String prior = add(within + "prior", within + "prior.", features, scores.prior());
    String corrected =
        graph.sum(
            within + "scores",
            graph.softmax(within + "prior.probabilities", prior),
            add(within + "correction", within + "correction.", features, scores.correction()));
    String above =
        graph.relu(within + "above", graph.sum(within + "minus", corrected, -scores.floor()));
    String log = graph.log(within + "log", graph.sum(within + "floored", above, scores.floor()));
    Tensor columns = scores.columns();
    String selected =
        columns == null ? log : graph.columns(within + "selected", log, columns.toLongs());
    return graph.times(name, selected, scores.factor());
  }

  private String linear(String name, String within, String features, FixedHead.Linear linear) {
    Tensor bias = linear.bias();
    if (bias == null) {
      String weight = constant(within + FeatureFiles.CLASS_FEATURES, linear.weight());
      return graph.scaledProduct(name, linear.scale(), features, weight);
    }
    String weight = constant(within + FeatureFiles.WEIGHT, linear.weight());
    return graph.scaledProduct(
        name, linear.scale(), features, weight, constant(within + FeatureFiles.BIAS, bias));
  }

  private String cache(String name, String within, String features, FixedHead.Cache cache) {
    String keys = constant(within + "keys", cache.keys());
    String affinity = graph.scaledProduct(within + "affinity", cache.beta(), features, keys);
    String exponent = graph.sum(within + "exponent", affinity, -cache.beta());
    String likeness = graph.exp(within + "likeness", exponent);
    String votes =
        graph.matmul(
            within + "votes", likeness, constant(within + "values", cache.values().matrix()));
    return graph.times(name, votes, cache.alpha());
  }

  private String adapter(String name, String within, String features, FixedHead.Adapter adapter) {
    String down = constant(within + "down", adapter.down());
    String up = constant(within + "up", adapter.up());
    String hidden =
        graph.relu(
            within + "hidden", graph.scaledProduct(within + "hidden.linear", 1, features, down));
    String adapted =
        graph.relu(
            within + "adapted", graph.scaledProduct(within + "adapted.linear", 1, hidden, up));
    String mixed =
        graph.sum(
            within + "mixed",
            graph.times(within + "mixed.adapted", adapted, adapter.ratio()),
            graph.times(within + "mixed.features", features, 1 - adapter.ratio()));
    String unit = graph.unitRows(within + "adapted_features", mixed);
    return add(name, within + "adapted.", unit, adapter.then());
  }

  private String sum(String name, String within, String features, List<FixedHead> parts) {
    if (parts.size() == 1) {
      return add(name, within, features, parts.get(0));
    }
    String last = within + "part" + (parts.size() - 1);
    String before = sum(last + ".before", within, features, parts.subList(0, parts.size() - 1));
    String logits = add(last, last + ".", features, parts.get(parts.size() - 1));
    return graph.sum(name, before, logits);
  }

  private String constant(String name, Tensor values) {
    return graph.constant(StoredTensor.of(name, values));
  }
}
