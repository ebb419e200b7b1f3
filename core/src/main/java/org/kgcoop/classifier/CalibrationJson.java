package org.kgcoop.classifier;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.kgcoop.EnumIds;
import org.kgcoop.eval.Calibration;

/** Calibration in the metadata of a classifier file. */
final class CalibrationJson {
  /** Key of the calibration. */
  static final String KEY = "calibration";

  private static final String TEMPERATURE = "temperature";
  private static final String BY = "by";
  private static final String IMAGES = "images";
  private static final String THRESHOLD = "threshold";
  private static final String KEEPS = "threshold_keeps";
  private static final String LOW = "threshold_keeps_low";
  private static final String HIGH = "threshold_keeps_high";

  private CalibrationJson() {}

  static void write(Calibration calibration, ObjectNode file) {
    ObjectNode json = file.putObject(KEY);
    json.put(TEMPERATURE, calibration.temperature());
    json.put(BY, calibration.by().id());
    json.put(IMAGES, calibration.images());
    Calibration.Rejection rejection = calibration.rejection();
    if (rejection != null) {
      json.put(THRESHOLD, rejection.threshold());
      json.put(KEEPS, rejection.keeps());
      json.put(LOW, rejection.low());
      json.put(HIGH, rejection.high());
    }
  }

  /**
   * Reads the calibration of a file that has one.
   *
   * @throws IllegalArgumentException if a value is missing or out of range
   */
  static Calibration read(ObjectNode file) {
    JsonNode json = file.path(KEY);
    return new Calibration(
        number(json, TEMPERATURE),
        origin(json.path(BY).asText()),
        json.path(IMAGES).asInt(),
        json.has(THRESHOLD)
            ? new Calibration.Rejection(
                number(json, THRESHOLD), number(json, KEEPS), number(json, LOW), number(json, HIGH))
            : null);
  }

  private static Calibration.Origin origin(String id) {
    return EnumIds.find(Calibration.Origin.class, id)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "%s: expected %s, got '%s'"
                        .formatted(BY, EnumIds.choices(Calibration.Origin.class), id)));
  }

  /** Returns a number, or NaN if it is missing or not a number. NaN is out of every range. */
  private static double number(JsonNode json, String name) {
    return json.path(name).asDouble(Double.NaN);
  }
}
