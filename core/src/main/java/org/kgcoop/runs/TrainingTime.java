package org.kgcoop.runs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * The number of images in the steps, and their time. It differs between equal runs, so it is not
 * part of a checkpoint.
 */
public record TrainingTime(long images, double seconds) {
  /** No steps. */
  public static final TrainingTime NONE = new TrainingTime(0, 0);

  /** Returns the sum. */
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
