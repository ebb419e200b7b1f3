package org.kgcoop.eval;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.stream.DoubleStream;
import org.apache.commons.statistics.distribution.BetaDistribution;
import org.jspecify.annotations.Nullable;
import org.kgcoop.EnumIds;

/**
 * A temperature T and a rejection threshold of a classifier, found with images that it was not
 * trained on. Probabilities are softmax(logits / T).
 *
 * @param temperature T, from {@link Temperature#LOWEST} to {@link Temperature#HIGHEST}
 * @param by the images that both were found with
 * @param images the number of these images
 * @param rejection the threshold for the classifier's own list of classes, or null
 */
public record Calibration(
    double temperature, Origin by, int images, @Nullable Rejection rejection) {
  /**
   * The number of images that the scale of a pretrained CLIP counts for. With 20 images, the
   * calibration error was smallest for 10 to 40.
   */
  public static final int PRETRAINED = 20;

  /** The share of images of the known classes that a threshold keeps. */
  private static final double KEEP = 0.95;

  private static final double CONFIDENCE = 0.95;

  /** The images that a temperature and a threshold were found with. */
  public enum Origin {
    /** Training images, each classified by a classifier that was trained without it. */
    OUT_OF_FOLD,
    /** Validation images. */
    VALIDATION;

    /** Returns the name in files. */
    public String id() {
      return EnumIds.id(this);
    }
  }

  /**
   * A threshold of the largest probability of an image. It keeps most images of the known classes,
   * and promises nothing about others.
   *
   * @param threshold an image is accepted if its largest probability is at least this
   * @param keeps the share of new images of the known classes that is accepted on average
   * @param low the lower end of the 95 % interval of that share
   * @param high the upper end of it
   */
  public record Rejection(double threshold, double keeps, double low, double high) {
    public Rejection {
      check("threshold", threshold, 0, 1);
      check("threshold_keeps", keeps, 0, 1);
      check("threshold_keeps_low", low, 0, 1);
      check("threshold_keeps_high", high, 0, 1);
    }

    /**
     * Finds the threshold with n images of known classes that the classifier was not trained on: it
     * is the j-th smallest score, with j = floor((1 - keep)(n + 1)), at least 1. On average over
     * samples, it accepts at least the share {@code keep} of new images of the known classes, as in
     * split conformal prediction (Vovk et al., 2005); with fewer images than that needs, n / (n +
     * 1). The share that one threshold accepts has the distribution Beta(n + 1 - j, j).
     *
     * @param scores one score per image; a higher score means "known"
     * @param keep the share of images of known classes to keep, between 0 and 1
     * @param confidence the level of the interval, between 0 and 1
     * @throws IllegalArgumentException if there is no score, or a number is out of range
     */
    public static Rejection of(double[] scores, double keep, double confidence) {
      if (scores.length == 0 || Arrays.stream(scores).anyMatch(s -> !Double.isFinite(s))) {
        throw new IllegalArgumentException("scores: expected one or more finite numbers");
      }
      if (!(keep > 0 && keep < 1 && confidence > 0 && confidence < 1)) {
        throw new IllegalArgumentException(
            "keep and confidence: expected between 0 and 1, got %s and %s"
                .formatted(keep, confidence));
      }
      int n = scores.length;
      // The small term corrects rounding: (1 - .95) x 20 is below 1 in binary.
      int rank = Math.max(1, (int) Math.floor((1 - keep) * (n + 1) + 1e-9));
      double tail = (1 - confidence) / 2;
      BetaDistribution kept = BetaDistribution.of(n + 1.0 - rank, rank);
      return new Rejection(
          Arrays.stream(scores).sorted().toArray()[rank - 1],
          1 - rank / (n + 1.0),
          kept.inverseCumulativeProbability(tail),
          kept.inverseSurvivalProbability(tail));
    }
  }

  public Calibration {
    check("temperature", temperature, Temperature.LOWEST, Temperature.HIGHEST);
    if (images < 1) {
      throw new IllegalArgumentException("images: expected at least 1, got " + images);
    }
  }

  private static void check(String name, double value, double from, double to) {
    if (!(value >= from && value <= to)) {
      throw new IllegalArgumentException(
          "%s: expected %s to %s, got %s".formatted(name, from, to, value));
    }
  }

  /**
   * Finds both. With validation images, the temperature minimizes the negative log-likelihood
   * ({@link Temperature#fit}). The classifiers of folds have fewer images than the final one, and
   * make more confident mistakes. With their logits, the temperature makes probabilities agree with
   * the accuracy ({@link Temperature#ofAccuracy}). It is 1 if the images do not determine it, for
   * example because the predictions are at chance level.
   *
   * @param logits (M, C), of images that the classifier was not trained on
   * @param labels (M), each from 0 to C - 1
   */
  public static Calibration fit(double[][] logits, int[] labels, Origin by) {
    return switch (by) {
      case OUT_OF_FOLD -> outOfFold(logits, labels, 0);
      case VALIDATION -> {
        Temperature found = Temperature.fit(logits, labels);
        yield of(found.bound() == null ? found.temperature() : 1, logits, by);
      }
    };
  }

  /**
   * Finds both with images of folds.
   *
   * @param logits (M, C), of images that the classifier was not trained on
   * @param labels (M), each from 0 to C - 1
   * @param more the number of images that T = 1 counts for: {@link #PRETRAINED} if the logits have
   *     the scale of a pretrained CLIP, otherwise 0
   */
  public static Calibration outOfFold(double[][] logits, int[] labels, int more) {
    return of(Temperature.ofAccuracy(logits, labels, more).orElse(1), logits, Origin.OUT_OF_FOLD);
  }

  private static Calibration of(double temperature, double[][] logits, Origin by) {
    double[] largest =
        Arrays.stream(logits)
            .mapToDouble(
                row -> DoubleStream.of(Softmax.probabilities(row, 1 / temperature)).max().orElse(0))
            .toArray();
    return new Calibration(temperature, by, logits.length, Rejection.of(largest, KEEP, CONFIDENCE));
  }

  /** The temperature alone, for another list of classes. */
  public Calibration withoutRejection() {
    return new Calibration(temperature, by, images, null);
  }

  /** Returns this calibration for the metadata of a classifier file. */
  public ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("temperature", temperature);
    json.put("by", by.id());
    json.put("images", images);
    if (rejection != null) {
      json.put("threshold", rejection.threshold);
      json.put("threshold_keeps", rejection.keeps);
      json.put("threshold_keeps_low", rejection.low);
      json.put("threshold_keeps_high", rejection.high);
    }
    return json;
  }

  /**
   * Reads a calibration from the metadata of a classifier file.
   *
   * @throws IllegalArgumentException if a value is missing or out of range
   */
  public static Calibration ofJson(ObjectNode json) {
    String id = json.path("by").asText();
    Origin by =
        EnumIds.find(Origin.class, id)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "by: expected %s, got '%s'".formatted(EnumIds.choices(Origin.class), id)));
    return new Calibration(
        number(json, "temperature"),
        by,
        json.path("images").asInt(),
        json.has("threshold")
            ? new Rejection(
                number(json, "threshold"),
                number(json, "threshold_keeps"),
                number(json, "threshold_keeps_low"),
                number(json, "threshold_keeps_high"))
            : null);
  }

  /** Returns a number, or NaN if it is missing or not a number. NaN is out of every range. */
  private static double number(JsonNode json, String name) {
    return json.path(name).asDouble(Double.NaN);
  }
}
