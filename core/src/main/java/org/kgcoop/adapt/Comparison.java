package org.kgcoop.adapt;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.DataSet;
import org.kgcoop.eval.Calibration;
import org.kgcoop.experiment.ExperimentContext;
import org.kgcoop.experiment.MethodSpec;
import org.kgcoop.experiment.Progress;
import org.kgcoop.method.Method;
import org.kgcoop.method.TaskContext;
import org.kgcoop.method.TextMethod;
import org.kgcoop.runs.AdaptRecord;

/**
 * The comparison of the candidates on images that they have not learned from, the choice that
 * follows, and what to expect of it. What was measured is kept in run folders, so that a comparison
 * that was stopped goes on.
 */
final class Comparison {
  /** Folds by which methods are compared. */
  private static final int FOLDS = 4;

  /**
   * Folds by which the accuracy of the chosen one is measured once more: what is learned from nine
   * tenths of the images does nearly as well as what is learned from all. Classes with fewer images
   * have fewer folds.
   */
  private static final int FINE_FOLDS = 10;

  /** Part of the classes is hidden at a time, and among a single one nothing can be told apart. */
  private static final int FEWEST_CLASSES_TO_HIDE = 4;

  private final ExperimentContext bench;
  private final AdaptRequest request;
  private final ImageGroups copies;
  private final DataSet data;
  private final Budget budget;
  private final HeldOutRuns runs;
  private final Candidates candidates;
  private final List<HoldoutPart> parts; // none if no class has a second image
  private final Map<String, HeldOutRuns.Answers> measured = new HashMap<>();
  private AdaptRecord record;

  /**
   * A choice, and the logits of the chosen method for images that it has not learned from.
   *
   * @param record with the choice and what to expect of it
   * @param calibration by these logits
   */
  record Outcome(AdaptRecord record, HeldOutLogits logits, Calibration calibration) {}

  /**
   * A comparison for a request.
   *
   * @param copies what is learned from, as planned
   * @param begun what is known so far
   * @param work where run folders are kept
   */
  Comparison(
      ExperimentContext bench,
      AdaptRequest request,
      ImageGroups copies,
      AdaptRecord begun,
      Budget budget,
      Path work) {
    this.bench = bench;
    this.request = request;
    this.copies = copies;
    this.data = copies.data();
    this.budget = budget;
    record = begun;
    runs = new HeldOutRuns(bench, request, copies, work);
    candidates = new Candidates(bench.clip(), begun.plan().views());
    parts =
        request.unseen().isEmpty()
            ? HoldoutPart.of(data, FOLDS)
            : HoldoutPart.hiding(data, request.unseen());
  }

  /** Refuses what cannot be measured, before anything is. */
  static void check(AdaptRequest request, DataSet data) {
    if (!request.unseen().isEmpty() && data.classNames().size() < FEWEST_CLASSES_TO_HIDE) {
      throw KgCoopException.configuration(
          "%s: what a method does on unseen classes cannot be measured among %s classes, at least %s"
                  .formatted(data.name(), data.classNames().size(), FEWEST_CLASSES_TO_HIDE)
              + " are needed; leave --unseen out");
    }
  }

  /**
   * Compares, or goes on with it.
   *
   * @param keep gets what is known after each candidate
   * @param first gets the choice among the quick methods, before the others are compared
   */
  Outcome run(Consumer<AdaptRecord> keep, Consumer<Outcome> first) {
    if (parts.isEmpty()) {
      return unmeasured();
    }
    List<AdaptRecord.Candidate> tried = new ArrayList<>(record.candidates());
    boolean answered = false;
    try (Progress.Task task =
        bench.progress().start("adapt: " + data.name(), (long) Candidates.SHORT_LIST.size())) {
      for (String id : Candidates.SHORT_LIST) {
        if (!answered && !Candidates.isQuick(id)) {
          first.accept(first(tried));
          answered = true;
        }
        task.detail(id);
        if (tried.stream().noneMatch(each -> each.method().equals(id))) {
          tried.add(attempted(id, tried));
          record = record.withCandidates(tried);
          keep.accept(record);
        } else if (tried.stream().anyMatch(each -> each.method().equals(id) && each.isMeasured())) {
          measured(id, parts);
        }
        task.done(Candidates.SHORT_LIST.indexOf(id) + 1L);
      }
    }
    return last(decided(tried));
  }

  /** The choice among the quick methods, by the folds of the comparison. */
  private Outcome first(List<AdaptRecord.Candidate> tried) {
    AdaptRecord decided =
        decided(tried.stream().filter(each -> Candidates.isQuick(each.method())).toList());
    AdaptRecord.Choice choice = Objects.requireNonNull(decided.choice());
    Outcome outcome =
        outcome(
            decided.withChoice(
                new AdaptRecord.Choice(choice.method(), choice.title(), choice.why(), true)),
            answers(choice.method()),
            parts);
    record = outcome.record();
    return outcome;
  }

  /** Returns the expectation of the final choice, by finer folds if there is time. */
  private Outcome last(AdaptRecord decided) {
    String id = Objects.requireNonNull(decided.choice()).method();
    if (!request.unseen().isEmpty()) {
      return outcome(decided, answers(id), parts);
    }
    List<HoldoutPart> fine = HoldoutPart.of(data, FINE_FOLDS);
    double spent = seconds(decided, candidate -> true);
    double needed =
        seconds(decided, candidate -> candidate.method().equals(id)) * fine.size() / parts.size();
    if (!budget.leftOut(spent + needed).isEmpty()) {
      return outcome(decided, answers(id), parts);
    }
    try (Progress.Task task =
        bench.progress().start("adapt: " + data.name() + ": what to expect", 1)) {
      HeldOutRuns.Answers answers = runs.answers(candidates.spec(id), id, fine);
      task.done(1);
      return outcome(decided, answers, fine);
    }
  }

  private static double seconds(AdaptRecord record, Predicate<AdaptRecord.Candidate> which) {
    return record.candidates().stream()
        .filter(which)
        .mapToDouble(AdaptRecord.Candidate::seconds)
        .sum();
  }

  /**
   * Computes what to expect of the chosen method.
   *
   * @param chosen its answers
   * @param asked the parts that these are about
   */
  private Outcome outcome(
      AdaptRecord decided, HeldOutRuns.Answers chosen, List<HoldoutPart> asked) {
    String id = Objects.requireNonNull(decided.choice()).method();
    List<Score> compared =
        decided.candidates().stream()
            .filter(AdaptRecord.Candidate::isMeasured)
            .map(each -> answers(each.method()).score())
            .toList();
    double gain =
        method(candidates.spec(id)) instanceof TextMethod
            ? 0
            : Expectation.gain(
                compared.get(0).accuracy(false), // zero-shot CLIP
                chosen.score().accuracy(false),
                asked.stream()
                    .mapToDouble(part -> HoldoutPart.groupsPerClass(part.fitted()))
                    .average()
                    .orElse(0),
                HoldoutPart.groupsPerClass(data));
    HeldOutLogits logits = runs.logits(id, asked);
    Calibration calibration = logits.calibration();
    AdaptRecord expected =
        decided
            .expecting(
                new Expectation(chosen.score(), Expectation.optimism(compared, false), gain)
                    .interval(false),
                request.unseen().isEmpty()
                    ? null
                    : new Expectation(chosen.score(), Expectation.optimism(compared, true), 0)
                        .interval(true),
                chosen.classes(),
                chosen.mistakes())
            .suspecting(
                Suspects.of(
                    logits.items(),
                    logits.probabilities(calibration.temperature()),
                    data.classNames(),
                    copies.contradictory()));
    return new Outcome(expected, logits, calibration);
  }

  private HeldOutRuns.Answers answers(String id) {
    return Objects.requireNonNull(measured.get(id), id);
  }

  private TaskContext task() {
    return TaskContext.of(data, data.classNames().size(), HeldOutRuns.shots(data), request.seed());
  }

  private Method method(MethodSpec spec) {
    return spec.method().apply(task());
  }

  /** Measures a method, or tells why it is left out or refuses this model or these images. */
  private AdaptRecord.Candidate attempted(String id, List<AdaptRecord.Candidate> before) {
    MethodSpec spec = candidates.spec(id);
    AdaptRecord.Candidate leftOut = leftOut(spec, before);
    if (leftOut != null) {
      return leftOut;
    }
    try {
      return measured(id, parts);
    } catch (KgCoopException e) {
      if (e.category() != KgCoopException.Category.CONFIGURATION) {
        throw e;
      }
      return leftOut(spec, String.valueOf(e.getMessage()), false);
    }
  }

  /** The reason why a method is not tried; null where it is. */
  private AdaptRecord.@Nullable Candidate leftOut(
      MethodSpec spec, List<AdaptRecord.Candidate> before) {
    Method method = method(spec);
    if (!request.unseen().isEmpty() && method.bound().isPresent()) {
      return leftOut(spec, method.bound().get() + " cannot be used on new classes", false);
    }
    double spent = before.stream().mapToDouble(AdaptRecord.Candidate::seconds).sum();
    List<DataSet> fits = new ArrayList<>(parts.stream().map(HoldoutPart::fitted).toList());
    fits.add(data);
    String why =
        Candidates.trainsText(method.id())
            ? budget.leftOut(method, spec, task(), fits, spent)
            : budget.leftOut(spent);
    return why.isEmpty() ? null : leftOut(spec, why, true);
  }

  private AdaptRecord.Candidate leftOut(MethodSpec spec, String why, boolean outOfTime) {
    Method method = method(spec);
    return new AdaptRecord.Candidate(
        method.id(), method.title(), Double.NaN, Double.NaN, Double.NaN, 0, why, outOfTime);
  }

  /** Measures a method, or reads what was measured. */
  private AdaptRecord.Candidate measured(String id, List<HoldoutPart> on) {
    long start = System.nanoTime();
    HeldOutRuns.Answers answers = runs.answers(candidates.spec(id), id, on);
    measured.put(id, answers);
    return new AdaptRecord.Candidate(
        id,
        method(candidates.spec(id)).title(),
        answers.score().value(),
        Double.NaN,
        Double.NaN,
        (System.nanoTime() - start) / 1e9,
        "",
        false);
  }

  private AdaptRecord decided(List<AdaptRecord.Candidate> tried) {
    Map<String, Score> scores = new HashMap<>();
    measured.forEach((id, answers) -> scores.put(id, answers.score()));
    Selection selection = Selection.of(tried, scores);
    return record.withCandidates(selection.candidates()).withChoice(selection.choice());
  }

  /**
   * With one image of each class none can be held out, and the best that learns nothing is taken.
   */
  private Outcome unmeasured() {
    List<AdaptRecord.Candidate> tried = new ArrayList<>();
    List<HoldoutPart> all = List.of(HoldoutPart.all(data, request.unseen()));
    for (String id : Candidates.SHORT_LIST) {
      MethodSpec spec = candidates.spec(id);
      boolean learns = !(method(spec) instanceof TextMethod);
      tried.add(
          learns
              ? leftOut(spec, "no class has a second image to measure by", false)
              : measured(id, all));
    }
    AdaptRecord decided = decided(tried);
    AdaptRecord.Choice choice = Objects.requireNonNull(decided.choice());
    return outcome(
        decided.withChoice(
            choice.because(
                "A method that learns from images cannot be measured if no class has a second"
                    + " image. This one learns nothing and is the best of those. Two images of each"
                    + " class let all methods be compared.")),
        answers(choice.method()),
        all);
  }
}
