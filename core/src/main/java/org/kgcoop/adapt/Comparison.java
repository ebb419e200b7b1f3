package org.kgcoop.adapt;

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
import org.kgcoop.experiment.ExperimentContext;
import org.kgcoop.experiment.MethodSpec;
import org.kgcoop.experiment.Progress;
import org.kgcoop.method.Method;
import org.kgcoop.method.TaskContext;
import org.kgcoop.method.TextMethod;
import org.kgcoop.runs.AdaptRecord;

/**
 * Comparison of the candidates on held-out images, with the resulting choice and its expected
 * accuracy. Measurements are kept in run folders, so that an interrupted comparison can be resumed.
 */
final class Comparison {
  /** Number of folds to compare methods. */
  private static final int FOLDS = 4;

  /**
   * Number of folds to measure the accuracy of the chosen method again. A method that learns from
   * nine tenths of the images is almost as accurate as the final one. Classes with fewer images
   * have fewer folds.
   */
  private static final int FINE_FOLDS = 10;

  /**
   * Minimum number of classes. Some classes are hidden at a time, and accuracy on a single class is
   * meaningless.
   */
  private static final int FEWEST_CLASSES_TO_HIDE = 4;

  private final ExperimentContext context;
  private final AdaptRequest request;
  private final DataSet data;
  private final Budget budget;
  private final HeldOutRuns runs;
  private final Candidates candidates;
  private final List<HoldoutPart> parts; // empty if no class has a second image
  private final Map<String, HeldOutRuns.Answers> measured = new HashMap<>();
  private AdaptRecord record;

  /**
   * Chosen method.
   *
   * @param record the record, with the choice and its expected accuracy
   * @param parts the parts on which the accuracy was measured
   */
  record Outcome(AdaptRecord record, List<HoldoutPart> parts) {}

  /**
   * Creates a comparison for a request.
   *
   * @param data the planned training images
   * @param begun the record so far
   */
  Comparison(
      ExperimentContext context,
      AdaptRequest request,
      DataSet data,
      AdaptRecord begun,
      Budget budget,
      HeldOutRuns runs) {
    this.context = context;
    this.request = request;
    this.data = data;
    this.budget = budget;
    this.runs = runs;
    record = begun;
    candidates = new Candidates(context.clip(), begun.plan().views());
    parts =
        request.unseen().isEmpty()
            ? HoldoutPart.of(data, FOLDS)
            : HoldoutPart.hiding(data, request.unseen());
  }

  /**
   * Checks that the request can be measured, before any measurement.
   *
   * @throws KgCoopException of the kind CONFIGURATION, if there are too few classes to hide some
   */
  static void check(AdaptRequest request, DataSet data) {
    if (!request.unseen().isEmpty() && data.classNames().size() < FEWEST_CLASSES_TO_HIDE) {
      throw KgCoopException.configuration(
          "%s: what a method does on unseen classes cannot be measured among %s classes, at least %s"
                  .formatted(data.name(), data.classNames().size(), FEWEST_CLASSES_TO_HIDE)
              + " are needed; leave --unseen out");
    }
  }

  /**
   * Runs or resumes the comparison.
   *
   * @param keep receives the record after each candidate
   * @param first receives the best of the quick methods, before the others are compared
   */
  Outcome run(Consumer<AdaptRecord> keep, Consumer<Outcome> first) {
    if (parts.isEmpty()) {
      return unmeasured();
    }
    List<AdaptRecord.Candidate> tried = new ArrayList<>(record.candidates());
    boolean answered = false;
    try (Progress.Task task =
        context.progress().start("adapt: " + data.name(), (long) Candidates.SHORT_LIST.size())) {
      for (String id : Candidates.SHORT_LIST) {
        if (!answered && !Candidates.isQuick(id)) {
          first.accept(first(tried));
          answered = true;
        }
        task.detail(id);
        if (tried.stream().noneMatch(each -> each.method().equals(id))) {
          tried.add(attempted(id, tried));
          record = record.with(tried);
          keep.accept(record);
        } else if (tried.stream().anyMatch(each -> each.method().equals(id) && each.isMeasured())) {
          measured(id, parts);
        }
        task.done(Candidates.SHORT_LIST.indexOf(id) + 1L);
      }
    }
    return last(decided(tried));
  }

  /** Returns the best of the quick methods, with the folds of the comparison. */
  private Outcome first(List<AdaptRecord.Candidate> tried) {
    AdaptRecord decided =
        decided(tried.stream().filter(each -> Candidates.isQuick(each.method())).toList());
    AdaptRecord.Choice choice = Objects.requireNonNull(decided.choice());
    Outcome outcome =
        outcome(
            decided.with(
                new AdaptRecord.Choice(choice.method(), choice.title(), choice.why(), true)),
            answers(choice.method()),
            parts);
    record = outcome.record();
    return outcome;
  }

  /**
   * Returns the final choice with its expected accuracy. If there is enough time, the accuracy is
   * measured with more folds.
   */
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
        context.progress().start("adapt: " + data.name() + ": what to expect", 1)) {
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
   * Computes the expected accuracy of the chosen method.
   *
   * @param chosen the answers of the chosen method
   * @param asked the parts that these answers belong to
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
    AdaptRecord.Result expected =
        new AdaptRecord.Result(
            new Expectation(chosen.score(), Expectation.optimism(compared, false), gain)
                .interval(false),
            request.unseen().isEmpty()
                ? null
                : new Expectation(chosen.score(), Expectation.optimism(compared, true), 0)
                    .interval(true),
            chosen.classes(),
            chosen.mistakes());
    return new Outcome(decided.with(expected), asked);
  }

  private HeldOutRuns.Answers answers(String id) {
    return Objects.requireNonNull(measured.get(id), id);
  }

  private TaskContext task() {
    return HeldOutRuns.task(data, request.seed());
  }

  private Method method(MethodSpec spec) {
    return spec.method().apply(task());
  }

  /**
   * Measures a method, or returns the reason why it is skipped or does not support this model or
   * these images.
   */
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

  /** Returns a skipped candidate with the reason, or null if the method should be measured. */
  private AdaptRecord.@Nullable Candidate leftOut(
      MethodSpec spec, List<AdaptRecord.Candidate> before) {
    Method method = method(spec);
    if (!request.unseen().isEmpty() && method.closedClassReason().isPresent()) {
      return leftOut(
          spec, method.closedClassReason().get() + " cannot be used on new classes", false);
    }
    String tooMany = Candidates.leftOut(method.id(), data.train().size());
    if (!tooMany.isEmpty()) {
      return leftOut(spec, tooMany, false);
    }
    double spent = before.stream().mapToDouble(AdaptRecord.Candidate::seconds).sum();
    List<DataSet> fitted = parts.stream().map(HoldoutPart::fitted).toList();
    String why =
        Candidates.trainsText(method.id())
            ? budget.leftOut(method, spec, task(), fitted, data, spent)
            : budget.leftOut(spent);
    return why.isEmpty() ? null : leftOut(spec, why, true);
  }

  private AdaptRecord.Candidate leftOut(MethodSpec spec, String why, boolean outOfTime) {
    Method method = method(spec);
    return new AdaptRecord.Candidate(
        method.id(),
        method.title(),
        Double.NaN,
        Double.NaN,
        Double.NaN,
        0,
        new AdaptRecord.LeftOut(why, outOfTime));
  }

  /** Measures a method, or reads its stored measurements. */
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
        null);
  }

  private AdaptRecord decided(List<AdaptRecord.Candidate> tried) {
    Map<String, Score> scores = new HashMap<>();
    measured.forEach((id, answers) -> scores.put(id, answers.score()));
    Selection selection = Selection.of(tried, scores);
    return record.with(selection.candidates()).with(selection.choice());
  }

  /**
   * Returns the choice for data with one image per class, from which none can be held out: the best
   * of the methods that do not learn from images.
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
        decided.with(
            choice.because(
                "A method that learns from images cannot be measured if no class has a second"
                    + " image. This one learns nothing and is the best of those. Two images of each"
                    + " class let all methods be compared.")),
        answers(choice.method()),
        all);
  }
}
