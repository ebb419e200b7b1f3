package org.kgcoop.runs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * The images that steps saw and the time that this took: what no two runs share, and so no part of
 * a checkpoint.
 */
public record Effort(long pictures, double seconds) {
  /** No step. */
  public static final Effort NONE = new Effort(0, 0);

  /** Both together. */
  public Effort plus(Effort other) {
    return new Effort(pictures + other.pictures, seconds + other.seconds);
  }

  ObjectNode json() {
    return JsonNodeFactory.instance.objectNode().put("pictures", pictures).put("seconds", seconds);
  }

  static Effort of(JsonNode json) {
    return new Effort(json.path("pictures").asLong(), json.path("seconds").asDouble());
  }
}
