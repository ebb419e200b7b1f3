package org.kgcoop.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * What a run was measured on.
 *
 * @param name as {@code base}, {@code new}, {@code test}, or that of the data set
 * @param json as the results have it
 */
record Target(String name, String dataSet, JsonNode json) {

  static List<Target> of(JsonNode targets) {
    List<Target> list = new ArrayList<>();
    for (JsonNode target : targets) {
      list.add(
          new Target(
              Text.or(target.path("name"), "test"), target.path("data_set").asText(""), target));
    }
    return list;
  }

  /** In percent, from the counts where they are there; NaN where nothing is known. */
  double accuracy() {
    double correct = Json.number(json.path("correct"));
    double total = Json.number(json.path("total"));
    return total > 0 ? 100 * correct / total : Json.number(json.path("accuracy"));
  }

  /** Between learned and hand-crafted class features; NaN where there is none. */
  double distance() {
    return Json.number(json.path("distance"));
  }

  List<String> classNames() {
    return Json.texts(json.path("class_names")).stream().map(n -> n.replace('_', ' ')).toList();
  }

  /** The prediction for each test picture, as far as all that belongs to it is there. */
  List<Prediction> predictions() {
    JsonNode labels = json.path("labels");
    JsonNode predictions = json.path("predictions");
    JsonNode confidences = json.path("confidences");
    JsonNode pictures = json.path("pictures");
    List<Prediction> list = new ArrayList<>();
    for (int i = 0; i < Math.min(labels.size(), predictions.size()); i++) {
      list.add(
          new Prediction(
              pictures.path(i).asText(""),
              labels.path(i).asInt(-1),
              predictions.path(i).asInt(-1),
              Json.number(confidences.path(i))));
    }
    return list;
  }

  /**
   * What was said of a picture.
   *
   * @param picture its name; empty where that is unknown
   * @param confidence 0 to 1; NaN where that is unknown
   */
  record Prediction(String picture, int label, int predicted, double confidence) {
    boolean isRight() {
      return label == predicted;
    }
  }
}
