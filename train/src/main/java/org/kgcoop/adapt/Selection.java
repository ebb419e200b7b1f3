package org.kgcoop.adapt;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.kgcoop.runs.AdaptRecord.Candidate;
import org.kgcoop.runs.AdaptRecord.Choice;

/**
 * Choice among candidates: the best method, or one that is closer to zero-shot CLIP and that a
 * paired test cannot distinguish from it.
 *
 * @param candidates the candidates, compared with the best one
 * @param choice the choice
 */
record Selection(List<Candidate> candidates, Choice choice) {
  /**
   * p-value above which the method that is closer to zero-shot CLIP is preferred. Chance alone
   * gives a larger difference in 70 % of the cases. With the usual level of 0.05, few images would
   * never justify a better method.
   */
  static final double LEVEL = 0.7;

  /**
   * Selects a candidate.
   *
   * @param tried the candidates, those closest to zero-shot CLIP first
   * @param scores the scores of the measured candidates, by method
   */
  static Selection of(List<Candidate> tried, Function<String, Score> scores) {
    Candidate best =
        tried.stream()
            .filter(Candidate::isMeasured)
            .max(Comparator.comparingDouble(Candidate::value))
            .orElseThrow();
    Score bestScore = scores.apply(best.method());
    List<Candidate> compared =
        tried.stream()
            .map(
                each ->
                    each.isMeasured()
                        ? each.against(
                            best.value(), scores.apply(each.method()).pValueAgainst(bestScore))
                        : each)
            .toList();
    Candidate chosen =
        compared.stream()
            .filter(each -> each.isMeasured() && each.pValue() > LEVEL)
            .findFirst()
            .orElse(best);
    String why =
        chosen.method().equals(best.method())
            ? highest(compared, chosen, bestScore.hasUnseen() ? "H" : "accuracy")
            : String.format(
                Locale.ROOT,
                "It is %.2f points behind the best, %s. Your images cannot tell the two apart"
                    + " (McNemar's exact test: p = %.2f), so the one that is closer to zero-shot"
                    + " CLIP is chosen.",
                chosen.behind(),
                best.title(),
                chosen.pValue());
    return new Selection(compared, new Choice(chosen.method(), chosen.title(), why));
  }

  private static String highest(List<Candidate> compared, Candidate chosen, String value) {
    List<String> tied =
        compared.stream()
            .filter(each -> each.isMeasured() && each.value() == chosen.value())
            .map(Candidate::title)
            .filter(title -> !title.equals(chosen.title()))
            .toList();
    return "It has the highest %s%s."
        .formatted(value, tied.isEmpty() ? "" : ", tied with " + String.join(", ", tied));
  }
}
