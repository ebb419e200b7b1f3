package org.kgcoop.adapt;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Item;
import org.kgcoop.eval.Interval;
import org.kgcoop.method.TextMethod;
import org.kgcoop.method.ZeroShot;
import org.kgcoop.progress.Progress;
import org.kgcoop.runs.AdaptRecord;
import org.kgcoop.runs.AdaptRecord.Accuracy;
import org.kgcoop.runs.AdaptRecord.Candidate;
import org.kgcoop.runs.AdaptRecord.Choice;
import org.kgcoop.runs.AdaptRecord.FewObjects;
import org.kgcoop.runs.AdaptRecord.LeftOut;
import org.kgcoop.runs.AdaptRecord.Plan;
import org.kgcoop.runs.AdaptRecord.Result;
import org.kgcoop.trial.CrossValidation;
import org.kgcoop.trial.ExperimentContext;
import org.kgcoop.trial.FewShotSample;
import org.kgcoop.trial.Fold;
import org.kgcoop.trial.Recipe;

/**
 * Comparison of the candidates on held-out images, with the resulting choice and its expected
 * accuracy. Measurements are kept in run folders, so that an interrupted comparison can be resumed.
 */
final class Comparison {
  /** Number of folds to compare methods. */
  private static final int FOLDS = 4;

  /**
   * Minimum number of classes. Some classes are hidden at a time, and accuracy on a single class is
   * meaningless.
   */
  private static final int FEWEST_CLASSES_TO_HIDE = 4;

  /**
   * Share of the remaining time that a method without training steps may take, so that all of them
   * are compared.
   */
  private static final double SHARE_OF_A_QUICK_METHOD = 0.4;

  /** The same for a method with training steps. The final training takes about half as long. */
  private static final double SHARE_OF_A_SLOW_METHOD = 0.6;

  private final ExperimentContext context;
  private final AdaptRequest request;
  private final DataSet data;
  private final DataSet compared; // without the images of the audit
  private final Budget budget;
  private final Map<String, Double> shares; // the weight of an image in a score
  private final CrossValidation nested;
  private final Candidates candidates;
  private final List<Fold> folds; // empty if no class has a second image
  private final @Nullable Fold audit; // images drawn at random, if the others were not
  private final Map<String, HeldOutPredictions> measured = new HashMap<>();
  private AdaptRecord record;

  /**
   * Chosen method.
   *
   * @param record the record, with the choice and its expected accuracy
   * @param folds the folds on which the accuracy was measured
   */
  record Chosen(AdaptRecord record, List<Fold> folds) {
    /** Returns the name of the method. */
    String method() {
      return Objects.requireNonNull(record.choice(), "nothing was chosen").method();
    }
  }

  /**
   * Creates a comparison for a request.
   *
   * @param data the planned training images
   * @param begun the record so far
   * @param nested the cross-validation of the candidates
   * @param shares the weight of each training image by key; absent for 1
   */
  Comparison(
      ExperimentContext context,
      AdaptRequest request,
      DataSet data,
      AdaptRecord begun,
      Budget budget,
      CrossValidation nested,
      Map<String, Double> shares) {
    this.context = context;
    this.request = request;
    this.data = data;
    this.budget = budget;
    this.nested = nested;
    this.shares = shares;
    record = begun;
    FewShotSample all = FewShotSample.of(data, request.seed());
    candidates = new Candidates(context.clip(), begun.plan().views(), all.task());
    audit = Fold.audit(data, request.labels().audit(), request.unseen());
    compared = audit == null ? data : audit.fitted();
    folds =
        request.unseen().isEmpty()
            ? Fold.ofImages(compared, FOLDS)
            : Fold.ofClasses(compared, request.unseen());
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
   */
  Chosen run(Consumer<AdaptRecord> keep) {
    if (folds.isEmpty()) {
      return unmeasured();
    }
    try (Progress.Task task =
        context.progress().start("adapt: " + data.name(), (long) Candidates.BY_EFFORT.size())) {
      for (String id : Candidates.BY_EFFORT) {
        task.detail(id);
        Optional<Candidate> known = record.candidate(id);
        if (known.isEmpty()) {
          add(attempted(id));
          keep.accept(record);
        } else if (known.get().isMeasured()) {
          Candidate unused = measured(id, folds, () -> false);
        }
        task.done(Candidates.BY_EFFORT.indexOf(id) + 1L);
      }
    }
    return last();
  }

  /** Adds a candidate, or replaces it, in the order of the short list. */
  private void add(Candidate candidate) {
    List<Candidate> tried = new ArrayList<>(record.candidates());
    tried.removeIf(each -> each.method().equals(candidate.method()));
    tried.add(candidate);
    tried.sort(Comparator.comparing(each -> Candidates.SHORT_LIST.indexOf(each.method())));
    record = record.with(tried);
  }

  /**
   * Returns the seconds from the choice to the last file, if the choice is the best quick method so
   * far: a fit on all images, one on each fold with its settings, and the calibration.
   */
  double secondsOfAFinalTraining() {
    List<Candidate> quick =
        record.candidates().stream()
            .filter(each -> measured.containsKey(each.method()))
            .filter(each -> Candidates.isQuick(each.method()))
            .toList();
    return quick.isEmpty()
        ? 0
        : Stream.of(selection(quick).choice().method(), ZeroShot.ID)
            .mapToDouble(id -> record.candidate(id).orElseThrow().seconds())
            .sum();
  }

  /**
   * Returns the choice without a method whose final training did not fit into the time.
   *
   * @param method the method to leave out
   */
  Chosen without(String method) {
    add(leftOut(method, "there was no time to train it on all images (--minutes)", true));
    measured.remove(method);
    return last();
  }

  /** Returns the final choice with its expected accuracy. */
  private Chosen last() {
    decide();
    return expected(folds);
  }

  /**
   * Returns the choice with its expected accuracy, on the audit if there is one.
   *
   * @param compared the folds of the comparison
   */
  private Chosen expected(List<Fold> compared) {
    String id = Objects.requireNonNull(record.choice()).method();
    List<Fold> on = audit == null ? compared : List.of(audit);
    HeldOutPredictions chosen = audit == null ? predictions(id) : predictions(id, on, () -> false);
    boolean hides = !request.unseen().isEmpty();
    UnaryOperator<Score> all = hides || audit != null ? score -> score : withRest(on);
    record =
        record.with(
            new Result(
                audit == null ? accuracy(chosen, on, all) : audited(chosen.score()),
                hides || audit != null
                    ? null
                    : accuracy(chosen, on, score -> all.apply(score).balanced()),
                hides ? unseenAccuracy(chosen) : null,
                chosen.classes(),
                chosen.mistakes()));
    return new Chosen(record.compared(), on);
  }

  /**
   * Returns the accuracy on an audit. Its images are a random sample that had no part in the
   * choice, so the exact limits hold. Near copies count as one image. Images of a class that the
   * audit alone shows are wrong, as in the session, whether a fold asked for them or not: their
   * share tells how many new images show a class that nobody has labeled yet.
   */
  private Accuracy audited(Score score) {
    Set<Integer> learned =
        data.train().stream()
            .filter(item -> !request.labels().audit().contains(item.key()))
            .map(Item::label)
            .collect(Collectors.toSet());
    int wrong = (int) data.train().stream().filter(item -> !learned.contains(item.label())).count();
    Score known = score.of(learned);
    double images = known.effectiveUnits(false);
    double right = images == 0 ? 0 : known.accuracy(false) / 100 * images;
    Interval limits =
        Interval.ofShare(
            (int) Math.round(right), (int) Math.round(images + wrong), Expectation.CONFIDENCE);
    return new Accuracy(
        100 * right / (images + wrong),
        100 * limits.low(),
        100 * limits.high(),
        known.images() + wrong);
  }

  /**
   * Adds the images that cannot be held out: those of a class with one image or group. Zero-shot
   * CLIP answers for them, because a method that learned one image of the class is hardly better.
   */
  private UnaryOperator<Score> withRest(List<Fold> on) {
    Fold rest = Fold.rest(compared, on);
    if (rest == null) {
      return score -> score;
    }
    Score others = predictions(ZeroShot.ID, List.of(rest), () -> false).score();
    return score -> score.plus(others);
  }

  /** Returns the expected accuracy; null if the labels were chosen. */
  private @Nullable Accuracy accuracy(
      HeldOutPredictions chosen, List<Fold> on, UnaryOperator<Score> weighting) {
    if (record.labels().areChosen()) {
      return null;
    }
    Score score = weighting.apply(chosen.score());
    List<Score> all = scores().stream().map(weighting).toList();
    double learned =
        on.stream().mapToDouble(fold -> Fold.groupsPerClass(fold.fitted())).average().orElse(0);
    double gain =
        isLearned()
            ? Expectation.gain(score.accuracy(false), learned, Fold.groupsPerClass(data))
            : 0;
    FewObjects objects = isLearned() ? record.images().objects() : null;
    boolean isRandom = record.labels().origin() == AdaptRecord.Labels.Origin.RANDOM;
    double optimism = Expectation.optimism(all, false);
    double fall = objects == null ? 0 : objects.fall();
    double error = objects == null ? 0 : objects.error();
    double newClasses = isRandom ? record.images().newClasses() : 0;
    return new Expectation(score, optimism, gain, fall, error, newClasses, isLearned()).interval();
  }

  private boolean isLearned() {
    return isLearned(Objects.requireNonNull(record.choice()).method());
  }

  private boolean isLearned(String id) {
    return !(candidates.recipe(id).method() instanceof TextMethod);
  }

  private @Nullable Accuracy unseenAccuracy(HeldOutPredictions chosen) {
    return record.labels().areChosen()
            || UnseenNames.isOtherKind(context.clip(), data, request.unseen())
        ? null
        : new Expectation(chosen.score(), Expectation.optimism(scores(), true), 0, isLearned())
            .unseenInterval(UnseenNames.independent(request.unseen().size()));
  }

  /** Returns the scores of the measured candidates in the order of the short list. */
  private List<Score> scores() {
    return record.candidates().stream()
        .filter(Candidate::isMeasured)
        .map(each -> predictions(each.method()).score())
        .toList();
  }

  /** Returns the predictions of a method for held-out images, after training what is missing. */
  private HeldOutPredictions predictions(String id, List<Fold> folds, BooleanSupplier stop) {
    nested.until(stop).train(candidates.recipe(id), id, folds);
    List<String> names = folds.get(0).seen().classNames();
    boolean hides = !request.unseen().isEmpty();
    return HeldOutPredictions.of(
        nested.heldOut(id, folds), names, data.classNames().size(), shares, hides);
  }

  private HeldOutPredictions predictions(String id) {
    return Objects.requireNonNull(measured.get(id), id);
  }

  /**
   * Measures a method, or returns the reason why it is skipped or does not support this model or
   * these images.
   */
  private Candidate attempted(String id) {
    Recipe recipe = candidates.recipe(id);
    Candidate leftOut = leftOut(recipe);
    if (leftOut != null) {
      return leftOut;
    }
    double share = Candidates.isQuick(id) ? SHARE_OF_A_QUICK_METHOD : SHARE_OF_A_SLOW_METHOD;
    // The zero-shot classifier is always measured, so that there is one.
    boolean isLimited = request.isTimed() && !id.equals(ZeroShot.ID);
    BooleanSupplier stop =
        isLimited
            ? budget.afterNext(share * (budget.left() - secondsOfAFinalTraining()))
            : () -> false;
    try {
      return measured(id, folds, stop);
    } catch (KgCoopException e) {
      if (e.category() == KgCoopException.Category.CONFIGURATION
          || (e.category() == KgCoopException.Category.DIVERGED && !id.equals(ZeroShot.ID))) {
        return leftOut(id, String.valueOf(e.getMessage()), false);
      }
      context.rethrowUnlessOutOfTime(e);
      return leftOut(id, "its share of the time was up (--minutes)", true);
    }
  }

  /** Returns a skipped candidate with the reason, or null if the method should be measured. */
  private @Nullable Candidate leftOut(Recipe recipe) {
    String id = recipe.method().id();
    Plan repeated = request.plan();
    if (repeated != null && !repeated.methods().contains(id)) {
      return leftOut(id, "it is not in the plan (--plan)", false);
    }
    List<String> asked = request.methods();
    if (repeated == null && !asked.isEmpty() && !asked.contains(id) && !id.equals(ZeroShot.ID)) {
      return leftOut(id, "it is not in --methods", false);
    }
    String closed = recipe.method().closedClassReason().orElse("");
    if (!request.unseen().isEmpty() && !closed.isEmpty()) {
      return leftOut(id, closed + " cannot be used on new classes", false);
    }
    String tooMany = Candidates.leftOut(id, data.train().size(), data.classNames().size());
    if (!tooMany.isEmpty()) {
      return leftOut(id, tooMany, false);
    }
    if (repeated != null || id.equals(ZeroShot.ID)) {
      return null;
    }
    String unsuited = asked.isEmpty() ? unsuited(recipe) : "";
    if (!unsuited.isEmpty()) {
      return leftOut(id, unsuited, false);
    }
    if (budget.left() <= secondsOfAFinalTraining()) {
      return leftOut(id, "the time was up (--minutes)", true);
    }
    String why = Candidates.trainsText(id) ? budget.leftOut(recipe, folds.size(), data) : "";
    return why.isEmpty() ? null : leftOut(id, why, true);
  }

  /**
   * Returns the reason why a method is not compared unless the user asks, or an empty text. It
   * depends on the images and the model, not on the clock.
   */
  private String unsuited(Recipe recipe) {
    String id = recipe.method().id();
    return Candidates.trainsText(id) && request.unseen().isEmpty()
        ? "for classes without images (--unseen); --methods %s compares it here".formatted(id)
        : new TaskSize(context.clip().config()).leftOut(recipe, data, folds.size());
  }

  private Candidate leftOut(String id, String why, boolean outOfTime) {
    return candidate(id, Double.NaN, 0, new LeftOut(why, outOfTime));
  }

  private Candidate candidate(String id, double value, double seconds, @Nullable LeftOut leftOut) {
    String title = candidates.recipe(id).method().title();
    return new Candidate(id, title, value, Double.NaN, Double.NaN, seconds, leftOut);
  }

  /** Measures a method, or reads its stored measurements. */
  private Candidate measured(String id, List<Fold> on, BooleanSupplier stop) {
    long start = System.nanoTime();
    HeldOutPredictions predictions = predictions(id, on, stop);
    measured.put(id, predictions);
    return candidate(id, predictions.score().value(), (System.nanoTime() - start) / 1e9, null);
  }

  /** Chooses among the candidates so far. */
  private void decide() {
    Selection selection = selection(record.candidates());
    record = record.with(selection.candidates()).with(selection.choice());
  }

  private Selection selection(List<Candidate> among) {
    return Selection.of(among, id -> predictions(id).score());
  }

  /**
   * Returns the choice for data with one image per class, from which none can be held out: the best
   * of the methods that do not learn from images.
   */
  private Chosen unmeasured() {
    List<Fold> all = List.of(Fold.all(data, request.unseen()));
    for (String id : Candidates.SHORT_LIST) {
      add(
          isLearned(id)
              ? leftOut(id, "no class has a second image to measure by", false)
              : measured(id, all, () -> false));
    }
    decide();
    Choice choice = Objects.requireNonNull(record.choice());
    record =
        record.with(
            choice.because(
                "A method that learns from images cannot be measured if no class has a second"
                    + " image. This one learns nothing and is the best of those. Two images of each"
                    + " class let all methods be compared."));
    return expected(all);
  }
}
