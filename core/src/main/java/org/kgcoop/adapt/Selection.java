package org.kgcoop.adapt;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.kgcoop.runs.AdaptRecord;

/**
 * Choice among candidates: the simplest method that is within one standard error of the best.
 *
 * @param candidates the candidates, compared with the best one
 * @param choice the choice
 */
record Selection(List<AdaptRecord.Candidate> candidates, AdaptRecord.Choice choice) {
  /**
   * Selects a candidate.
   *
   * @param tried the candidates, simpler methods first
   * @param scores the scores of the measured candidates, by method
   */
  static Selection of(List<AdaptRecord.Candidate> tried, Map<String, Score> scores) {
    AdaptRecord.Candidate best =
        tried.stream()
            .filter(AdaptRecord.Candidate::isMeasured)
            .max(Comparator.comparingDouble(AdaptRecord.Candidate::value))
            .orElseThrow();
    Score bestScore = Objects.requireNonNull(scores.get(best.method()));
    List<AdaptRecord.Candidate> compared =
        tried.stream()
            .map(
                each ->
                    each.isMeasured()
                        ? each.against(
                            best.value(),
                            Objects.requireNonNull(scores.get(each.method()))
                                .standardErrorAgainst(bestScore))
                        : each)
            .toList();
    AdaptRecord.Candidate chosen =
        compared.stream()
            .filter(each -> each.isMeasured() && each.behind() <= each.standardError())
            .findFirst()
            .orElse(best);
    String why =
        chosen.method().equals(best.method())
            ? "It has the best figure, and no simpler method is within a standard error of it."
            : String.format(
                Locale.ROOT,
                "It is the simplest within a standard error of the best, %s: %.2f points behind,"
                    + " standard error %.2f.",
                best.title(),
                chosen.behind(),
                chosen.standardError());
    return new Selection(compared, new AdaptRecord.Choice(chosen.method(), chosen.title(), why));
  }
}
