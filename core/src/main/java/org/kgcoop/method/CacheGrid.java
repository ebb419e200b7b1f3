package org.kgcoop.method;

import java.util.ArrayList;
import java.util.List;
import org.kgcoop.KgCoopException;

/**
 * Grid of values of beta and alpha. Values start at 0.1 and increase in equal steps; the upper
 * bound is excluded.
 *
 * @param tops the upper bounds of beta and of alpha, above 0.1
 * @param counts the numbers of values of beta and of alpha
 */
public record CacheGrid(List<Double> tops, List<Integer> counts) {
  private static final double LEAST = 0.1;
  private static final int MOST = 10_000;

  public CacheGrid {
    if (!tops.stream().allMatch(top -> top > LEAST && Double.isFinite(top))) {
      throw KgCoopException.configuration(
          "search_scale: expected the tops of beta and alpha, both above 0.1, got %s and %s"
              .formatted(tops.toArray()));
    }
    if (!counts.stream().allMatch(count -> count >= 1 && count <= MOST)) {
      throw KgCoopException.configuration(
          "search_step: expected 1 to 10,000 values of beta and of alpha, got %s and %s"
              .formatted(counts.toArray()));
    }
  }

  /**
   * Point of the grid.
   *
   * @param correct the number of correct predictions at this point
   */
  public record Point(double beta, double alpha, long correct) {}

  /** Returns the number of values of beta. */
  int betas() {
    return counts.get(0);
  }

  /** Returns the number of values of alpha. */
  int alphas() {
    return counts.get(1);
  }

  /** Returns the i-th beta, counted from 0. */
  double beta(int i) {
    return i * (tops.get(0) - LEAST) / betas() + LEAST;
  }

  /** Returns the j-th alpha, counted from 0. */
  double alpha(int j) {
    return j * (tops.get(1) - LEAST) / alphas() + LEAST;
  }

  /**
   * Returns the point with the most correct predictions. If several are equal, the first one wins;
   * beta is the outer loop.
   */
  public Point best(long[][] correct) {
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < betas(); i++) {
      for (int j = 0; j < alphas(); j++) {
        points.add(new Point(beta(i), alpha(j), correct[i][j]));
      }
    }
    Point best = points.get(0);
    for (Point point : points) {
      if (point.correct > best.correct) {
        best = point;
      }
    }
    return best;
  }
}
