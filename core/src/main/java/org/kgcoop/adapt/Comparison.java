package org.kgcoop.adapt;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.ClassSplit;
import org.kgcoop.data.DataSet;
import org.kgcoop.experiment.Contender;
import org.kgcoop.experiment.Draw;
import org.kgcoop.experiment.Halves;
import org.kgcoop.experiment.Progress;
import org.kgcoop.experiment.Target;
import org.kgcoop.experiment.Trial;
import org.kgcoop.experiment.TrialRun;
import org.kgcoop.experiment.Workbench;
import org.kgcoop.method.Method;
import org.kgcoop.method.Occasion;
import org.kgcoop.method.TextMethod;
import org.kgcoop.runs.AdaptRecord;
import org.kgcoop.runs.Predictions;

/**
 * The comparison of the candidates on images that they have not learned from, and the choice that
 * follows. What was measured is kept in run folders, so that a comparison that was stopped goes on.
 */
final class Comparison {
  private static final String HELD_OUT = "held-out";
  private static final String SEEN = "seen";
  private static final String UNSEEN = "unseen";

  /** Folds by which methods are compared. */
  private static final int FOLDS = 4;

  /**
   * Folds by which the accuracy of the chosen one is measured once more: what is learned from nine
   * tenths of the images does nearly as well as what is learned from all.
   */
  private static final int FINE_FOLDS = 10;

  /** Half of the classes are hidden at a time, and of one class there is nothing to tell. */
  private static final int FEWEST_CLASSES_TO_HIDE = 4;

  private final Workbench bench;
  private final AdaptRequest request;
  private final DataSet data;
  private final AdaptRecord begun;
  private final Budget budget;
  private final Path work;
  private final Candidates candidates;
  private final Map<String, Score> scores = new LinkedHashMap<>();

  /**
   * A comparison for a request.
   *
   * @param data what is learned from, as planned
   * @param begun what is known so far
   * @param work where run folders are kept
   */
  Comparison(
      Workbench bench,
      AdaptRequest request,
      DataSet data,
      AdaptRecord begun,
      Budget budget,
      Path work) {
    this.bench = bench;
    this.request = request;
    this.data = data;
    this.begun = begun;
    this.budget = budget;
    this.work = work;
    candidates = new Candidates(bench.clip(), begun.plan().views());
  }

  /**
   * Compares, or goes on with it.
   *
   * @param keep gets what is known after each candidate
   * @return the record with the choice and what to expect of it
   */
  AdaptRecord run(Consumer<AdaptRecord> keep) {
    List<Part> parts = parts();
    if (parts.isEmpty()) {
      return unmeasured();
    }
    List<AdaptRecord.Candidate> tried = new ArrayList<>(begun.candidates());
    try (Progress.Task task =
        bench.progress().start("adapt: " + data.name(), (long) Candidates.SHORT_LIST.size())) {
      for (String id : Candidates.SHORT_LIST) {
        task.detail(id);
        AdaptRecord.Candidate known =
            tried.stream().filter(c -> c.method().equals(id)).findFirst().orElse(null);
        Contender contender = candidates.contender(id);
        if (known == null) {
          String leftOut = leftOut(contender, parts, tried);
          tried.add(leftOut.isEmpty() ? attempted(contender, parts) : leftOut(contender, leftOut));
          keep.accept(with(tried));
        } else if (known.isMeasured()) {
          candidate(contender, parts);
        }
        task.done(Candidates.SHORT_LIST.indexOf(id) + 1L);
      }
    }
    AdaptRecord decided = decided(tried);
    return request.unseen().isEmpty() ? expected(decided) : decided;
  }

  /** The accuracy of the chosen method by finer folds, where there is time. */
  private AdaptRecord expected(AdaptRecord decided) {
    AdaptRecord.Choice choice = decided.choice();
    List<Part> fine = folds(FINE_FOLDS);
    double spent = decided.candidates().stream().mapToDouble(AdaptRecord.Candidate::seconds).sum();
    double needed =
        decided.candidates().stream()
                .filter(each -> choice != null && each.method().equals(choice.method()))
                .mapToDouble(AdaptRecord.Candidate::seconds)
                .sum()
            * fine.size()
            / FOLDS;
    if (choice == null || !budget.leftOut(spent + needed).isEmpty()) {
      return decided;
    }
    try (Progress.Task task =
        bench.progress().start("adapt: " + data.name() + ": what to expect", 1)) {
      candidate(candidates.contender(choice.method()), fine);
      task.done(1);
    }
    Score score = Objects.requireNonNull(scores.get(choice.method()));
    return decided.expecting(score.accuracy(false, others()));
  }

  /**
   * The number of images to come: those of the test part, or as many as there are to learn from.
   */
  private int others() {
    DataSet whole = request.data();
    return whole.test().isEmpty() ? whole.train().size() + whole.val().size() : whole.test().size();
  }

  private AdaptRecord with(List<AdaptRecord.Candidate> tried) {
    return new AdaptRecord(
        begun.settings(), begun.plan(), begun.images(), tried, null, null, null, null);
  }

  /** Images to measure on, and what is learned for them. */
  private record Part(String name, DataSet fitted, Map<String, DataSet> targets) {}

  private List<Part> folds(int most) {
    List<HeldOut> folds = HeldOut.of(data, most);
    List<Part> parts = new ArrayList<>();
    for (int i = 0; i < folds.size(); i++) {
      parts.add(
          new Part(
              "fold%s-of-%s".formatted(i + 1, folds.size()),
              folds.get(i).fitted(),
              Map.of(HELD_OUT, folds.get(i).images())));
    }
    return parts;
  }

  private List<Part> parts() {
    if (request.unseen().isEmpty()) {
      return folds(FOLDS);
    }
    if (data.classNames().size() < FEWEST_CLASSES_TO_HIDE) {
      throw KgCoopException.configuration(
          "%s: what a method does on unseen classes cannot be measured among %s classes, at least %s"
                  .formatted(data.name(), data.classNames().size(), FEWEST_CLASSES_TO_HIDE)
              + " are needed; leave --unseen out");
    }
    List<Part> parts = new ArrayList<>();
    for (ClassSplit hidden : List.of(ClassSplit.NEW, ClassSplit.BASE)) {
      Halves halves = Halves.of(data, hidden);
      Map<String, DataSet> targets = new LinkedHashMap<>();
      targets.put(SEEN, halves.seen());
      targets.put(UNSEEN, halves.unseen());
      String name = (hidden == ClassSplit.NEW ? "second" : "first") + "-half-hidden";
      parts.add(new Part(name, halves.fitted(), targets));
    }
    return parts;
  }

  private Occasion occasion() {
    return Occasion.of(data, data.classNames().size(), shots(data), request.seed());
  }

  private Method method(Contender contender) {
    return contender.method().apply(occasion());
  }

  private AdaptRecord.Candidate leftOut(Contender contender, String why) {
    Method method = method(contender);
    return new AdaptRecord.Candidate(
        method.id(), method.title(), Double.NaN, Double.NaN, Double.NaN, 0, why);
  }

  /** Measures a method, or tells why it refuses this model or these images. */
  private AdaptRecord.Candidate attempted(Contender contender, List<Part> parts) {
    try {
      return candidate(contender, parts);
    } catch (KgCoopException e) {
      if (e.category() != KgCoopException.Category.CONFIGURATION) {
        throw e;
      }
      return leftOut(contender, String.valueOf(e.getMessage()));
    }
  }

  /** Measures a method, or reads what was measured. */
  private AdaptRecord.Candidate candidate(Contender contender, List<Part> parts) {
    Method method = method(contender);
    long start = System.nanoTime();
    List<List<Integer>> right = new ArrayList<>();
    for (Part part : parts) {
      List<Predictions.OfTarget> predictions = measured(contender, part, method.id());
      boolean pooled = part.targets().containsKey(HELD_OUT);
      for (int i = 0; i < predictions.size(); i++) {
        if (!pooled || right.isEmpty()) {
          right.add(new ArrayList<>());
        }
        List<Integer> into = right.get(pooled ? 0 : right.size() - 1);
        predictions.get(i).each().forEach(each -> into.add(each.isRight() ? 1 : 0));
      }
    }
    Score score =
        new Score(
            right.stream()
                .map(part -> part.stream().mapToInt(Integer::intValue).toArray())
                .toList());
    scores.put(method.id(), score);
    return new AdaptRecord.Candidate(
        method.id(),
        method.title(),
        score.value(),
        Double.NaN,
        Double.NaN,
        (System.nanoTime() - start) / 1e9,
        "");
  }

  /** The reason why a method is not tried; empty where it is. */
  private String leftOut(
      Contender contender, List<Part> parts, List<AdaptRecord.Candidate> before) {
    Method method = method(contender);
    if (!request.unseen().isEmpty() && method.bound().isPresent()) {
      return method.bound().get() + " cannot be used on new classes";
    }
    double spent = before.stream().mapToDouble(AdaptRecord.Candidate::seconds).sum();
    List<DataSet> fits = new ArrayList<>(parts.stream().map(Part::fitted).toList());
    fits.add(data);
    return Candidates.trainsText(method.id())
        ? budget.leftOut(method, contender, occasion(), fits, spent)
        : budget.leftOut(spent);
  }

  private List<Predictions.OfTarget> measured(Contender contender, Part part, String id) {
    List<Target> targets = new ArrayList<>();
    part.targets().forEach((name, asked) -> targets.add(new Target(name, asked, ClassSplit.ALL)));
    Draw draw = Draw.made(part.fitted(), shots(part.fitted()), request.seed());
    Trial trial = new Trial(contender, draw, targets, part.name() + "/" + id);
    new TrialRun(bench.silent(), trial).run(work);
    Predictions predictions = Predictions.read(work.resolve(trial.run()));
    return targets.stream().map(target -> predictions.target(target.name()).orElseThrow()).toList();
  }

  /** Images of a class in the middle, by which published settings are chosen. */
  static int shots(DataSet data) {
    Map<Integer, Integer> sizes = new HashMap<>();
    data.train().forEach(item -> sizes.merge(item.label(), 1, Integer::sum));
    List<Integer> sorted = sizes.values().stream().sorted().toList();
    return sorted.get(sorted.size() / 2);
  }

  /** The simplest of those that are not behind the best by more than a standard error. */
  private AdaptRecord decided(List<AdaptRecord.Candidate> tried) {
    AdaptRecord.Candidate best =
        tried.stream()
            .filter(AdaptRecord.Candidate::isMeasured)
            .max(Comparator.comparingDouble(AdaptRecord.Candidate::value))
            .orElseThrow();
    Score bestScore = scores.get(best.method());
    List<AdaptRecord.Candidate> compared =
        tried.stream()
            .map(
                each -> {
                  Score score = scores.get(each.method());
                  return score == null || bestScore == null
                      ? each
                      : each.against(best.value(), score.standardErrorAgainst(bestScore));
                })
            .toList();
    AdaptRecord.Candidate chosen =
        compared.stream()
            .filter(each -> each.isMeasured() && each.behind() <= each.standardError())
            .findFirst()
            .orElse(best);
    Score score = scores.get(chosen.method());
    boolean unseen = !request.unseen().isEmpty();
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
    return new AdaptRecord(
        begun.settings(),
        begun.plan(),
        begun.images(),
        compared,
        new AdaptRecord.Choice(chosen.method(), chosen.title(), why),
        score == null ? null : score.accuracy(false, others()),
        score == null || !unseen ? null : score.accuracy(true, others()),
        null);
  }

  /**
   * With one image of each class none can be held out, and the best that learns nothing is taken.
   */
  private AdaptRecord unmeasured() {
    List<AdaptRecord.Candidate> tried = new ArrayList<>();
    DataSet all = data.withPictures(List.of(), List.of(), data.train());
    Part part = new Part("all", data, Map.of(HELD_OUT, all));
    for (String id : Candidates.SHORT_LIST) {
      Contender contender = candidates.contender(id);
      boolean learns = !(method(contender) instanceof TextMethod);
      tried.add(
          learns
              ? leftOut(contender, "no class has a second image to measure by")
              : candidate(contender, List.of(part)));
    }
    AdaptRecord decided = decided(tried);
    AdaptRecord.Choice choice = decided.choice();
    return new AdaptRecord(
        decided.settings(),
        decided.plan(),
        decided.images(),
        decided.candidates(),
        choice == null
            ? null
            : new AdaptRecord.Choice(
                choice.method(),
                choice.title(),
                "What learns from images cannot be measured where no class has a second one; of"
                    + " what learns nothing it does best. Two images of each class let all be"
                    + " compared."),
        decided.expected(),
        null,
        null);
  }
}
