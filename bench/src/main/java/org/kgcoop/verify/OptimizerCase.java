package org.kgcoop.verify;

import com.fasterxml.jackson.databind.JsonNode;
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

  static void run(ReferenceCase c) {
    Map<String, Tensor> parameters = new LinkedHashMap<>();
    c.path("init")
        .fieldNames()
        .forEachRemaining(name -> parameters.put(name, c.at("init").floats(name).parameter()));
    try (Optimizer optimizer = new Optimizer(List.copyOf(parameters.values()), rule(c.json()))) {
      for (int step = 0; step < c.path("gradients").size(); step++) {
        ReferenceCase given = c.at("gradients", step);
        List<Tensor> gradients = parameters.keySet().stream().map(given::floats).toList();
        optimizer.step(gradients, c.path("lrs").path(step).asDouble());
      }
    }
    c.expect().tensors("value of ", parameters);
  }

  /**
   * Returns the optimizer of a case of the kind {@code optimizer} or {@code train}. The field is an
   * object with the settings, or a name with the settings next to it.
   */
  static UpdateRule rule(JsonNode c) {
    JsonNode stated = c.path("optimizer");
    JsonNode settings = stated.isObject() ? stated : c;
    String name = stated.isObject() ? stated.path("name").asText() : stated.asText("sgd");
    double decay = settings.path("weight_decay").asDouble();
    double epsilon = settings.path("epsilon").asDouble();
    double beta1 = settings.path("betas").path(0).asDouble(0.9);
    double beta2 = settings.path("betas").path(1).asDouble(0.999);
    return switch (name) {
      case "sgd" -> new UpdateRule.Sgd(settings.path("momentum").asDouble(), decay);
      case "adam" -> new UpdateRule.Adam(beta1, beta2, epsilon, decay, false);
      case "adamw" -> new UpdateRule.Adam(beta1, beta2, epsilon, decay, true);
      default -> throw KgCoopException.configuration("optimizer '" + name + "'");
    };
  }
}
