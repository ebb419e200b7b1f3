package org.kgcoop.method;

import java.util.ArrayList;
import java.util.List;
import org.kgcoop.KgCoopException;

/**
 * Grid of values of beta and alpha. Values start at 0.1 and increase in equal steps; the upper
 * bound is excluded.
 *
 * @param betaTop the upper bound of beta, above 0.1
 * @param alphaTop the upper bound of alpha, above 0.1
 * @param betas the number of values of beta
 * @param alphas the number of values of alpha
 */
public record CacheGrid(double betaTop, double alphaTop, int betas, int alphas) {
  /** The published grid for ImageNet. */
  public static final CacheGrid PUBLISHED = new CacheGrid(7, 3, 200, 20);

  private static final double LEAST = 0.1;
  private static final int MOST = 10_000;

  public CacheGrid {
    if (!(betaTop > LEAST && alphaTop > LEAST)
        || Double.isInfinite(betaTop)
        || Double.isInfinite(alphaTop)) {
      throw KgCoopException.configuration(
          "search_scale: expected the tops of beta and alpha, both above 0.1, got %s and %s"
              .formatted(betaTop, alphaTop));
    }
    if (betas < 1 || alphas < 1 || betas > MOST || alphas > MOST) {
      throw KgCoopException.configuration(
          "search_step: expected 1 to 10,000 values of beta and of alpha, got %s and %s"
              .formatted(betas, alphas));
    }
  }

  /**
   * Point of the grid.
   *
   * @param correct the number of correct predictions at this point
   */
  public record Point(double beta, double alpha, long correct) {}

  /** Returns the i-th beta, counted from 0. */
  double beta(int i) {
    return i * (betaTop - LEAST) / betas + LEAST;
  }

  /** Returns the j-th alpha, counted from 0. */
  double alpha(int j) {
    return j * (alphaTop - LEAST) / alphas + LEAST;
  }

  /**
   * Returns the point with the most correct predictions. If several are equal, the first one wins;
   * beta is the outer loop.
   */
  public Point best(long[][] correct) {
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < betas; i++) {
      for (int j = 0; j < alphas; j++) {
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
