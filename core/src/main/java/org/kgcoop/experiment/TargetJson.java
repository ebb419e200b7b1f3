package org.kgcoop.experiment;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.kgcoop.data.Item;

/** What {@code results.json} of a run says of a target, down to each picture. */
final class TargetJson {
  private static final double CONFIDENCE_DIGITS = 1e4;

  private TargetJson() {}

  /**
   * A target as measured.
   *
   * @param fingerprint of its pictures and their labels
   * @param distance between learned and hand-crafted class features; NaN where undefined
   */
  static ObjectNode of(
      Target target, String fingerprint, Evaluator.Result result, double distance) {
    ObjectNode json =
        JsonNodeFactory.instance
            .objectNode()
            .put("name", target.name())
            .put("data_set", target.data().name())
            .put("classes", target.part())
            .put("template", target.template())
            .put("fingerprint", fingerprint);
    target.data().classNames().forEach(json.putArray("class_names")::add);
    json.setAll(result.toJson());
    if (!Double.isNaN(distance)) {
      json.put("distance", distance);
    }
    ArrayNode pictures = json.putArray("pictures");
    ArrayNode labels = json.putArray("labels");
    for (Item item : target.data().test()) {
      pictures.add(item.key());
      labels.add(item.label());
    }
    result.predictions().forEach(json.putArray("predictions")::add);
    ArrayNode confidences = json.putArray("confidences");
    for (double confidence : result.confidences()) {
      confidences.add(Math.round(confidence * CONFIDENCE_DIGITS) / CONFIDENCE_DIGITS);
    }
    return json;
  }
}
