package org.kgcoop.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Milliseconds that a picture takes in every epoch; NaN where nothing was trained.
 *
 * @param training from its feature
 * @param withFeatures what computing its features took divided among the epochs, as if the bank had
 *     been empty
 */
public record Time(double training, double withFeatures) {

  /** From {@code training} of a run's results, which may be missing. */
  static Time of(JsonNode training) {
    double pictures = Math.max(1, training.path("pictures").asDouble());
    double alone = training.path("ms_per_image").asDouble(Double.NaN);
    return new Time(alone, alone + 1000 * training.path("prepare_seconds").asDouble() / pictures);
  }

  static Time mean(List<Time> times) {
    return new Time(mean(times, Time::training), mean(times, Time::withFeatures));
  }

  private static double mean(List<Time> times, ToDoubleFunction<Time> value) {
    return times.stream()
        .mapToDouble(value)
        .filter(t -> !Double.isNaN(t))
        .average()
        .orElse(Double.NaN);
  }

  void put(ObjectNode json) {
    putMs(json, "ms_per_image", training);
    putMs(json, "ms_per_image_with_features", withFeatures);
  }

  private static void putMs(ObjectNode json, String name, double ms) {
    ObjectNode unused = Double.isNaN(ms) ? json.putNull(name) : json.put(name, ms);
  }
}
