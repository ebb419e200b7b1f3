package org.kgcoop.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** Values of the files of runs and tables. */
final class Json {
  private Json() {}

  /** A number, or NaN where there is none. */
  static double number(JsonNode value) {
    return Text.isFinite(value) ? value.asDouble() : Double.NaN;
  }

  static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(value -> texts.add(value.asText()));
    return texts;
  }
}
