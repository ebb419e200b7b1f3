package org.kgcoop.runs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * The images that steps saw and the time that this took: what no two runs share, and so no part of
 * a checkpoint.
 */
public record TrainingTime(long images, double seconds) {
  /** No step. */
  public static final TrainingTime NONE = new TrainingTime(0, 0);

  /** Both together. */
  public TrainingTime plus(TrainingTime other) {
    return new TrainingTime(images + other.images, seconds + other.seconds);
  }

  ObjectNode json() {
    return JsonNodeFactory.instance.objectNode().put("images", images).put("seconds", seconds);
  }

  static TrainingTime of(JsonNode json) {
    return new TrainingTime(json.path("images").asLong(), json.path("seconds").asDouble());
  }
}
