package org.kgcoop.bench;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.runs.AdaptRecord;

/**
 * A run of {@code adapt} with what came true, a line of {@code results.jsonl}. Accuracies are in
 * percent, other shares from 0 to 1.
 *
 * @param perClass the number of learned originals per class; 0 if the classes have different
 *     numbers
 * @param drawn the number of classes to draw; 0 for all
 * @param methods quick or all
 * @param images the number of images in the folder
 * @param fresh the number of fresh images
 * @param chosen the name of the chosen method
 * @param promises the promised accuracies
 * @param doubts the sentences in front of them that say why they may not hold here
 * @param probabilities the probabilities of the classifier on fresh images
 * @param candidates the compared methods
 * @param labels the suspect labels
 * @param regret true if the candidates were measured on fresh images
 * @param seconds the time of the run, with all measurements
 * @param processorSeconds the time of all cores, which other processes change less
 */
record HonestyRun(
    String situation,
    String set,
    int perClass,
    long seed,
    int drawn,
    String methods,
    int images,
    int classes,
    int fresh,
    String chosen,
    List<Promise> promises,
    List<String> doubts,
    Probabilities probabilities,
    List<Candidate> candidates,
    Labels labels,
    boolean regret,
    double seconds,
    double processorSeconds) {
  /**
   * A promised accuracy and the one that came true.
   *
   * @param of the images that it is about
   * @param promised null if {@code adapt} makes no such promise
   * @param measured the accuracy on fresh images
   * @param images the number of these images
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Promise(String of, AdaptRecord.@Nullable Accuracy promised, double measured, int images) {

    /** Images like the learned ones. */
    static final String LIKE_THESE = "images like these";

    /** The same with equally frequent classes, of an unbalanced folder. */
    static final String EQUALLY = "every class equally often";

    /** Images of the class names without images. */
    static final String UNSEEN = "unseen names";

    double difference() {
      return promised == null ? Double.NaN : promised.accuracy() - measured;
    }
  }

  /**
   * The probabilities of the classifier on fresh images.
   *
   * @param temperature the temperature that {@code adapt} found
   * @param before the expected calibration error without it
   * @param after the same with it
   * @param floor the error of a perfectly calibrated classifier on as many images
   * @param keeps the promised share of accepted images of the learned classes
   * @param accepted the share that the threshold accepts
   * @param foreign the share of accepted images of another data set
   */
  record Probabilities(
      double temperature,
      double before,
      double after,
      double floor,
      double threshold,
      double keeps,
      double accepted,
      double foreign) {}

  /**
   * A compared method.
   *
   * @param value the value that {@code adapt} compared
   * @param behind the difference to the largest value
   * @param pValue the p-value of this difference
   * @param measured the accuracy on fresh images of the learned classes; NaN if it was not measured
   */
  record Candidate(String method, double value, double behind, double pValue, double measured) {}

  /**
   * The suspect labels.
   *
   * @param images the number of learned images
   * @param wrong the number of wrong labels
   * @param listed the number of suspects
   * @param found the number of wrong labels among the suspects
   */
  record Labels(int images, int wrong, int listed, int found) {}

  HonestyRun {
    promises = List.copyOf(promises);
    doubts = List.copyOf(doubts);
    candidates = List.copyOf(candidates);
  }

  /** The name of its folder, and of its line on the screen. */
  @JsonIgnore
  String name() {
    return name(situation, set, perClass, seed);
  }

  static String name(String situation, String set, int perClass, long seed) {
    return "%s-%s-%s-%s".formatted(situation, set, perClass, seed);
  }

  /** Returns how much worse than the best candidate the chosen method is on fresh images. */
  double lostByChoice() {
    return best() - measured(candidates.stream().filter(each -> each.method().equals(chosen)));
  }

  /** Returns how much worse than the best candidate the best by cross-validation is. */
  double lostByBestValue() {
    return best()
        - measured(candidates.stream().max(Comparator.comparingDouble(Candidate::value)).stream());
  }

  private double best() {
    return candidates.stream().mapToDouble(Candidate::measured).max().orElse(Double.NaN);
  }

  private static double measured(Stream<Candidate> of) {
    return of.mapToDouble(Candidate::measured).findFirst().orElse(Double.NaN);
  }
}
