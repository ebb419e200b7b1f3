package org.kgcoop.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.adapt.AdaptRequest;
import org.kgcoop.adapt.AdaptationRun;
import org.kgcoop.adapt.LabelSource;
import org.kgcoop.bench.HonestyRun.Promise;
import org.kgcoop.classifier.ClassifierFile;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.EmbeddedClip;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.FewShot;
import org.kgcoop.data.Item;
import org.kgcoop.data.Templates;
import org.kgcoop.data.open.EmbeddedDataSets;
import org.kgcoop.eval.Calibration;
import org.kgcoop.eval.Softmax;
import org.kgcoop.features.FeatureCache;
import org.kgcoop.features.ViewEncoder;
import org.kgcoop.files.AppendedFile;
import org.kgcoop.files.Folders;
import org.kgcoop.files.Json;
import org.kgcoop.files.ScratchFolder;
import org.kgcoop.image.Images;
import org.kgcoop.label.Answered;
import org.kgcoop.label.Labeling;
import org.kgcoop.label.Page;
import org.kgcoop.method.Ensemble;
import org.kgcoop.method.Gap;
import org.kgcoop.method.Gda;
import org.kgcoop.method.LpPlusPlus;
import org.kgcoop.method.Probe;
import org.kgcoop.method.Proker;
import org.kgcoop.method.ZeroShot;
import org.kgcoop.model.Head;
import org.kgcoop.progress.Progress;
import org.kgcoop.report.AdaptSentences;
import org.kgcoop.runs.AdaptRecord;
import org.kgcoop.tensor.Scope;
import org.kgcoop.trial.Evaluator;
import org.kgcoop.trial.ExperimentContext;

/**
 * Compares the promises of {@code adapt} with what comes true on fresh images, in situations that
 * people have. Each finished run is a line of {@code results.jsonl} and is not repeated.
 */
final class Honesty {
  static final String RESULTS = "results.jsonl";

  /** The methods to compare. */
  enum Methods {
    /** Those in closed form. */
    CLOSED(ZeroShot.ID, Ensemble.ID, Gap.ID, Proker.ID, Gda.ID),
    /** Those without training steps. */
    QUICK(ZeroShot.ID, Ensemble.ID, Gap.ID, Proker.ID, Gda.ID, LpPlusPlus.ID, Probe.ID),
    /** Those that {@code adapt} compares without options. */
    DEFAULT,
    /** All, with those that train through the text encoder. */
    ALL(AdaptRequest.comparable().toArray(String[]::new));

    @SuppressWarnings("ImmutableEnumChecker") // List.of returns an immutable list
    private final List<String> methods;

    Methods(String... methods) {
      this.methods = List.of(methods);
    }

    String id() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The pages and questions of a labeling session, in which most of its audit is asked. */
  private static final int PAGES = 40;

  /**
   * The runs to make.
   *
   * @param sets the data sets
   * @param perClass the numbers of images per class; empty for those of each situation
   * @param classes the number of drawn classes; 0 for all
   * @param methods the compared methods
   * @param regret true to measure all candidates on fresh images
   */
  record Settings(
      List<Situation> situations,
      List<String> sets,
      List<Integer> perClass,
      List<Long> seeds,
      int classes,
      Methods methods,
      boolean regret) {
    Settings {
      situations = List.copyOf(situations);
      sets = List.copyOf(sets);
      perClass = List.copyOf(perClass);
      seeds = List.copyOf(seeds);
    }

    /** Returns the numbers of images per class of a run, which take turns if none are given. */
    private List<Integer> perClass(Situation situation, int turn) {
      List<Integer> own = situation.perClass();
      boolean isFree = own.size() > 1 && !perClass.isEmpty();
      return isFree ? perClass : List.of(own.get(turn % own.size()));
    }

    /** Candidates are compared for the learned classes only. */
    private boolean regret(Situation situation) {
      return regret && !situation.hasUnseen();
    }
  }

  private final Path out;
  private final Settings settings;
  private final ExperimentContext context;
  private final HonestySamples samples;
  private final Map<String, DataSet> opened = new HashMap<>();

  private Honesty(Path out, Settings settings, Clip clip) {
    this.out = out;
    this.settings = settings;
    context =
        new ExperimentContext(
            clip,
            new FeatureCache(
                new ViewEncoder(clip, new Images(line -> {})), out.resolve("cache"), line -> {}),
            Progress.SILENT,
            line -> {},
            () -> false);
    samples =
        new HonestySamples(
            set ->
                opened.computeIfAbsent(
                    set,
                    name ->
                        name.equals(ShapeImages.NAME)
                            ? ShapeImages.in(out.resolve("images"))
                            : EmbeddedDataSets.open(name, DataSetOptions.defaults(line -> {}))),
            settings.sets(),
            settings.classes(),
            new DerivedImages(out.resolve("images")),
            this::zeroShot,
            this::labeled);
  }

  /**
   * Makes the runs that are missing in a folder. Prints a line per run and the tables.
   *
   * @return all runs of these settings
   */
  static List<HonestyRun> run(Path out, Settings settings) throws IOException {
    Files.createDirectories(out);
    try (Clip clip = Clip.load(EmbeddedClip.folder())) {
      List<HonestyRun> runs = new Honesty(out, settings, clip).run();
      HonestyTable.of(runs).forEach(line -> print("%s", line));
      return runs;
    }
  }

  private List<HonestyRun> run() throws IOException {
    List<HonestyRun> known = read(out.resolve(RESULTS));
    List<HonestyRun> runs = new ArrayList<>();
    try (AppendedFile results = new AppendedFile(out.resolve(RESULTS))) {
      results.append(missingEnd(out.resolve(RESULTS)));
      for (Situation situation : settings.situations()) {
        for (int i = 0; i < settings.sets().size(); i++) {
          for (int j = 0; j < settings.seeds().size(); j++) {
            for (int perClass : settings.perClass(situation, i + j)) {
              String set = settings.sets().get(i);
              long seed = settings.seeds().get(j);
              String name = HonestyRun.name(situation.id(), set, perClass, seed);
              HonestyRun run =
                  known.stream()
                      .filter(each -> each.name().equals(name))
                      .filter(each -> each.methods().equals(settings.methods().id()))
                      .filter(each -> each.drawn() == settings.classes())
                      .filter(each -> each.regret() || !settings.regret(situation))
                      .findFirst()
                      .orElse(null);
              if (run == null) {
                run = measured(situation, set, perClass, seed);
                results.append(line(run));
                Folders.delete(folder(run.name()));
                print(run);
              }
              runs.add(run);
            }
          }
        }
      }
    }
    return runs;
  }

  /** Returns the end of an incomplete last line, so that the next one stays readable. */
  private static byte[] missingEnd(Path file) throws IOException {
    String text = Files.readString(file);
    return (text.isEmpty() || text.endsWith("\n") ? "" : "\n").getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] line(HonestyRun run) throws JsonProcessingException {
    return (Json.STRICT.writeValueAsString(run) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  /** Reads the finished runs. A line that a killed process left incomplete is skipped. */
  static List<HonestyRun> read(Path file) throws IOException {
    List<HonestyRun> runs = new ArrayList<>();
    if (Files.exists(file)) {
      for (String line : Files.readAllLines(file)) {
        try {
          runs.add(Json.STRICT.readValue(line, HonestyRun.class));
        } catch (JsonProcessingException e) {
          print("%s: skipped a damaged line", file);
        }
      }
    }
    return runs;
  }

  private Path folder(String name) {
    return out.resolve("runs").resolve(name);
  }

  // ---- A run

  private HonestyRun measured(Situation situation, String set, int perClass, long seed) {
    long start = System.nanoTime();
    long processor = Measurement.cpuNanos();
    HonestySamples.Sample sample = samples.of(situation, set, perClass, seed);
    String name = HonestyRun.name(situation.id(), set, perClass, seed);
    AdaptRequest request =
        new AdaptRequest(
                sample.learned(), sample.unseen(), FewShot.ALL, AdaptRequest.NO_LIMIT, seed)
            .comparing(settings.methods().methods)
            .with(sample.labels());
    AdaptRecord record = AdaptationRun.run(context, request, folder(name).resolve("adapt"));
    ClassifierFile file = ClassifierFile.read(ClassifierFile.in(folder(name).resolve("adapt")));
    boolean regret = settings.regret(situation);
    Map<String, Double> measured =
        regret ? candidates(request, sample, record, folder(name).resolve("candidates")) : Map.of();
    Answers answers = new Answers(file.classNames(), logits(file, sample.fresh()), sample.fresh());
    Answers known = answers.of(file.classNames());
    return new HonestyRun(
        situation.id(),
        set,
        perClass,
        seed,
        settings.classes(),
        settings.methods().id(),
        sample.learned().train().size(),
        sample.learned().classNames().size(),
        sample.fresh().size(),
        Objects.requireNonNull(record.choice()).method(),
        promises(situation, sample, record.result(), answers),
        new AdaptSentences(record).doubts(),
        probabilities(file, sample, known, seed),
        record.candidates().stream()
            .filter(AdaptRecord.Candidate::isMeasured)
            .map(
                each ->
                    new HonestyRun.Candidate(
                        each.method(),
                        each.value(),
                        each.behind(),
                        each.pValue(),
                        measured.getOrDefault(each.method(), Double.NaN)))
            .toList(),
        labels(sample, record.result().suspects()),
        regret,
        (System.nanoTime() - start) / 1e9,
        (Measurement.cpuNanos() - processor) / 1e9);
  }

  /** Trains every candidate as {@code adapt} would, and measures it on the fresh images. */
  private Map<String, Double> candidates(
      AdaptRequest request, HonestySamples.Sample sample, AdaptRecord record, Path work) {
    DataSet learned = sample.learned();
    AdaptRequest asked =
        new AdaptRequest(
            learned.withImages(
                learned.train(),
                List.of(),
                HonestySamples.relabeled(sample.fresh(), learned.classNames())),
            List.of(),
            request.shots(),
            request.minutes(),
            request.seed());
    return record.candidates().stream()
        .filter(AdaptRecord.Candidate::isMeasured)
        .map(AdaptRecord.Candidate::method)
        .collect(
            Collectors.toMap(
                method -> method,
                method ->
                    AdaptationRun.onTest(context, asked, record.plan(), method, work).accuracy()));
  }

  private double[][] logits(ClassifierFile file, List<Item> items) {
    return logits(() -> file.classifier(context.clip(), file.classNames()), items);
  }

  private double[][] zeroShot(DataSet data, List<Item> items) {
    ZeroShot method = new ZeroShot(List.of(Templates.of(data)));
    return logits(() -> method.classifier(context.clip(), data.classNames()), items);
  }

  private double[][] logits(Supplier<Head> open, List<Item> items) {
    try (Scope scope = Scope.open("images");
        Head head = open.get()) {
      return Evaluator.logits(head, context.cache(), items);
    }
  }

  /** Labels a folder with the public API, without mistakes. The pages are those of a person. */
  private LabelSource labeled(DataSet images, long seed, Consumer<Item> asked) {
    Map<Path, Item> items = new HashMap<>();
    try (ScratchFolder scratch = ScratchFolder.in(out, "labeled-")) {
      Path folder = scratch.path().resolve("images");
      for (Item item : images.train()) {
        Path copy = folder.resolve(item.key());
        Files.createDirectories(Objects.requireNonNull(copy.getParent()));
        Files.copy(item.file(), copy);
        items.put(Path.of(item.key()), item);
      }
      List<Item> answered = new ArrayList<>();
      try (Labeling session =
          Labeling.of(folder, context.clip()).classes(images.classNames()).open()) {
        for (int page = 0; page < PAGES; page++) {
          Page next = session.next();
          if (next.images().isEmpty()) {
            break; // all images of a small folder are labeled
          }
          Map<Path, String> labels = new LinkedHashMap<>();
          next.images().forEach(image -> labels.put(image, item(items, image).className()));
          Answered unused = session.answer(next, labels);
          next.images().forEach(image -> answered.add(item(items, image)));
        }
      }
      answered.forEach(asked);
      return LabelSource.of(
          folder, images.withImages(answered, List.of(), List.of()), /* origin= */ null);
    } catch (IOException e) {
      throw new UncheckedIOException("labeled", e);
    }
  }

  private static Item item(Map<Path, Item> items, Path image) {
    return Objects.requireNonNull(items.get(image), image::toString);
  }

  // ---- What came true

  /**
   * The answers of a classifier.
   *
   * @param names the class names, by column
   * @param logits (N, C)
   * @param items the images; their class names are the expected answers
   */
  // An array, because Evaluator returns one. No code compares these records.
  @SuppressWarnings("ArrayRecordComponent")
  private record Answers(List<String> names, double[][] logits, List<Item> items) {
    int[] labels() {
      return items.stream().mapToInt(item -> names.indexOf(item.className())).toArray();
    }

    boolean isRight(int i) {
      return names.get(Softmax.argMax(logits[i])).equals(items.get(i).className());
    }

    /** Returns the answers for images of some classes. */
    Answers of(List<String> classes) {
      int[] kept =
          IntStream.range(0, items.size())
              .filter(i -> classes.contains(items.get(i).className()))
              .toArray();
      return new Answers(
          names,
          IntStream.of(kept).mapToObj(i -> logits[i]).toArray(double[][]::new),
          IntStream.of(kept).mapToObj(items::get).toList());
    }

    double accuracy() {
      return 100
          * IntStream.range(0, items.size())
              .mapToDouble(i -> isRight(i) ? 1 : 0)
              .average()
              .orElse(Double.NaN);
    }

    /** Returns the mean of the accuracies of the classes, with a weight for each. */
    double accuracy(Map<String, Double> weights) {
      double sum = 0;
      double weight = 0;
      for (String name : names) {
        double accuracy = of(List.of(name)).accuracy();
        if (!Double.isNaN(accuracy)) {
          sum += weights.getOrDefault(name, 0.0) * accuracy;
          weight += weights.getOrDefault(name, 0.0);
        }
      }
      return sum / weight;
    }
  }

  /** Returns what {@code adapt} promises: nothing if the interval is too wide to say something. */
  private static AdaptRecord.@Nullable Accuracy promised(AdaptRecord.@Nullable Accuracy of) {
    return of == null || of.saysLittle() ? null : of;
  }

  private static List<Promise> promises(
      Situation situation,
      HonestySamples.Sample sample,
      AdaptRecord.Result result,
      Answers answers) {
    Answers seen = situation.drawsClasses() ? answers : answers.of(sample.learned().classNames());
    int images = seen.items().size();
    if (situation.isUnbalanced()) {
      Map<String, Double> learned = new HashMap<>();
      sample.learned().train().forEach(item -> learned.merge(item.className(), 1.0, Double::sum));
      Map<String, Double> once = new HashMap<>(learned);
      once.replaceAll((name, count) -> 1.0);
      return List.of(
          new Promise(
              Promise.LIKE_THESE, promised(result.expected()), seen.accuracy(learned), images),
          new Promise(
              Promise.EQUALLY, promised(result.expectedBalanced()), seen.accuracy(once), images));
    }
    Promise likeThese =
        new Promise(Promise.LIKE_THESE, promised(result.expected()), seen.accuracy(), images);
    if (!situation.hasUnseen()) {
      return List.of(likeThese);
    }
    Answers unseen = answers.of(sample.unseen());
    return List.of(
        likeThese,
        new Promise(
            Promise.UNSEEN,
            promised(result.expectedUnseen()),
            unseen.accuracy(),
            unseen.items().size()));
  }

  private HonestyRun.Probabilities probabilities(
      ClassifierFile file, HonestySamples.Sample sample, Answers answers, long seed) {
    Calibration calibration = Objects.requireNonNull(file.calibration());
    Calibration.Rejection rejection = Objects.requireNonNull(calibration.rejection());
    double[][] seen = answers.of(sample.learned().classNames()).logits();
    double[][] foreign =
        sample.foreign().isEmpty() ? new double[0][] : logits(file, sample.foreign());
    return new HonestyRun.Probabilities(
        calibration.temperature(),
        CalibrationErrors.of(answers.logits(), answers.labels(), calibration.temperature()),
        CalibrationErrors.of(answers.logits(), answers.labels(), 1),
        CalibrationErrors.floor(answers.logits(), seed),
        rejection.threshold(),
        rejection.keeps(),
        CalibrationErrors.accepted(seen, rejection.threshold()),
        CalibrationErrors.accepted(foreign, rejection.threshold()));
  }

  private static HonestyRun.Labels labels(
      HonestySamples.Sample sample, List<AdaptRecord.Suspect> suspects) {
    return new HonestyRun.Labels(
        sample.learned().train().size(),
        sample.wrong().size(),
        suspects.size(),
        (int) suspects.stream().filter(each -> sample.wrong().contains(each.image())).count());
  }

  private static void print(HonestyRun run) {
    String promises =
        run.promises().stream().map(Honesty::described).collect(Collectors.joining("; "));
    print(
        "%-36s %-8s %s (%.1f s, cpu %.1f s)%s",
        run.name(),
        run.chosen(),
        promises,
        run.seconds(),
        run.processorSeconds(),
        run.doubts().isEmpty() ? "" : " " + String.join(" ", run.doubts()));
  }

  private static String described(Promise promise) {
    AdaptRecord.Accuracy promised = promise.promised();
    return promised == null
        ? String.format(Locale.ROOT, "no promise, true %.1f", promise.measured())
        : String.format(
            Locale.ROOT,
            "promised %.1f (%.1f to %.1f), true %.1f%s",
            promised.accuracy(),
            promised.low(),
            promised.high(),
            promise.measured(),
            promised.holds(promise.measured()) ? "" : " OUTSIDE");
  }

  @FormatMethod
  private static void print(@FormatString String format, Object... values) {
    System.out.println(String.format(Locale.ROOT, format, values));
    System.out.flush();
  }
}
