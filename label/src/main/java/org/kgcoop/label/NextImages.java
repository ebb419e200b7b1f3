package org.kgcoop.label;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.kgcoop.eval.Softmax;

/**
 * The choice between questions and a page. {@link LabelSession} asks for it after the random images
 * of the audit and repeated questions. Two kinds compete: questions about the least certain images,
 * and pages of images with one proposed class. The kind that is expected to correct more images per
 * second wins.
 *
 * <p>The seconds are those of the keystroke-level model (Card, Moran and Newell, Communications of
 * the ACM 1980): 1.1 s to point, 0.1 s for a button, 0.28 s for a key, 1.35 s to decide. A
 * thumbnail takes 0.4 s, about one fixation.
 *
 * <p>The choice depends on all remaining images, but never on which of them are in the audit. Audit
 * images in front of the last image that is shown are passed.
 */
public final class NextImages {
  /** Seconds to look at an image. */
  public static final double THUMBNAIL_SECONDS = 0.4;

  private static final double DECISION_SECONDS = 1.35;
  private static final double KEY_SECONDS = 0.28;
  private static final double CLICK_SECONDS = 1.2;

  /** Seconds for an image alone: look, decide, press the key of its class. */
  public static final double QUESTION_SECONDS = THUMBNAIL_SECONDS + DECISION_SECONDS + KEY_SECONDS;

  /** Seconds for a page without its thumbnails: read the class, confirm, wait for the next. */
  public static final double PAGE_SECONDS = DECISION_SECONDS + KEY_SECONDS + 0.3;

  /** Seconds for a correction: click the image, decide, press the key of its class. */
  public static final double CORRECTION_SECONDS = CLICK_SECONDS + DECISION_SECONDS + KEY_SECONDS;

  private static final double TIE = 1e-12;

  private NextImages() {}

  /**
   * A step.
   *
   * @param proposed the class of a page, or -1 for questions
   * @param shown the images to show, in order
   * @param passed the audit images in front of the last shown one
   * @param questionRate expected corrections per second of the questions
   * @param pageRate expected corrections per second of the best page
   */
  public record Step(
      int proposed,
      List<Integer> shown,
      List<Integer> passed,
      double questionRate,
      double pageRate) {
    public boolean isPage() {
      return proposed >= 0;
    }
  }

  /**
   * Chooses the next step.
   *
   * @param p the probabilities, (N, K + 1), the last column for none of these
   * @param remaining the images without an answer that were not passed, ascending; at least one
   * @param audit (N), true for the images of the audit
   * @param pageSize the images of a page
   * @param batch the number of questions
   */
  public static Step choose(
      double[][] p, int[] remaining, boolean[] audit, int pageSize, int batch) {
    int n = remaining.length;
    double[] first = new double[n];
    double[] margin = new double[n];
    int[] best = new int[n];
    for (int r = 0; r < n; r++) {
      double[] row = p[remaining[r]];
      best[r] = Softmax.argMax(row);
      first[r] = row[best[r]];
      margin[r] = margin(row, best[r]);
    }
    List<Integer> order = sorted(margin);
    List<Integer> asked = order.subList(0, Math.min(batch, n));
    double questionRate = errors(asked, first) / (QUESTION_SECONDS * asked.size());
    double pageRate = -1;
    int proposed = -1;
    List<Integer> page = List.of();
    Map<Integer, List<Integer>> byClass =
        sorted(first).stream()
            .collect(Collectors.groupingBy(r -> best[r], TreeMap::new, Collectors.toList()));
    for (Map.Entry<Integer, List<Integer>> ofClass : byClass.entrySet()) {
      List<Integer> least = ofClass.getValue().stream().limit(pageSize).toList();
      double wrong = errors(least, first);
      double rate =
          wrong / (PAGE_SECONDS + THUMBNAIL_SECONDS * least.size() + CORRECTION_SECONDS * wrong);
      if (rate > pageRate + TIE) {
        pageRate = rate;
        proposed = ofClass.getKey();
        page = ofClass.getValue();
      }
    }
    boolean asks = questionRate > pageRate + TIE;
    return walk(
        asks ? -1 : proposed,
        asks ? order : page,
        remaining,
        audit,
        asks ? batch : pageSize,
        questionRate,
        pageRate);
  }

  /**
   * Shows the images that no class is near to.
   *
   * @param nearness (N), the largest cosine with a prototype
   */
  public static Step unusual(double[] nearness, int[] remaining, boolean[] audit, int pageSize) {
    double[] values = Arrays.stream(remaining).mapToDouble(i -> nearness[i]).toArray();
    return walk(-1, sorted(values), remaining, audit, pageSize, 0, 0);
  }

  private static Step walk(
      int proposed,
      List<Integer> order,
      int[] remaining,
      boolean[] audit,
      int count,
      double questionRate,
      double pageRate) {
    List<Integer> shown = new ArrayList<>();
    List<Integer> passed = new ArrayList<>();
    for (int r : order) {
      if (shown.size() == count) {
        break;
      }
      (audit[remaining[r]] ? passed : shown).add(remaining[r]);
    }
    return new Step(proposed, shown, passed, questionRate, pageRate);
  }

  /** Returns the positions by ascending values, equal ones by their position. */
  static List<Integer> sorted(double[] values) {
    return IntStream.range(0, values.length)
        .boxed()
        .sorted(Comparator.comparingDouble(r -> values[r]))
        .toList();
  }

  private static double errors(List<Integer> positions, double[] first) {
    return positions.stream().mapToDouble(r -> 1 - first[r]).sum();
  }

  /** Returns how much larger the largest value is than the next one. */
  static double margin(double[] row, int best) {
    double second = Double.NEGATIVE_INFINITY;
    for (int c = 0; c < row.length; c++) {
      second = c == best ? second : Math.max(second, row[c]);
    }
    return row[best] - second;
  }
}
