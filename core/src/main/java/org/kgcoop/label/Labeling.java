package org.kgcoop.label;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
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
import org.kgcoop.runs.JournalEntry.Kind;
import org.kgcoop.runs.LabelJournal;
import org.kgcoop.trial.ExperimentContext;

/**
 * Labels a folder of images with the help of CLIP: it chooses the next images, learns from each
 * answer, and measures the accuracy on random images.
 *
 * <pre>{@code
 * try (Labeling labeling =
 *     Labeling.open(Path.of("photos"), clip, Labeling.Options.defaults().withClasses("owl", "cat"))) {
 *   Labeling.Page page = labeling.next();
 *   labeling.answer(page, Map.of(page.images().get(0), "owl")); // or Labeling.NONE, Labeling.SKIP
 *   labeling.accuracy().ifPresent(System.out::println);
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

  /** The wanted kind of a page of undecided images. */
  public static final String SKIPPED = "skipped";

  private static final int LIKELY_CLASSES = 9;
  private static final int UPCOMING_PAGES = 2;
  private static final double MINUTES = 2; // of the training of a classifier

  /**
   * The settings of a session. An existing session keeps its seed, page size, audit and target.
   *
   * @param classes the first class names
   * @param session the folder of the session; null for {@code FOLDER.labels}
   * @param template a text with {@code {}} for the class name
   * @param cache the folder of the feature cache; null to keep features in memory
   * @param audit the number of random images that measure the accuracy; at most a quarter of the
   *     folder is used, and 0 measures nothing
   * @param target the share of right images at which the person can stop, in percent
   * @param page the images of a page
   * @param warnings receives warnings
   * @param progress receives the number of images that were read, also from other threads
   * @param cancelled true to stop the encoding; encoded images stay in the cache
   * @param labeled a folder with one folder per class; its images train, but are never asked; null
   *     for none
   */
  public record Options(
      List<String> classes,
      @Nullable Path session,
      String template,
      @Nullable Path cache,
      int audit,
      double target,
      int page,
      long seed,
      Consumer<String> warnings,
      LongConsumer progress,
      BooleanSupplier cancelled,
      @Nullable Path labeled) {
    public Options {
      classes = List.copyOf(classes);
      Templates.check(template);
      if (audit < 0 || page < 1 || !(target > 0 && target <= 100)) {
        throw KgCoopException.configuration(
            "labeling: expected an audit of at least 0, a page of at least 1 and a target of 1 to"
                + " 100 percent, got %s, %s and %s".formatted(audit, page, target));
      }
    }

    /** Returns an audit of 50 images, a target of 90 %, pages of 20 images and seed 1. */
    public static Options defaults() {
      return new Options(
          List.of(),
          null,
          Templates.DEFAULT,
          null,
          50,
          90,
          20,
          1,
          w -> {},
          n -> {},
          () -> false,
          null);
    }

    /** Replaces the first class names. */
    public Options withClasses(String... names) {
      return new Options(
          List.of(names),
          session,
          template,
          cache,
          audit,
          target,
          page,
          seed,
          warnings,
          progress,
          cancelled,
          labeled);
    }

    /** Replaces the folder of the session. */
    public Options withSession(Path folder) {
      return new Options(
          classes, folder, template, cache, audit, target, page, seed, warnings, progress,
          cancelled, labeled);
    }

    /** Adds a folder of labeled images, with one folder per class. */
    public Options withLabeled(Path examples) {
      return new Options(
          classes, session, template, cache, audit, target, page, seed, warnings, progress,
          cancelled, examples);
    }
  }

  /**
   * A group of images to answer.
   *
   * @param number identifies the page in answers
   * @param kind {@code questions}, {@code page}, {@code unusual}, {@code audit}, {@code more-audit}
   *     or {@code again}
   * @param proposed the proposed class of a page, {@link #NONE}, or null for other kinds
   * @param images the images, relative to the folder; empty if nothing is left to ask
   * @param likely the most probable classes of each image, best first; empty in an audit
   */
  public record Page(
      int number,
      String kind,
      @Nullable String proposed,
      List<Path> images,
      List<List<String>> likely) {}

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

  private Labeling(
      Path folder, Path sessionFolder, JournalFile journal, Clip clip, Options options) {
    this.folder = folder;
    this.sessionFolder = sessionFolder;
    this.journal = journal;
    List<LabelExample> labeled =
        options.labeled() == null
            ? List.of()
            : LabelFolder.examples(options.labeled(), options.warnings());
    FeatureCache cache = cache(clip, options);
    List<Path> others = new ArrayList<>(List.of(sessionFolder.toAbsolutePath().normalize()));
    if (options.labeled() != null) {
      others.add(options.labeled().toAbsolutePath().normalize());
    }
    images = LabelFolder.list(folder, others, cache.hashes(), options.warnings());
    List<String> paths = images.images();
    String list = Sha256.of(String.join("\n", paths));
    List<JournalEntry> begun =
        journal.entries().isEmpty()
            ? SessionStart.entries(
                paths,
                new JournalEntry.Start(
                    JournalFile.FORMAT,
                    options.seed(),
                    JournalFile.identity(clip),
                    paths.size(),
                    list,
                    options.page(),
                    options.audit(),
                    options.target()),
                options.warnings())
            : List.of();
    JournalEntry.Start start =
        (JournalEntry.Start) (begun.isEmpty() ? journal.entries() : begun).get(0);
    hasJoined = !start.list().equals(list);
    ClassTextFeatures texts = new ClassTextFeatures(clip, options.template());
    session = new LabelSession(paths, images.firstCopies(), texts, clip.logitScale(), start);
    classes = new SessionClasses(session.state(), texts, this::record);
    reader =
        new FolderReader(
            session,
            this,
            images,
            cache,
            options.warnings(),
            options.progress(),
            options.cancelled());
    context =
        new ExperimentContext(
            clip, cache, Progress.SILENT, options.warnings(), options.cancelled());
    journal.replay(session);
    begin(begun, labeled, options);
  }

  private synchronized void begin(
      List<JournalEntry> begun, List<LabelExample> labeled, Options options) {
    List<JournalEntry> added = new ArrayList<>(begun);
    Set<String> names = new LinkedHashSet<>(options.classes());
    labeled.stream().map(LabelExample::name).filter(each -> !each.equals(NONE)).forEach(names::add);
    added.addAll(classes.first(List.copyOf(names)));
    SessionStart.reportMissing(journal.entries(), session.state(), options.warnings());
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
   * Opens a session, or continues it. It reads the images that are not in the feature cache: 500 of
   * them before it returns, the others while you label. The random images of the audit are drawn
   * from all images.
   *
   * @param folder a folder with images, also in subfolders
   * @throws KgCoopException if there is no readable image, the session is open elsewhere, its
   *     journal is damaged, or it was made with another CLIP
   */
  public static Labeling open(Path folder, Clip clip, Options options) {
    Path root = folder.toAbsolutePath().normalize();
    Path own = folderOfSession(folder, options.session());
    JournalFile journal = JournalFile.open(own, clip, options.warnings());
    try {
      return new Labeling(root, own, journal, clip, options);
    } catch (RuntimeException | Error e) {
      journal.close();
      throw e;
    }
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
  private void train(List<LabelExample> all, Options options) {
    if (all.isEmpty()) {
      return;
    }
    Map<Path, float[]> features =
        context
            .cache()
            .upright(
                all.stream().map(LabelExample::file).toList(),
                false,
                problem -> options.warnings().accept(problem.reason().getMessage() + "; left out"),
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

  private static FeatureCache cache(Clip clip, Options options) {
    ViewEncoder encoder = new ViewEncoder(clip, new Images(options.warnings()));
    return options.cache() == null
        ? FeatureCache.inMemory(encoder)
        : FeatureCache.optional(encoder, options.cache(), options.warnings());
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
   * Adds a class.
   *
   * @return its number
   * @throws KgCoopException if the name is empty, longer than 200 characters, or a class has it,
   *     also in another case
   */
  @CanIgnoreReturnValue
  public synchronized int addClass(String name) {
    int number = session.state().classCount();
    addClasses(List.of(name));
    return number;
  }

  /**
   * Adds classes, or none of them if one name is rejected.
   *
   * @throws KgCoopException as {@link #addClass}, or if there would be more than 10,000 classes
   */
  public synchronized void addClasses(List<String> names) {
    classes.add(names);
  }

  /** Renames a class. The new name changes its text and so the proposals. */
  public synchronized void rename(String name, String newName) {
    classes.rename(name, newName);
  }

  /** Merges a class into another one, which gets its images. */
  public synchronized void merge(String name, String into) {
    classes.merge(name, into);
  }

  // ---- pages

  /**
   * Returns the next images to answer. The page is empty if nothing is left. If all images that
   * were read so far have an answer, this waits for more.
   */
  public synchronized Page next() {
    Page page = next("", "");
    while (page.images().isEmpty() && reader.awaitMore()) {
      page = next("", "");
    }
    return page.images().isEmpty() ? next("", "") : page;
  }

  /**
   * Returns the next images to answer. Each caller has one open page at most. No image is offered
   * to two callers at once; an open page is free again after ten minutes. The page is also empty if
   * all images that were read so far have an answer.
   *
   * @param caller identifies the browser or thread that asks
   * @param wanted {@code audit}, {@code more-audit}, {@code unusual}, {@code again} or {@link
   *     #SKIPPED}; empty for the step that is expected to correct most images per second
   * @throws KgCoopException if there are fewer than two classes
   */
  public synchronized Page next(String caller, String wanted) {
    Kind kind = wanted.equals(SKIPPED) ? Kind.QUESTIONS : kind(wanted);
    if (classes().size() < 2 && kind != Kind.UNUSUAL) {
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
    boolean isBlind = proposal.kind() == Kind.AUDIT || proposal.kind() == Kind.MORE_AUDIT;
    Integer proposed = proposal.proposed();
    return new Page(
        open.open(caller, proposal),
        proposal.kind().id(),
        proposed == null ? null : name(proposed),
        paths(proposal.shown()).stream().map(Path::of).toList(),
        isBlind
            ? List.of()
            : proposal.shown().stream()
                .map(
                    image ->
                        session.head().likely(image, LIKELY_CLASSES).stream()
                            .map(this::name)
                            .toList())
                .toList());
  }

  /**
   * Returns images that a caller will probably be shown after its open page: those of the next
   * pages if the answers change nothing, and the next ones of the audit. Nothing changes.
   */
  public synchronized List<Path> upcoming() {
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

  private static @Nullable Kind kind(String wanted) {
    if (wanted.isEmpty()) {
      return null;
    }
    return Arrays.stream(Kind.values())
        .filter(kind -> kind.id().equals(wanted))
        .filter(kind -> kind != Kind.QUESTIONS && kind != Kind.PAGE)
        .findFirst()
        .orElseThrow(
            () ->
                KgCoopException.configuration(
                    "kind \"%s\": expected audit, more-audit, unusual, again or skipped"
                        .formatted(wanted)));
  }

  private String name(int number) {
    return number < 0 ? NONE : session.state().name(number);
  }

  private List<String> paths(List<Integer> images) {
    return images.stream().map(session.state().images()::get).toList();
  }

  /** Answers a page without its time. See {@link #answer(int, Map, double)}. */
  public void answer(Page page, Map<Path, String> labels) {
    answer(page.number(), labels, 0);
  }

  /**
   * Answers an open page. When this returns, the answer is on the disk.
   *
   * @param number the number of the page
   * @param labels a class, {@link #NONE} or {@link #SKIP} for each image of the page
   * @param seconds the time that the person took, for the journal; 0 if it is unknown
   * @throws StalePageException if the page was answered, or is no longer open
   * @throws KgCoopException if an image has no answer, or a class does not exist
   */
  public synchronized void answer(int number, Map<Path, String> labels, double seconds) {
    LabelSession.Proposal proposal = open.get(number);
    Map<String, Integer> answers = new LinkedHashMap<>();
    for (String path : paths(proposal.shown())) {
      String answer = labels.get(Path.of(path));
      if (answer == null) {
        throw KgCoopException.configuration(path + ": has no answer");
      }
      answers.put(
          path,
          answer.equals(NONE)
              ? JournalEntry.NONE
              : answer.equals(SKIP) ? JournalEntry.SKIP : classes.number(answer));
    }
    if (answers.size() != labels.size()) {
      throw KgCoopException.configuration(
          "expected answers for the %s images of the page, got %s"
              .formatted(answers.size(), labels.size()));
    }
    List<JournalEntry.Page> steps = session.state().steps();
    int step = steps.isEmpty() ? 1 : steps.get(steps.size() - 1).step() + 1;
    record(
        new JournalEntry.Page(
            step,
            proposal.kind(),
            proposal.proposed(),
            answers,
            paths(proposal.passed()),
            seconds > 0 ? seconds : null));
    open.close(number);
  }

  /**
   * Takes back the last step. Its images are asked again.
   *
   * @return the images of the step, or nothing if there is no step
   */
  public synchronized List<Path> undo() {
    List<JournalEntry.Page> steps = session.state().steps();
    if (steps.isEmpty()) {
      return List.of();
    }
    JournalEntry.Page last = steps.get(steps.size() - 1);
    record(new JournalEntry.Undo(last.step()));
    open.closeAll(); // the pages depended on the step
    return last.labels().keySet().stream().map(Path::of).toList();
  }

  /**
   * A step.
   *
   * @param number counted from 1
   * @param kind as in {@link Page}
   * @param labels the class of each image, {@link #NONE} or {@link #SKIP}, in the order of the page
   */
  public record Step(int number, String kind, Map<Path, String> labels) {
    public Step {
      labels = Collections.unmodifiableMap(new LinkedHashMap<>(labels));
    }
  }

  /** Returns the step that {@link #undo} would take back, or nothing if there is none. */
  public synchronized Optional<Step> lastStep() {
    List<JournalEntry.Page> steps = session.state().steps();
    if (steps.isEmpty()) {
      return Optional.empty();
    }
    JournalEntry.Page last = steps.get(steps.size() - 1);
    Map<Path, String> labels = new LinkedHashMap<>();
    last.labels()
        .forEach(
            (path, label) ->
                labels.put(
                    Path.of(path),
                    label == JournalEntry.SKIP ? SKIP : name(session.state().current(label))));
    return Optional.of(new Step(last.step(), last.kind().id(), labels));
  }

  /** Returns the number of labels to check again: doubtful ones, and random ones. */
  public synchronized int toCheckAgain() {
    return classes().size() < 2 ? 0 : session.toCheckAgain();
  }

  /**
   * Returns the number of the class that was changed after the last step: added, renamed or merged.
   * The first classes of a session are no change.
   */
  public synchronized OptionalInt lastChangedClass() {
    return session.state().lastChangedClass();
  }

  /** Takes back the last change of a class, if {@link #lastChangedClass} is present. */
  public synchronized void undoClassChange() {
    session
        .state()
        .lastChangedClass()
        .ifPresent(
            number -> {
              record(new JournalEntry.ClassUndo(number));
              open.closeAll(); // the pages may show the class
            });
  }

  // ---- results

  /** Returns the progress of the session. */
  public synchronized LabelStatus status() {
    return LabelStatus.of(session, reader.done(), !hasJoined);
  }

  /** Returns the share of the folder that is right, or nothing before it is measured. */
  public Optional<Audit.Share> accuracy() {
    return status().folder();
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

  /** Returns the images that cannot be read so far, relative to the folder. */
  public List<String> unreadable() {
    return reader.unreadable();
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
