package org.kgcoop.method;

import java.util.List;
import org.kgcoop.settings.Setting;
import org.kgcoop.settings.SettingList;
import org.kgcoop.settings.SettingType;

/**
 * Grid of values of beta and alpha. Values start at 0.1 and increase in equal steps; the upper
 * bound is excluded.
 *
 * @param tops the upper bounds of beta and of alpha, above 0.1
 * @param counts the numbers of values of beta and of alpha
 */
public record CacheGrid(List<Double> tops, List<Integer> counts) {
  private static final double LEAST = 0.1;

  static final SettingList<CacheGrid> SETTINGS =
      SettingList.of(
          CacheGrid.class,
          Setting.of(
                  "search_scale",
                  SettingType.pair(SettingType.NUMBERS),
                  List.of(7.0, 3.0),
                  "The tops of beta and alpha that are tried")
              .allowing(
                  "both above 0.1",
                  tops -> tops.stream().allMatch(top -> top > LEAST && Double.isFinite(top)))
              .publishedAs("search_scale"),
          Setting.of(
                  "search_step",
                  SettingType.pair(SettingType.WHOLES),
                  List.of(200, 20),
                  "How many values of beta and alpha are tried")
              .allowing(
                  "1 to 10,000 of each",
                  counts -> counts.stream().allMatch(count -> count >= 1 && count <= 10_000))
              .publishedAs("search_step"));

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
   * Returns the point with the most correct predictions. If several are equal, the first one wins.
   *
   * @param correct the number at each point; beta is the outer loop
   */
  public CacheSettings.Weights best(long[] correct) {
    int best = new LeaveOneOut(correct, new double[correct.length]).firstBest().orElseThrow();
    return new CacheSettings.Weights(alpha(best % alphas()), beta(best / alphas()));
  }
}
