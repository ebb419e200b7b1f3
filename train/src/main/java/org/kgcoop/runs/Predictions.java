package org.kgcoop.runs;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.kgcoop.files.Json;

/**
 * The predictions of a run for each image: {@code predictions.json}.
 *
 * @param targets in the order of the results
 */
public record Predictions(List<OfTarget> targets) {
  /** The name of the file in the folder of a run. */
  static final String FILE = "predictions.json";

  /**
   * The predictions for a target.
   *
   * @param name the name of the target
   * @param confusion the number of images per true class (row, by label) and predicted class
   *     (column)
   * @param images the keys of the test images
   * @param labels their labels, in the same order
   * @param predictions the predicted labels
   * @param confidences the probability of each prediction, to four digits
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record OfTarget(
      String name,
      List<List<Long>> confusion,
      List<String> images,
      List<Integer> labels,
      List<Integer> predictions,
      List<Double> confidences) {
    public OfTarget {
      confusion = Json.list(confusion).stream().map(Json::list).toList();
      images = Json.list(images);
      labels = Json.list(labels);
      predictions = Json.list(predictions);
      confidences = Json.list(confidences);
    }

    /** Returns the prediction for each image, as far as the file is complete. */
    public List<Prediction> each() {
      return IntStream.range(0, Math.min(labels.size(), predictions.size()))
          .mapToObj(
              i ->
                  new Prediction(
                      i < images.size() ? images.get(i) : "",
                      labels.get(i),
                      predictions.get(i),
                      i < confidences.size() ? confidences.get(i) : Double.NaN))
          .toList();
    }
  }

  /**
   * A prediction.
   *
   * @param image the name of the image; empty if unknown
   * @param confidence 0 to 1; NaN if unknown
   */
  public record Prediction(String image, int label, int predicted, double confidence) {
    /** Returns true if the prediction is correct. */
    public boolean isRight() {
      return label == predicted;
    }
  }

  public Predictions {
    targets = Json.list(targets);
  }

  /**
   * Reads the predictions of a run; without targets if there are none.
   *
   * @throws org.kgcoop.KgCoopException of the category IO if they are damaged
   */
  public static Predictions read(Path folder) {
    return Json.read(folder.resolve(FILE), Predictions.class).orElse(new Predictions(List.of()));
  }

  public Optional<OfTarget> target(String name) {
    return targets.stream().filter(target -> target.name().equals(name)).findFirst();
  }
}
