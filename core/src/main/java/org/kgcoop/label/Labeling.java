package org.kgcoop.label;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.Templates;
import org.kgcoop.features.FeatureCache;
import org.kgcoop.features.ViewEncoder;
import org.kgcoop.files.Sha256;
import org.kgcoop.image.Images;
import org.kgcoop.progress.Progress;
import org.kgcoop.runs.JournalEntry;
import org.kgcoop.runs.Kind;
import org.kgcoop.runs.LabelJournal;
import org.kgcoop.trial.ExperimentContext;

/**
 * Labels a folder of images with the help of CLIP: it chooses the next images, learns from each
 * answer, and measures the accuracy on random images.
 *
 * <pre>{@code
 * try (Labeling labeling = Labeling.of(Path.of("photos"), clip).classes("owl", "cat").open()) {
 *   Page page = labeling.next();
 *   labeling.answer(page, Map.of(page.images().get(0), "owl")); // or Labeling.NONE, Labeling.SKIP
 *   labeling.accuracy().folder().ifPresent(System.out::println);
 *   labeling.write(Path.of("runs/photos"));
 * }
 * }</pre>
 *
 * <p>Each answer is written to the journal {@code labels.jsonl} in the folder of the session, and
 * forced to the disk, before it counts. A session that is opened again continues there. One process
 * can open a session at a time. Methods may be called from any thread. The {@link Clip} stays open.
 */
public final class Labeling implements AutoCloseable {
  /** The folder of images that show none of the classes, among class folders. */
  public static final String NONE_FOLDER = "none of these";

  /** The answer that an image shows none of the classes. */
  public static final String NONE = "";

  /** The answer that the person has not decided. The image is asked again at the end. */
  public static final String SKIP = "\u0000";

  private static final int LIKELY_CLASSES = 9;
  private static final int UPCOMING_PAGES = 2;
  private static final double MINUTES = 2; // of the training of a classifier

  /** The settings of a session. An existing session keeps its seed, page size, audit and target. */
  public static final class Builder {
    private final Path folder;
    private final Clip clip;
    private List<String> classes = List.of();
    private @Nullable Path session;
    private @Nullable Path labeled;
    private @Nullable Path cache;
    private String template = Templates.DEFAULT;
    private int audit = 50;
    private double target = 90;
    private int pageSize = 20;
    private long seed = 1;
    private Consumer<String> warnings = warning -> {};
    private LongConsumer progress = images -> {};
    private BooleanSupplier cancelled = () -> false;

    private Builder(Path folder, Clip clip) {
      this.folder = folder;
      this.clip = clip;
    }

    /** Sets the first class names. */
    @CanIgnoreReturnValue
    public Builder classes(String... names) {
      return classes(List.of(names));
    }

    /** Sets the first class names. */
    @CanIgnoreReturnValue
    public Builder classes(List<String> names) {
      classes = List.copyOf(names);
      return this;
    }

    /** Sets the folder of the session (default: {@code FOLDER.labels} next to the images). */
    @CanIgnoreReturnValue
    public Builder session(Path own) {
      session = own;
      return this;
    }

    /** Adds a folder with one folder per class. Its images train, but are never asked. */
    @CanIgnoreReturnValue
    public Builder labeled(Path examples) {
      labeled = examples;
      return this;
    }

    /** Sets the text of a class, with {@code {}} for its name. */
    @CanIgnoreReturnValue
    public Builder template(String text) {
      Templates.check(text);
      template = text;
      return this;
    }

    /** Sets the folder of the feature cache (default: features stay in memory). */
    @CanIgnoreReturnValue
    public Builder cache(Path features) {
      cache = features;
      return this;
    }

    /**
     * Sets the number of random images that measure the accuracy (default: 50). At most a quarter
     * of the folder is used, and 0 measures nothing.
     */
    @CanIgnoreReturnValue
    public Builder audit(int images) {
      check(images >= 0, "audit: expected 0 or more images, got " + images);
      audit = images;
      return this;
    }

    /** Sets the share of right images at which the person can stop, in percent (default: 90). */
    @CanIgnoreReturnValue
    public Builder target(double percent) {
      check(percent > 0 && percent <= 100, "target: expected 1 to 100 percent, got " + percent);
      target = percent;
      return this;
    }

    /** Sets the images of a page (default: 20). */
    @CanIgnoreReturnValue
    public Builder pageSize(int images) {
      check(images >= 1, "page: expected 1 image or more, got " + images);
      pageSize = images;
      return this;
    }

    /** Sets the seed of the random images (default: 1). */
    @CanIgnoreReturnValue
    public Builder seed(long value) {
      seed = value;
      return this;
    }

    /** Receives warnings. */
    @CanIgnoreReturnValue
    public Builder warnings(Consumer<String> receiver) {
      warnings = receiver;
      return this;
    }

    /** Receives the number of images that were read, also from other threads. */
    @CanIgnoreReturnValue
    public Builder progress(LongConsumer receiver) {
      progress = receiver;
      return this;
    }

    /** Ends the encoding when this becomes true. Encoded images stay in the cache. */
    @CanIgnoreReturnValue
    public Builder cancelled(BooleanSupplier condition) {
      cancelled = condition;
      return this;
    }

    private static void check(boolean holds, String message) {
      if (!holds) {
        throw KgCoopException.configuration(message);
      }
    }

    /**
     * Opens the session, or continues it. It reads the images that are not in the feature cache:
     * 500 of them before it returns, the others while you label. The random images of the audit are
     * drawn from all images.
     *
     * @throws KgCoopException if there is no readable image, the session is open elsewhere, its
     *     journal is damaged, or it was made with another CLIP
     */
    public Labeling open() {
      Path root = folder.toAbsolutePath().normalize();
      Path own = folderOfSession(folder, session);
      JournalFile journal = JournalFile.open(own, clip, warnings);
      try {
        return new Labeling(root, own, journal, this);
      } catch (RuntimeException | Error e) {
        journal.close();
        throw e;
      }
    }
  }

  /**
   * Sets up a session.
   *
   * @param folder a folder with images, also in subfolders
   */
  public static Builder of(Path folder, Clip clip) {
    return new Builder(folder, clip);
  }

  private final Path folder;
  private final Path sessionFolder;
  private final JournalFile journal;
  private final LabelSession session;
  private final SessionClasses classes;
  private final LabelFolder images;
  private final FolderReader reader;
  private final ExperimentContext context;
  private final boolean hasJoined;
  private final OpenPages open = new OpenPages();
  private List<LabelExample> examples = List.of();

  private Labeling(Path folder, Path sessionFolder, JournalFile journal, Builder options) {
    Clip clip = options.clip;
    this.folder = folder;
    this.sessionFolder = sessionFolder;
    this.journal = journal;
    List<LabelExample> labeled =
        options.labeled == null
            ? List.of()
            : LabelFolder.examples(options.labeled, options.warnings);
    FeatureCache cache = cache(clip, options);
    List<Path> others = new ArrayList<>(List.of(sessionFolder.toAbsolutePath().normalize()));
    if (options.labeled != null) {
      others.add(options.labeled.toAbsolutePath().normalize());
    }
    images = LabelFolder.list(folder, others, cache.hashes(), options.warnings);
    List<String> paths = images.images();
    String list = Sha256.of(String.join("\n", paths));
    List<JournalEntry> begun =
        journal.entries().isEmpty()
            ? SessionStart.entries(
                paths,
                new JournalEntry.Start(
                    JournalFile.FORMAT,
                    options.seed,
                    JournalFile.identity(clip),
                    paths.size(),
                    list,
                    options.pageSize,
                    options.audit,
                    options.target),
                options.warnings)
            : List.of();
    JournalEntry.Start start =
        (JournalEntry.Start) (begun.isEmpty() ? journal.entries() : begun).get(0);
    hasJoined = !start.list().equals(list);
    ClassTextFeatures texts = new ClassTextFeatures(clip, options.template);
    session = new LabelSession(paths, images.firstCopies(), texts, clip.logitScale(), start);
    classes = new SessionClasses(session.state(), texts, this::record);
    reader =
        new FolderReader(
            session, this, images, cache, options.warnings, options.progress, options.cancelled);
    context =
        new ExperimentContext(clip, cache, Progress.SILENT, options.warnings, options.cancelled);
    journal.replay(session);
    begin(begun, labeled, options);
  }

  private synchronized void begin(
      List<JournalEntry> begun, List<LabelExample> labeled, Builder options) {
    List<JournalEntry> added = new ArrayList<>(begun);
    Set<String> names = new LinkedHashSet<>(options.classes);
    labeled.stream().map(LabelExample::name).filter(each -> !each.equals(NONE)).forEach(names::add);
    added.addAll(classes.first(List.copyOf(names)));
    SessionStart.reportMissing(journal.entries(), session.state(), options.warnings);
    added.forEach(session::apply);
    reader.readFirst();
    Optional<JournalEntry.Read> grown = session.growth();
    grown.ifPresent(session::apply);
    grown.ifPresent(added::add);
    journal.append(added);
    train(labeled, options);
    reader.readOthers();
  }

  /**
   * Returns the folder of a session.
   *
   * @param folder the folder of the images
   * @param chosen the choice of the user; null for {@code FOLDER.labels} next to the images
   */
  public static Path folderOfSession(Path folder, @Nullable Path chosen) {
    Path root = folder.toAbsolutePath().normalize();
    return chosen != null ? chosen : root.resolveSibling(root.getFileName() + LabelJournal.SESSION);
  }

  /** Trains with the examples. Images that are also in the folder are left out: they are asked. */
  private void train(List<LabelExample> all, Builder options) {
    if (all.isEmpty()) {
      return;
    }
    Map<Path, float[]> features =
        context
            .cache()
            .upright(
                all.stream().map(LabelExample::file).toList(),
                false,
                problem -> options.warnings.accept(problem.reason().getMessage() + "; left out"),
                done -> {});
    Set<Path> copies = images.copiesOf(List.copyOf(features.keySet()));
    examples =
        all.stream()
            .filter(each -> features.containsKey(each.file()) && !copies.contains(each.file()))
            .toList();
    session
        .head()
        .addExamples(
            examples.stream()
                .map(each -> Objects.requireNonNull(features.get(each.file())))
                .toList(),
            examples.stream()
                .map(
                    each ->
                        each.name().equals(NONE) ? JournalEntry.NONE : classes.number(each.name()))
                .toList());
  }

  private static FeatureCache cache(Clip clip, Builder options) {
    ViewEncoder encoder = new ViewEncoder(clip, new Images(options.warnings));
    return options.cache == null
        ? FeatureCache.inMemory(encoder)
        : FeatureCache.optional(encoder, options.cache, options.warnings);
  }

  private void record(JournalEntry entry) {
    record(List.of(entry));
  }

  /** Writes entries to the disk, then lets them count. */
  private void record(List<? extends JournalEntry> entries) {
    journal.append(entries);
    entries.forEach(session::apply);
  }

  // ---- classes

  /** Returns the classes, in the order in which they were added. */
  public synchronized List<String> classes() {
    return classes.names();
  }

  /**
   * Returns the name of a class by its number. The number of a merged class has the name of the
   * other one. Nothing is returned for a number that was never given.
   */
  public synchronized Optional<String> className(int number) {
    LabelState state = session.state();
    return number >= 0 && number < state.classCount()
        ? Optional.of(state.name(state.current(number)))
        : Optional.empty();
  }

  /**
   * Adds classes, or none of them if one name is rejected. Images that the person called none of
   * the classes are asked again if the program now gives them to a new class.
   *
   * @param person who adds them
   * @throws KgCoopException if a name is empty, longer than 200 characters, or a class has it, also
   *     in another case, or if there would be more than 10,000 classes
   */
  public synchronized void addClasses(String person, List<String> names) {
    classes.add(names);
  }

  /** Renames a class. The new name changes its text and so the proposals. */
  public synchronized void rename(String person, String name, String newName) {
    classes.rename(name, newName);
  }

  /** Merges a class into another one, which gets its images. */
  public synchronized void merge(String person, String name, String into) {
    classes.merge(name, into);
  }

  /**
   * Deletes a class without images.
   *
   * @throws KgCoopException if an image has this class
   */
  public synchronized void delete(String person, String name) {
    throw new UnsupportedOperationException(name);
  }

  // ---- pages

  /**
   * Returns the next images to answer. The page is empty if nothing is left. If all images that
   * were read so far have an answer, this waits for more.
   */
  public synchronized Page next() {
    Page page = next("");
    while (page.images().isEmpty() && reader.awaitMore()) {
      page = next("");
    }
    return page.images().isEmpty() ? next("") : page;
  }

  /** Returns the step that is expected to correct most images per second. */
  public synchronized Page next(String person) {
    return page(person, null);
  }

  /**
   * Returns images of a kind: {@link Kind#AUDIT}, {@link Kind#MORE_AUDIT}, {@link Kind#UNUSUAL},
   * {@link Kind#SKIPPED} or {@link Kind#CHECK}.
   */
  public synchronized Page next(String person, Kind wanted) {
    return page(person, wanted == Kind.SKIPPED ? Kind.QUESTIONS : wanted);
  }

  private Page page(String caller, @Nullable Kind wanted) {
    Kind kind = wanted;
    if (classes().size() < 2) {
      throw KgCoopException.configuration(
          "labeling needs two classes, there %s; add a class"
              .formatted(classes().isEmpty() ? "is none" : "is one"));
    }
    session.growth().ifPresent(this::record);
    open.release(caller);
    if (kind == Kind.MORE_AUDIT) {
      List<Integer> drawn = session.drawMore(session.start().page());
      if (!drawn.isEmpty()) {
        record(new JournalEntry.Draw(paths(drawn), true));
      }
      kind = Kind.AUDIT;
    }
    LabelSession.Proposal proposal = session.next(kind, open.offered());
    boolean isBlind = proposal.kind().isBlind();
    Integer proposed = proposal.proposed();
    return new Page(
        open.open(caller, proposal),
        proposal.kind(),
        proposed == null ? null : name(proposed),
        paths(proposal.shown()).stream().map(Path::of).toList(),
        proposal.shown().stream()
            .map(
                image ->
                    isBlind
                        ? List.<String>of()
                        : session.head().likely(image, LIKELY_CLASSES).stream()
                            .map(this::name)
                            .toList())
            .toList(),
        Map.of());
  }

  /**
   * Returns images that a person will probably be shown after its open page: those of the next
   * pages if the answers change nothing, and the next ones of the audit. Nothing changes.
   */
  public synchronized List<Path> upcoming(String person) {
    if (classes().size() < 2) {
      return List.of();
    }
    Set<Integer> shown = new HashSet<>(open.offered().shown());
    Set<Integer> passed = new HashSet<>(open.offered().passed());
    List<Integer> upcoming = new ArrayList<>();
    for (int i = 0; i < UPCOMING_PAGES; i++) {
      LabelSession.Proposal next = session.next(null, new LabelSession.Offered(shown, passed));
      upcoming.addAll(next.shown());
      shown.addAll(next.shown());
      passed.addAll(next.passed());
    }
    upcoming.addAll(session.next(Kind.AUDIT, new LabelSession.Offered(shown, passed)).shown());
    return paths(upcoming).stream().map(Path::of).toList();
  }

  /**
   * Returns the distinct images, sorted, relative to the folder. Some may turn out to be
   * unreadable.
   */
  public List<Path> images() {
    return session.state().images().stream().map(Path::of).toList();
  }

  /** Returns images that show what the folder contains: those nearest to k-means centers. */
  public synchronized List<Path> overview(int count) {
    return paths(session.overview(count)).stream().map(Path::of).toList();
  }

  private String name(int number) {
    return number < 0 ? NONE : session.state().name(number);
  }

  private List<String> paths(List<Integer> images) {
    return images.stream().map(session.state().images()::get).toList();
  }

  /** Answers images of a page of {@link #next()}. See {@link #answer(String, int, Map, double)}. */
  @CanIgnoreReturnValue
  public Answered answer(Page page, Map<Path, String> labels) {
    return answer("", page.number(), labels, 0);
  }

  /**
   * Answers images of the open page of a person. When this returns, the answer is on the disk: one
   * entry of the journal. The page stays open for its other images.
   *
   * @param page the number of the page
   * @param labels a class, {@link #NONE} or {@link #SKIP} for some images of the page
   * @param seconds the time that the person took, for the journal; 0 if it is unknown
   * @throws StalePageException if the page is not open, or not of this person
   * @throws KgCoopException if an image is not on the page, or a class does not exist
   */
  public synchronized Answered answer(
      String person, int page, Map<Path, String> labels, double seconds) {
    LabelSession.Proposal proposal = open.get(page);
    Map<String, Integer> answers = new LinkedHashMap<>();
    for (String path : paths(proposal.shown())) {
      String answer = labels.get(Path.of(path));
      if (answer == null) {
        throw KgCoopException.configuration(path + ": has no answer");
      }
      answers.put(path, label(answer));
    }
    if (answers.size() != labels.size()) {
      throw KgCoopException.configuration(
          "expected answers for the %s images of the page, got %s"
              .formatted(answers.size(), labels.size()));
    }
    int step = nextStep();
    record(
        new JournalEntry.Page(
            step,
            proposal.kind(),
            proposal.proposed(),
            answers,
            paths(proposal.passed()),
            seconds > 0 ? seconds : null));
    open.close(page);
    return new Answered(step, List.of(), Map.of());
  }

  private int nextStep() {
    List<JournalEntry.Page> steps = session.state().steps();
    return steps.isEmpty() ? 1 : steps.get(steps.size() - 1).step() + 1;
  }

  private int label(String answer) {
    return answer.equals(NONE)
        ? JournalEntry.NONE
        : answer.equals(SKIP) ? JournalEntry.SKIP : classes.number(answer);
  }

  /**
   * Labels images that the person chose. Labeled images get the new label.
   *
   * @throws KgCoopException if an image of the audit was not asked yet, an image is not in the
   *     folder or not read yet, or a class does not exist
   */
  public synchronized Answered choose(String person, Map<Path, String> labels) {
    int step = nextStep();
    Map<String, Integer> answers = new LinkedHashMap<>();
    labels.forEach((image, answer) -> answers.put(image.toString(), label(answer)));
    record(new JournalEntry.Page(step, Kind.CHOSEN, null, answers, List.of(), null));
    return new Answered(step, List.of(), Map.of());
  }

  /**
   * Decides about an image of the check whose answer differed from its label.
   *
   * @param label the label that it keeps or gets
   */
  public synchronized Answered decide(String person, int page, Path image, String label) {
    throw new UnsupportedOperationException(image + label);
  }

  /**
   * Takes back the last answer of a person, or the last change of a class. The next page of this
   * person shows the images again.
   *
   * @return nothing if nothing is left to take back
   */
  public synchronized Optional<Undone> undo(String person) {
    List<JournalEntry.Page> steps = session.state().steps();
    if (steps.isEmpty()) {
      return Optional.empty();
    }
    JournalEntry.Page last = steps.get(steps.size() - 1);
    record(new JournalEntry.Undo(last.step()));
    open.closeAll();
    Map<Path, String> labels = new LinkedHashMap<>();
    last.labels()
        .forEach(
            (path, label) ->
                labels.put(
                    Path.of(path),
                    label == JournalEntry.SKIP ? SKIP : name(session.state().current(label))));
    return Optional.of(new Undone(last.kind(), labels));
  }

  /** Returns what {@link #undo} would take back, or nothing. */
  public synchronized Optional<UndoOffer> undoable(String person) {
    List<JournalEntry.Page> steps = session.state().steps();
    return steps.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new UndoOffer.Answers(
                steps.get(steps.size() - 1).kind(), steps.get(steps.size() - 1).labels().size()));
  }

  /** Frees the open page of a person who leaves. */
  public synchronized void leave(String person) {
    open.release(person);
  }

  /** Keeps the page of a person open. A person who is silent for 30 seconds leaves. */
  public synchronized void seen(String person) {}

  // ---- results

  /** Returns the progress of the session. */
  public synchronized Status status() {
    LabelStatus old = LabelStatus.of(session, reader.done(), !hasJoined);
    return new Status(
        old.classes().stream()
            .map(c -> new Status.ClassCount(c.number(), c.name(), c.labeled(), c.proposed()))
            .toList(),
        old.images(),
        old.read(),
        old.labeled(),
        old.none(),
        old.noneProposed(),
        old.skipped(),
        old.auditSize(),
        old.audited(),
        old.steps(),
        0,
        old.target(),
        old.canStop(),
        reader.unreadable().stream().map(Path::of).toList());
  }

  /** Returns what is known about the labels. */
  public synchronized Accuracy accuracy() {
    LabelStatus old = LabelStatus.of(session, reader.done(), !hasJoined);
    return new Accuracy(
        old.folder().isEmpty() ? Accuracy.State.NOT_MEASURED : Accuracy.State.MEASURED,
        old.folder().map(s -> new Share(s.low(), s.estimate(), s.low(), s.high(), s.images())),
        Optional.empty(),
        0,
        old.newImages().map(s -> new Share(s.low(), s.estimate(), s.low(), s.high(), s.images())),
        new Accuracy.Joined(0, 0));
  }

  /**
   * Returns the class of every readable image, copies included, sorted by path. It waits until all
   * images are read.
   *
   * @throws KgCoopException if there are fewer than two classes, or the reading ends early
   */
  public synchronized List<LabeledImage> results() {
    if (classes().size() < 2) {
      throw KgCoopException.configuration(
          sessionFolder + ": expected two classes; name them with --classes");
    }
    awaitImages();
    LabelState state = session.state();
    SessionHead.Result all = session.result();
    List<LabeledImage> results = new ArrayList<>();
    for (int i = 0; i < state.images().size(); i++) {
      if (state.isGone(i)) {
        continue;
      }
      LabeledImage.Source source =
          !state.isLabeled(i)
              ? LabeledImage.Source.HEAD
              : state.isAudit(i) ? LabeledImage.Source.AUDIT : LabeledImage.Source.PERSON;
      String name = name(all.classes()[i]);
      for (String copy : images.copies(state.images().get(i))) {
        results.add(new LabeledImage(Path.of(copy), name, source, all.probabilities()[i]));
      }
    }
    results.sort(Comparator.comparing(result -> result.image().toString()));
    return results;
  }

  /**
   * Waits until all images are read, and lets them take part in the choice.
   *
   * @throws KgCoopException if the reading ends early
   */
  public synchronized void awaitImages() {
    while (reader.awaitMore()) {
      session.growth().ifPresent(this::record);
    }
    session.growth().ifPresent(this::record);
  }

  /**
   * The results and their files.
   *
   * @param results the class of every readable image, as {@link #results}
   * @param labels the file that lists them
   * @param classifier the trained classifier; empty if the labels do not suffice
   * @param problem why there is no classifier, otherwise empty
   */
  public record Written(
      List<LabeledImage> results, Path labels, Optional<Path> classifier, String problem) {
    public Written {
      results = List.copyOf(results);
    }
  }

  /** Writes the results with the default limit of two minutes for the training. */
  @CanIgnoreReturnValue
  public Written write(Path out) {
    return write(out, MINUTES, step -> {});
  }

  /**
   * Writes {@code labels.csv}, the journal, and a classifier that is trained on all labels as
   * {@code adapt} does. It waits until all images are read. The session stays open.
   *
   * @param out the folder of the session, an empty or new folder, or one with earlier results
   * @param minutes the time limit of the training
   * @param progress receives what is being done, in a few words
   * @throws KgCoopException if there are fewer than two classes, the folder has other files, or it
   *     cannot be written
   */
  public Written write(Path out, double minutes, Consumer<String> progress) {
    int read = reader.done();
    if (read < images().size()) {
      progress.accept("reading the other %s images".formatted(images().size() - read));
    }
    List<LabeledImage> all = results();
    LabelResults results = new LabelResults(folder, sessionFolder, out, classes(), all, examples());
    progress.accept("writing labels.csv");
    Path labels = results.writeList();
    progress.accept("training a classifier");
    try {
      return new Written(all, labels, Optional.of(results.train(context, minutes)), "");
    } catch (KgCoopException e) {
      if (e.category() == KgCoopException.Category.INTERRUPTED) {
        throw e;
      }
      return new Written(all, labels, Optional.empty(), String.valueOf(e.getMessage()));
    }
  }

  /** Returns the readable labeled images of the other folder. */
  public synchronized List<LabelExample> examples() {
    return examples;
  }

  /** Returns the folder of the images. */
  public Path folder() {
    return folder;
  }

  /** Returns the folder of the session. */
  public Path session() {
    return sessionFolder;
  }

  /** Returns why the reading of the images ended early, or an empty text. */
  public String readingProblem() {
    KgCoopException failure = reader.failure();
    return failure == null ? "" : String.valueOf(failure.getMessage());
  }

  /**
   * Answers all pages from a list of classes, without a person. It writes the same journal.
   *
   * @param truth the class of each image by its path relative to the folder, {@link #NONE} for none
   *     of the classes; classes that do not exist are added when their first image is answered
   * @throws KgCoopException if an image has no class
   */
  public synchronized void simulate(
      Map<String, String> truth, Simulation.Settings settings, Consumer<Simulation.Step> steps) {
    awaitImages();
    List<String> classes = new ArrayList<>();
    for (String image : session.state().images()) {
      String name = truth.get(image);
      if (name == null && session.state().isGone(classes.size())) {
        name = NONE; // it is never asked
      } else if (name == null) {
        throw KgCoopException.data(image + ": has no class in the list of --simulate");
      }
      classes.add(name);
    }
    new Simulation(session, this::record, classes, settings).run(steps);
  }

  /** Writes the end of the session to the journal. */
  public synchronized void finish() {
    record(new JournalEntry.Finish());
  }

  /** Ends the session. Images that are not read yet are read when it is opened again. */
  @Override
  public void close() {
    reader.close(); // its thread needs the lock
    synchronized (this) {
      session.close();
      journal.close();
    }
  }
}
