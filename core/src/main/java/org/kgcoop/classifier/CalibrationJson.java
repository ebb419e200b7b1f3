package org.kgcoop.classifier;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.kgcoop.EnumIds;
import org.kgcoop.eval.Calibration;

/** Calibration in the metadata of a classifier file. */
final class CalibrationJson {
  private CalibrationJson() {}

  static ObjectNode of(Calibration calibration) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("temperature", calibration.temperature());
    json.put("by", calibration.by().id());
    json.put("images", calibration.images());
    Calibration.Rejection rejection = calibration.rejection();
    if (rejection != null) {
      json.put("threshold", rejection.threshold());
      json.put("threshold_keeps", rejection.keeps());
      json.put("threshold_keeps_low", rejection.low());
      json.put("threshold_keeps_high", rejection.high());
    }
    return json;
  }

  /**
   * Reads a calibration.
   *
   * @throws IllegalArgumentException if a value is missing or out of range
   */
  static Calibration read(ObjectNode json) {
    return new Calibration(
        number(json, "temperature"),
        origin(json.path("by").asText()),
        json.path("images").asInt(),
        json.has("threshold")
            ? new Calibration.Rejection(
                number(json, "threshold"),
                number(json, "threshold_keeps"),
                number(json, "threshold_keeps_low"),
                number(json, "threshold_keeps_high"))
            : null);
  }

  private static Calibration.Origin origin(String id) {
    return EnumIds.find(Calibration.Origin.class, id)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "by: expected %s, got '%s'"
                        .formatted(EnumIds.choices(Calibration.Origin.class), id)));
  }

  /** Returns a number, or NaN if it is missing or not a number. NaN is out of every range. */
  private static double number(JsonNode json, String name) {
    return json.path(name).asDouble(Double.NaN);
  }
}
