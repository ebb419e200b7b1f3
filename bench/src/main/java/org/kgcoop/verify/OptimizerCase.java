package org.kgcoop.verify;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kgcoop.KgCoopException;
import org.kgcoop.tensor.Optimizer;
import org.kgcoop.tensor.Tensor;
import org.kgcoop.tensor.UpdateRule;

/**
 * The cases of the kind {@code optimizer}: parameters after steps with given gradients and learning
 * rates.
 */
final class OptimizerCase {
  private OptimizerCase() {}

  static void run(Case c) {
    Map<String, Tensor> parameters = new LinkedHashMap<>();
    Case init = c.at("init");
    init.json()
        .fieldNames()
        .forEachRemaining(name -> parameters.put(name, init.tensor(name).parameter()));
    try (Optimizer optimizer = new Optimizer(List.copyOf(parameters.values()), rule(c))) {
      double[] rates = c.numbers("lrs");
      List<Case> gradients = c.all("gradients");
      for (int step = 0; step < gradients.size(); step++) {
        optimizer.step(
            parameters.keySet().stream().map(gradients.get(step)::tensor).toList(), rates[step]);
      }
    }
    c.compareAll("value of ", "expect", parameters);
  }

  /**
   * Returns the optimizer of a case of the kind {@code optimizer} or {@code train}. The field is an
   * object with the settings, or a name with the settings next to it.
   */
  static UpdateRule rule(Case c) {
    boolean isPart = c.at("optimizer").has("name");
    Case settings = isPart ? c.at("optimizer") : c;
    String name = settings.text(isPart ? "name" : "optimizer");
    double decay = settings.number("weight_decay");
    double epsilon = settings.number("epsilon");
    double[] betas = settings.has("betas") ? settings.numbers("betas") : new double[] {0.9, 0.999};
    return switch (name) {
      case "", "sgd" -> new UpdateRule.Sgd(settings.number("momentum"), decay);
      case "adam" -> new UpdateRule.Adam(betas[0], betas[1], epsilon, decay, false);
      case "adamw" -> new UpdateRule.Adam(betas[0], betas[1], epsilon, decay, true);
      default -> throw KgCoopException.configuration("optimizer '" + name + "'");
    };
  }
}
