package org.kgcoop.runs;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The predictions of a run for each image: {@code predictions.json}.
 *
 * @param targets those of the results
 */
public record Predictions(List<OfTarget> targets) {
  /** The file in a run's folder. */
  static final String FILE = "predictions.json";

  /**
   * The predictions for a target.
   *
   * @param name that of the target
   * @param confusion the number of images of a class (row, by label) that were taken for each class
   *     (column)
   * @param images keys of the test images
   * @param labels of these, in their order
   * @param predictions the labels that were predicted
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
      name = RunJson.or(name, "test");
      confusion = RunJson.list(confusion).stream().map(RunJson::list).toList();
      images = RunJson.list(images);
      labels = RunJson.list(labels);
      predictions = RunJson.list(predictions);
      confidences = RunJson.list(confidences);
    }

    /** The prediction for each image, as far as all that belongs to it is there. */
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
   * @param image its name; empty where that is unknown
   * @param confidence 0 to 1; NaN where that is unknown
   */
  public record Prediction(String image, int label, int predicted, double confidence) {
    /** True if the image was taken for what it is. */
    public boolean isRight() {
      return label == predicted;
    }
  }

  public Predictions {
    targets = RunJson.list(targets);
  }

  /**
   * Reads those of a run's folder; without targets where there are none.
   *
   * @throws org.kgcoop.KgCoopException of the kind IO where they are damaged
   */
  public static Predictions read(Path folder) {
    return RunJson.read(folder.resolve(FILE), Predictions.class).orElse(new Predictions(List.of()));
  }

  public Optional<OfTarget> target(String name) {
    return targets.stream().filter(target -> target.name().equals(name)).findFirst();
  }
}
