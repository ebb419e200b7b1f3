package org.kgcoop.adapt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.ClassSplit;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.FewShot;
import org.kgcoop.data.Fingerprint;
import org.kgcoop.data.Item;
import org.kgcoop.experiment.Contender;
import org.kgcoop.experiment.Draw;
import org.kgcoop.experiment.Halves;
import org.kgcoop.experiment.Progress;
import org.kgcoop.experiment.Target;
import org.kgcoop.experiment.Trial;
import org.kgcoop.experiment.TrialRun;
import org.kgcoop.experiment.Workbench;
import org.kgcoop.files.FileErrors;
import org.kgcoop.files.FolderTree;
import org.kgcoop.files.LockedFile;
import org.kgcoop.method.Method;
import org.kgcoop.method.Occasion;
import org.kgcoop.method.TextMethod;
import org.kgcoop.method.catalogue.ClassifierFile;
import org.kgcoop.method.catalogue.EmbeddedPrompt;
import org.kgcoop.runs.AdaptRecord;
import org.kgcoop.runs.Predictions;
import org.kgcoop.runs.RunFolders;
import org.kgcoop.runs.RunResults;
import org.kgcoop.runs.TargetResult;

/**
 * The best classifier that some images can give. The methods of a short list are measured by folds
 * over the images and, where classes without images are to come, by folds over classes; the best by
 * that figure, or a simpler one that does as well, is trained on all of them. Test images have no
 * part in the choice.
 *
 * <p>Its folder is that of the run of the chosen method, with {@code adapt.json} beside its files.
 * What was measured is kept below {@code .adapt} until the end, so that an adaptation that was
 * stopped goes on.
 */
public final class Adaptation {
  private static final String HELD_OUT = "held-out";
  private static final String SEEN = "seen";
  private static final String UNSEEN = "unseen";
  private static final String TEST = "test";

  /** Folds by which methods are compared. */
  private static final int FOLDS = 4;

  /**
   * Folds by which the accuracy of the chosen one is measured once more: what is learned from nine
   * tenths of the images does nearly as well as what is learned from all.
   */
  private static final int FINE_FOLDS = 10;

  /** Half of the classes are hidden at a time, and of one class there is nothing to tell. */
  private static final int FEWEST_CLASSES_TO_HIDE = 4;

  /**
   * The work that is asked for.
   *
   * @param data its training images are learned from, its validation images too; its test images
   *     are measured on at the end
   * @param unseen names of classes without images that the classifier should know too
   * @param shots training images of a class at most; {@link FewShot#ALL} for as many as the time
   *     allows
   * @param minutes the time that it may take
   */
  public record Request(DataSet data, List<String> unseen, int shots, double minutes, long seed) {
    public Request {
      unseen = List.copyOf(unseen);
      if (!(minutes > 0) || Double.isInfinite(minutes)) {
        throw KgCoopException.configuration("minutes: expected above 0, got " + minutes);
      }
      if (data.train().isEmpty()) {
        throw KgCoopException.data(data.name() + ": no training images");
      }
      unseen.stream()
          .filter(data.classNames()::contains)
          .findFirst()
          .ifPresent(
              name -> {
                throw KgCoopException.configuration(
                    "unseen class '%s': there are images of it in %s; leave it out"
                        .formatted(name, data.name()));
              });
    }
  }

  private final Workbench bench;
  private final Workbench silent;
  private final Request request;
  private final Path out;
  private final Path work;
  private final Budget budget;

  private Adaptation(Workbench bench, Request request, Path out) {
    this.bench = bench;
    this.silent = bench.silent();
    this.request = request;
    this.out = out;
    work = out.resolve(".adapt");
    budget = new Budget(bench, request.minutes());
  }

  /**
   * Adapts, or goes on where it was stopped.
   *
   * @param out the folder that is written
   * @throws KgCoopException where the folder holds something else, or is in use
   */
  public static AdaptRecord run(Workbench bench, Request request, Path out) {
    return new Adaptation(bench, request, out).run();
  }

  private AdaptRecord run() {
    Optional<AdaptRecord> before = AdaptRecord.read(out);
    JsonNode settings = settings();
    refuseOthers(before, settings);
    if (before.isPresent() && RunFolders.isComplete(out) && !Files.exists(work)) {
      bench.progress().message(out + ": done before");
      return before.get();
    }
    try {
      Files.createDirectories(work);
    } catch (IOException e) {
      throw KgCoopException.io(
          out + ": cannot be made: " + FileErrors.reason(e) + "; try another --out", e);
    }
    AdaptRecord done;
    try (LockedFile lock = RunFolders.lock(work)) {
      AdaptRecord record =
          before.orElseGet(
              () -> {
                DataSet all = learned(FewShot.ALL);
                AdaptRecord.Plan plan =
                    budget.plan(all, request.shots(), EmbeddedPrompt.isFor(bench.clip()));
                AdaptRecord begun =
                    new AdaptRecord(
                        settings,
                        plan,
                        look(learned(plan.shots())),
                        List.of(),
                        null,
                        null,
                        null,
                        null);
                begun.write(out);
                return begun;
              });
      done = trained(chosen(record));
      done.write(out);
    } catch (IOException e) {
      throw KgCoopException.io(work + ": cannot be closed: " + FileErrors.reason(e), e);
    }
    deleteWork(); // last: what is without it is done
    return done;
  }

  // ---- what there is

  /**
   * The images that are learned from: those for training and validation, of the classes with any.
   */
  private DataSet learned(int shots) {
    DataSet data = request.data();
    List<Item> all = Stream.concat(data.train().stream(), data.val().stream()).toList();
    return FewShot.draw(
            data.withPictures(all, List.of(), data.test()), shots, request.seed(), line -> {})
        .select(ClassSplit.ALL);
  }

  private AdaptRecord.Images look(DataSet data) {
    Map<Integer, Integer> sizes = new HashMap<>();
    data.train().forEach(item -> sizes.merge(item.label(), 1, Integer::sum));
    List<String> hashes = bench.bank().hashes().of(data.train().stream().map(Item::file).toList());
    Map<String, Item> firsts = new HashMap<>();
    int repeated = 0;
    List<String> contradictions = new ArrayList<>();
    for (int i = 0; i < hashes.size(); i++) {
      Item item = data.train().get(i);
      Item first = firsts.putIfAbsent(hashes.get(i), item);
      if (first != null && first.label() == item.label()) {
        repeated++;
      } else if (first != null) {
        contradictions.add(first.key() + " = " + item.key());
      }
    }
    return new AdaptRecord.Images(
        data.train().size(),
        data.classNames().size(),
        sizes.values().stream().mapToInt(Integer::intValue).min().orElse(0),
        sizes.values().stream().mapToInt(Integer::intValue).max().orElse(0),
        repeated,
        contradictions);
  }

  private JsonNode settings() {
    DataSet data = request.data();
    ObjectNode settings =
        JsonNodeFactory.instance
            .objectNode()
            .put("data", data.name())
            .put("fingerprint", Fingerprint.of(data, bench.bank().hashes()))
            .put("shots", request.shots())
            .put("seed", request.seed())
            .put("minutes", request.minutes())
            .put("clip_fingerprint", bench.clip().fingerprint());
    ArrayNode unseen = settings.putArray(UNSEEN);
    request.unseen().forEach(unseen::add);
    return settings;
  }

  private void refuseOthers(Optional<AdaptRecord> before, JsonNode settings) {
    if (before.isEmpty()) {
      if (RunFolders.isOne(out) || RunFolders.isTable(out)) {
        throw KgCoopException.configuration(
            out + ": holds another run or table; choose another --out");
      }
      return;
    }
    JsonNode was = before.get().settings();
    List<String> differences = new ArrayList<>();
    settings
        .fieldNames()
        .forEachRemaining(
            key -> {
              if (!settings.path(key).toString().equals(was.path(key).toString())) {
                differences.add(key);
              }
            });
    if (!differences.isEmpty()) {
      throw KgCoopException.configuration(
          "%s: holds an adaptation with another %s; give the same to go on, or choose another --out"
              .formatted(out, String.join(", ", differences)));
    }
  }

  // ---- the choice

  private AdaptRecord chosen(AdaptRecord begun) {
    if (begun.choice() != null) {
      return begun;
    }
    DataSet data = learned(begun.plan().shots());
    List<Part> parts = parts(data);
    if (parts.isEmpty()) {
      return unmeasured(begun, data);
    }
    Candidates candidates = new Candidates(bench.clip(), begun.plan().views());
    List<AdaptRecord.Candidate> tried = new ArrayList<>(begun.candidates());
    Map<String, Score> scores = new LinkedHashMap<>();
    try (Progress.Task task =
        bench.progress().start("adapt: " + data.name(), (long) Candidates.SHORT_LIST.size())) {
      for (String id : Candidates.SHORT_LIST) {
        task.detail(id);
        AdaptRecord.Candidate known =
            tried.stream().filter(c -> c.method().equals(id)).findFirst().orElse(null);
        Contender contender = candidates.contender(id);
        if (known == null) {
          String leftOut = leftOut(contender, data, parts, tried);
          tried.add(
              leftOut.isEmpty()
                  ? attempted(contender, data, parts, scores)
                  : leftOut(contender, data, leftOut));
          with(begun, tried).write(out);
        } else if (known.isMeasured()) {
          AdaptRecord.Candidate unused = candidate(contender, data, parts, scores);
        }
        task.done(Candidates.SHORT_LIST.indexOf(id) + 1L);
      }
    }
    AdaptRecord decided = decided(begun, tried, scores);
    return request.unseen().isEmpty() ? expected(decided, candidates, data) : decided;
  }

  /** The accuracy of the chosen method by finer folds, where there is time. */
  private AdaptRecord expected(AdaptRecord decided, Candidates candidates, DataSet data) {
    AdaptRecord.Choice choice = decided.choice();
    List<Part> fine = folds(data, FINE_FOLDS);
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
    Map<String, Score> scores = new LinkedHashMap<>();
    try (Progress.Task task =
        bench.progress().start("adapt: " + data.name() + ": what to expect", 1)) {
      AdaptRecord.Candidate unused =
          candidate(candidates.contender(choice.method()), data, fine, scores);
      task.done(1);
    }
    Score score = Objects.requireNonNull(scores.get(choice.method()));
    return decided.expecting(score.accuracy(false, others()));
  }

  /**
   * The number of images to come: those of the test part, or as many as there are to learn from.
   */
  private int others() {
    DataSet data = request.data();
    return data.test().isEmpty() ? data.train().size() + data.val().size() : data.test().size();
  }

  private static AdaptRecord with(AdaptRecord record, List<AdaptRecord.Candidate> candidates) {
    return new AdaptRecord(
        record.settings(), record.plan(), record.images(), candidates, null, null, null, null);
  }

  /** Images to measure on, and what is learned for them. */
  private record Part(String name, DataSet fitted, Map<String, DataSet> targets) {}

  private static List<Part> folds(DataSet data, int most) {
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

  private List<Part> parts(DataSet data) {
    if (request.unseen().isEmpty()) {
      return folds(data, FOLDS);
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

  private Method method(Contender contender, DataSet data) {
    return contender.method().apply(Occasion.of(data, shots(data), request.seed()));
  }

  private AdaptRecord.Candidate leftOut(Contender contender, DataSet data, String why) {
    Method method = method(contender, data);
    return new AdaptRecord.Candidate(
        method.id(), method.title(), Double.NaN, Double.NaN, Double.NaN, 0, why);
  }

  /** Measures a method, or tells why it refuses this model or these images. */
  private AdaptRecord.Candidate attempted(
      Contender contender, DataSet data, List<Part> parts, Map<String, Score> scores) {
    try {
      return candidate(contender, data, parts, scores);
    } catch (KgCoopException e) {
      if (e.category() != KgCoopException.Category.CONFIGURATION) {
        throw e;
      }
      return leftOut(contender, data, String.valueOf(e.getMessage()));
    }
  }

  /** Measures a method, or reads what was measured. */
  private AdaptRecord.Candidate candidate(
      Contender contender, DataSet data, List<Part> parts, Map<String, Score> scores) {
    Method method = method(contender, data);
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
      Contender contender, DataSet data, List<Part> parts, List<AdaptRecord.Candidate> before) {
    Method method = method(contender, data);
    if (!request.unseen().isEmpty() && method.bound().isPresent()) {
      return method.bound().get() + " cannot be used on new classes";
    }
    double spent = before.stream().mapToDouble(AdaptRecord.Candidate::seconds).sum();
    List<DataSet> fits = new ArrayList<>(parts.stream().map(Part::fitted).toList());
    fits.add(data);
    return Candidates.trainsText(method.id())
        ? budget.leftOut(
            method, contender, Occasion.of(data, shots(data), request.seed()), fits, spent)
        : budget.leftOut(spent);
  }

  private List<Predictions.OfTarget> measured(Contender contender, Part part, String id) {
    List<Target> targets = new ArrayList<>();
    part.targets().forEach((name, data) -> targets.add(new Target(name, data, ClassSplit.ALL)));
    Draw draw = Draw.made(part.fitted(), shots(part.fitted()), request.seed());
    Trial trial = new Trial(contender, draw, targets, part.name() + "/" + id);
    RunResults unused = new TrialRun(silent, trial).run(work);
    Predictions predictions = Predictions.read(work.resolve(trial.run()));
    return targets.stream().map(target -> predictions.target(target.name()).orElseThrow()).toList();
  }

  /** Images of a class in the middle, by which published settings are chosen. */
  private static int shots(DataSet data) {
    Map<Integer, Integer> sizes = new HashMap<>();
    data.train().forEach(item -> sizes.merge(item.label(), 1, Integer::sum));
    List<Integer> sorted = sizes.values().stream().sorted().toList();
    return sorted.get(sorted.size() / 2);
  }

  /** The simplest of those that are not behind the best by more than a standard error. */
  private AdaptRecord decided(
      AdaptRecord begun, List<AdaptRecord.Candidate> tried, Map<String, Score> scores) {
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
  private AdaptRecord unmeasured(AdaptRecord begun, DataSet data) {
    Candidates candidates = new Candidates(bench.clip(), begun.plan().views());
    List<AdaptRecord.Candidate> tried = new ArrayList<>();
    Map<String, Score> scores = new LinkedHashMap<>();
    DataSet all = data.withPictures(List.of(), List.of(), data.train());
    Part part = new Part("all", data, Map.of(HELD_OUT, all));
    for (String id : Candidates.SHORT_LIST) {
      Contender contender = candidates.contender(id);
      boolean learns = !(method(contender, data) instanceof TextMethod);
      tried.add(
          learns
              ? leftOut(contender, data, "no class has a second image to measure by")
              : candidate(contender, data, List.of(part), scores));
    }
    AdaptRecord decided = decided(begun, tried, scores);
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

  // ---- the classifier

  private AdaptRecord trained(AdaptRecord record) {
    AdaptRecord.Choice choice = record.choice();
    if (choice == null) {
      throw new IllegalStateException("nothing was chosen");
    }
    record.write(out);
    RunResults results = trained(bench, record.plan(), choice.method(), out, "");
    nameUnseen();
    return record.tested(results.target(TEST).map(Adaptation::interval).orElse(null));
  }

  /** A method trained on all images and measured on the test images, if there are any. */
  private RunResults trained(
      Workbench on, AdaptRecord.Plan plan, String id, Path below, String run) {
    DataSet data = learned(plan.shots());
    Contender contender = new Candidates(bench.clip(), plan.views()).contender(id);
    List<Target> targets =
        data.test().isEmpty() ? List.of() : List.of(new Target(TEST, data, ClassSplit.ALL));
    Trial trial = new Trial(contender, Draw.made(data, shots(data), request.seed()), targets, run);
    return new TrialRun(on, trial).run(below);
  }

  /** The accuracy of a method of the short list on the test images. */
  static AdaptRecord.Interval onTest(
      Workbench bench, Request request, AdaptRecord.Plan plan, String id, Path work) {
    return new Adaptation(bench, request, work)
        .trained(bench.silent(), plan, id, work, id)
        .target(TEST)
        .map(Adaptation::interval)
        .orElseThrow(() -> KgCoopException.data(request.data().name() + ": no test images"));
  }

  private static AdaptRecord.Interval interval(TargetResult test) {
    return Score.interval(test.correct(), Math.toIntExact(test.total()));
  }

  /** Adds the classes without images to those that the classifier answers for. */
  private void nameUnseen() {
    Path file = out.resolve("classifier.safetensors");
    ClassifierFile own = ClassifierFile.read(file);
    List<String> names =
        Stream.concat(own.classNames().stream(), request.unseen().stream()).distinct().toList();
    if (!names.equals(own.classNames())) {
      own.withClassNames(names).write(file);
    }
  }

  private void deleteWork() {
    try {
      if (Files.exists(work)) {
        FolderTree.delete(work);
      }
    } catch (IOException e) {
      throw KgCoopException.io(work + ": cannot be deleted: " + FileErrors.reason(e), e);
    }
  }
}
