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
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.ClassSplit;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Item;
import org.kgcoop.experiment.EvaluationSet;
import org.kgcoop.experiment.ExperimentContext;
import org.kgcoop.experiment.FewShotSample;
import org.kgcoop.experiment.MethodSpec;
import org.kgcoop.experiment.Progress;
import org.kgcoop.experiment.Trial;
import org.kgcoop.experiment.TrialRun;
import org.kgcoop.method.Method;
import org.kgcoop.method.TaskContext;
import org.kgcoop.method.TextMethod;
import org.kgcoop.runs.AdaptRecord;
import org.kgcoop.runs.Predictions;

/**
 * The comparison of the candidates on images that they have not learned from, and the choice that
 * follows. What was measured is kept in run folders, so that a comparison that was stopped goes on.
 */
final class Comparison {
  private static final String SEEN = "seen";
  private static final String UNSEEN = "unseen";

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
  private final DataSet data;
  private final Map<String, Double> shares;
  private final AdaptRecord begun;
  private final Budget budget;
  private final Path work;
  private final Candidates candidates;
  private final Map<String, Measured> measured = new HashMap<>();

  /** The answers of a method to held-out images. */
  private record Measured(
      Score score, List<AdaptRecord.OfClass> classes, List<AdaptRecord.Mistake> mistakes) {}

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
    this.data = copies.data();
    this.shares = copies.share();
    this.begun = begun;
    this.budget = budget;
    this.work = work;
    candidates = new Candidates(bench.clip(), begun.plan().views());
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
   * @return the record with the choice and what to expect of it
   */
  AdaptRecord run(Consumer<AdaptRecord> keep) {
    List<HoldoutPart> parts =
        request.unseen().isEmpty()
            ? HoldoutPart.of(data, FOLDS)
            : HoldoutPart.hiding(data, request.unseen());
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
        MethodSpec spec = candidates.spec(id);
        if (known == null) {
          AdaptRecord.Candidate leftOut = leftOut(spec, parts, tried);
          tried.add(leftOut == null ? attempted(spec, parts) : leftOut);
          keep.accept(begun.withCandidates(tried));
        } else if (known.isMeasured()) {
          candidate(spec, parts);
        }
        task.done(Candidates.SHORT_LIST.indexOf(id) + 1L);
      }
    }
    return expected(decided(tried), parts);
  }

  /** The accuracy of the chosen method, by finer folds if there is time. */
  private AdaptRecord expected(AdaptRecord decided, List<HoldoutPart> parts) {
    AdaptRecord.Choice choice = Objects.requireNonNull(decided.choice());
    List<Score> compared = scores(decided.candidates());
    MethodSpec spec = candidates.spec(choice.method());
    List<HoldoutPart> last = parts;
    if (request.unseen().isEmpty()) {
      List<HoldoutPart> fine = HoldoutPart.of(data, FINE_FOLDS);
      double spent = seconds(decided, candidate -> true);
      double needed =
          seconds(decided, candidate -> candidate.method().equals(choice.method()))
              * fine.size()
              / parts.size();
      if (budget.leftOut(spent + needed).isEmpty()) {
        try (Progress.Task task =
            bench.progress().start("adapt: " + data.name() + ": what to expect", 1)) {
          candidate(spec, fine);
          task.done(1);
        }
        last = fine;
      }
    }
    double gain =
        method(spec) instanceof TextMethod
            ? 0
            : Expectation.gain(
                compared.get(0).accuracy(false), // zero-shot CLIP
                measured(choice.method()).score().accuracy(false),
                last.stream()
                    .mapToDouble(part -> HoldoutPart.groupsPerClass(part.fitted()))
                    .average()
                    .orElse(0),
                HoldoutPart.groupsPerClass(data));
    return expected(decided, compared, gain);
  }

  /** The same for methods that learn nothing. */
  private AdaptRecord expectedWithoutFolds(AdaptRecord decided) {
    return expected(decided, scores(decided.candidates()), 0);
  }

  /**
   * Computes the expected accuracy of the chosen method.
   *
   * @param compared the scores that it was chosen by
   * @param gain see {@link Expectation#gain}
   */
  private AdaptRecord expected(AdaptRecord decided, List<Score> compared, double gain) {
    Measured chosen = measured(Objects.requireNonNull(decided.choice()).method());
    return decided.expecting(
        new Expectation(chosen.score(), Expectation.optimism(compared, false), gain)
            .interval(false),
        request.unseen().isEmpty()
            ? null
            : new Expectation(chosen.score(), Expectation.optimism(compared, true), 0)
                .interval(true),
        chosen.classes(),
        chosen.mistakes());
  }

  private static double seconds(AdaptRecord record, Predicate<AdaptRecord.Candidate> which) {
    return record.candidates().stream()
        .filter(which)
        .mapToDouble(AdaptRecord.Candidate::seconds)
        .sum();
  }

  private Measured measured(String id) {
    return Objects.requireNonNull(measured.get(id), id);
  }

  /** The scores of the measured candidates, in their order. */
  private List<Score> scores(List<AdaptRecord.Candidate> tried) {
    return tried.stream()
        .filter(AdaptRecord.Candidate::isMeasured)
        .map(candidate -> measured(candidate.method()).score())
        .toList();
  }

  private TaskContext task() {
    return TaskContext.of(data, data.classNames().size(), shots(data), request.seed());
  }

  private Method method(MethodSpec spec) {
    return spec.method().apply(task());
  }

  private AdaptRecord.Candidate leftOut(MethodSpec spec, String why, boolean outOfTime) {
    Method method = method(spec);
    return new AdaptRecord.Candidate(
        method.id(), method.title(), Double.NaN, Double.NaN, Double.NaN, 0, why, outOfTime);
  }

  /** Measures a method, or tells why it refuses this model or these images. */
  private AdaptRecord.Candidate attempted(MethodSpec spec, List<HoldoutPart> parts) {
    try {
      return candidate(spec, parts);
    } catch (KgCoopException e) {
      if (e.category() != KgCoopException.Category.CONFIGURATION) {
        throw e;
      }
      return leftOut(spec, String.valueOf(e.getMessage()), false);
    }
  }

  /** Measures a method, or reads what was measured. */
  private AdaptRecord.Candidate candidate(MethodSpec spec, List<HoldoutPart> parts) {
    Method method = method(spec);
    long start = System.nanoTime();
    List<Score.Asked> asked = new ArrayList<>();
    List<Boolean> answers = new ArrayList<>();
    List<AdaptRecord.Mistake> mistakes = new ArrayList<>();
    int[] askedOfClass = new int[data.classNames().size()];
    int[] rightOfClass = new int[data.classNames().size()];
    for (HoldoutPart part : parts) {
      Map<String, DataSet> targets = new LinkedHashMap<>();
      targets.put(SEEN, part.seen());
      targets.put(UNSEEN, part.unseen());
      targets.values().removeIf(target -> target.test().isEmpty());
      Predictions predictions = predictions(spec, part, targets, method.id());
      targets.forEach(
          (name, target) -> {
            List<Predictions.Prediction> each = predictions.target(name).orElseThrow().each();
            for (int i = 0; i < each.size(); i++) {
              asked.add(asked(target.test().get(i), name.equals(UNSEEN)));
              answers.add(each.get(i).isRight());
              askedOfClass[each.get(i).label()]++;
              if (each.get(i).isRight()) {
                rightOfClass[each.get(i).label()]++;
              } else {
                mistakes.add(mistake(each.get(i), target.classNames()));
              }
            }
          });
    }
    Score score = new Score(asked, answers);
    List<AdaptRecord.OfClass> classes =
        IntStream.range(0, askedOfClass.length)
            .mapToObj(
                label ->
                    new AdaptRecord.OfClass(
                        data.classNames().get(label), askedOfClass[label], rightOfClass[label]))
            .toList();
    measured.put(method.id(), new Measured(score, classes, mistakes));
    return new AdaptRecord.Candidate(
        method.id(),
        method.title(),
        score.value(),
        Double.NaN,
        Double.NaN,
        (System.nanoTime() - start) / 1e9,
        "",
        false);
  }

  /** The unit of resampling: a group of images, or a class if classes are hidden. */
  private Score.Asked asked(Item item, boolean unseen) {
    return new Score.Asked(
        request.unseen().isEmpty() ? item.group() : "class " + item.label(),
        unseen,
        shares.getOrDefault(item.key(), 1.0));
  }

  private static AdaptRecord.Mistake mistake(
      Predictions.Prediction prediction, List<String> classNames) {
    return new AdaptRecord.Mistake(
        prediction.image(),
        classNames.get(prediction.label()),
        classNames.get(prediction.predicted()),
        prediction.confidence());
  }

  /** The reason why a method is not tried; null where it is. */
  private AdaptRecord.@Nullable Candidate leftOut(
      MethodSpec spec, List<HoldoutPart> parts, List<AdaptRecord.Candidate> before) {
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

  private Predictions predictions(
      MethodSpec spec, HoldoutPart part, Map<String, DataSet> asked, String id) {
    List<EvaluationSet> targets = new ArrayList<>();
    asked.forEach((name, images) -> targets.add(new EvaluationSet(name, images, ClassSplit.ALL)));
    FewShotSample draw = FewShotSample.made(part.fitted(), shots(part.fitted()), request.seed());
    Trial trial = new Trial(spec, draw, targets, part.name() + "/" + id);
    new TrialRun(bench.silent(), trial).run(work);
    return Predictions.read(work.resolve(trial.run()));
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
    Score bestScore = measured(best.method()).score();
    List<AdaptRecord.Candidate> compared =
        tried.stream()
            .map(
                each ->
                    each.isMeasured()
                        ? each.against(
                            best.value(),
                            measured(each.method()).score().standardErrorAgainst(bestScore))
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
    return begun
        .withCandidates(compared)
        .withChoice(new AdaptRecord.Choice(chosen.method(), chosen.title(), why));
  }

  /**
   * With one image of each class none can be held out, and the best that learns nothing is taken.
   */
  private AdaptRecord unmeasured() {
    List<AdaptRecord.Candidate> tried = new ArrayList<>();
    List<HoldoutPart> all = List.of(HoldoutPart.all(data, request.unseen()));
    for (String id : Candidates.SHORT_LIST) {
      MethodSpec spec = candidates.spec(id);
      boolean learns = !(method(spec) instanceof TextMethod);
      tried.add(
          learns
              ? leftOut(spec, "no class has a second image to measure by", false)
              : candidate(spec, all));
    }
    AdaptRecord decided = expectedWithoutFolds(decided(tried));
    AdaptRecord.Choice choice = Objects.requireNonNull(decided.choice());
    return decided.withChoice(
        new AdaptRecord.Choice(
            choice.method(),
            choice.title(),
            "A method that learns from images cannot be measured if no class has a second image."
                + " This one learns nothing and is the best of those. Two images of each class let"
                + " all methods be compared."));
  }
}
