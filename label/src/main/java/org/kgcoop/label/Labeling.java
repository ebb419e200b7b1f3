package org.kgcoop.label;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.Templates;
import org.kgcoop.features.FeatureCache;
import org.kgcoop.features.ViewEncoder;
import org.kgcoop.image.Images;
import org.kgcoop.image.RgbImage;
import org.kgcoop.journal.JournalEntry;
import org.kgcoop.journal.JournalNames;
import org.kgcoop.journal.Kind;
import org.kgcoop.journal.LabelJournal;
import org.kgcoop.label.SessionHead.Guess;
import org.kgcoop.progress.Progress;
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

  private static final double MINUTES = 2; // of the training of a classifier

  /** The settings of a session. An existing session keeps its seed, page size, audit and target. */
  public static final class Builder {
    private final Path folder;
    private final Clip clip;
    private List<String> classes = List.of();
    private @Nullable Path session;
    private @Nullable Path labeled;
    private boolean usesKeywords;
    private @Nullable Path cache;
    private String template = Templates.DEFAULT;
    private int audit = 50;
    private double target = 90;
    private int pageSize = 20;
    private long seed = 1;
    private int first = FolderReader.FIRST;
    private Consumer<String> warnings = warning -> {};
    private LongConsumer progress = images -> {};
    private BooleanSupplier cancelled = () -> false;
    private BiConsumer<Path, RgbImage> decoded = (file, image) -> {};

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

    /**
     * Takes keywords of the images as labels: those that are class names, or all without class
     * names. Such images train, but are never asked. Keywords that kgcoop added do not count.
     */
    @CanIgnoreReturnValue
    public Builder keywords(boolean used) {
      usesKeywords = used;
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

    /** Sets the number of images that are read before {@link #open} returns. Tests read fewer. */
    @CanIgnoreReturnValue
    Builder first(int images) {
      first = images;
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

    /**
     * Receives the images that are decoded for their features, from any thread, so that a program
     * can show them without decoding them again. Large JPEG photos are decoded at a part of their
     * size. Images with a cached feature are not decoded.
     */
    @CanIgnoreReturnValue
    public Builder decoded(BiConsumer<Path, RgbImage> receiver) {
      decoded = receiver;
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
      Path own = folderOfSession(folder, session);
      JournalFile journal = JournalFile.open(own, FolderSource.identity(clip), warnings);
      try {
        ViewEncoder encoder = new ViewEncoder(clip, new Images(warnings), decoded);
        FeatureCache features =
            cache == null
                ? FeatureCache.inMemory(encoder)
                : FeatureCache.optional(encoder, cache, warnings);
        return new Labeling(
            new FolderSource(
                folder.toAbsolutePath().normalize(),
                own,
                Optional.ofNullable(labeled),
                usesKeywords ? Optional.of(classes) : Optional.empty(),
                template,
                new ExperimentContext(clip, features, Progress.SILENT, warnings, cancelled),
                first,
                progress),
            journal,
            new SessionSettings(
                classes, pageSize, audit, target, seed, FolderSource.identity(clip), warnings),
            InstantSource.system());
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

  private final SessionSource source;
  private final Journal journal;
  private final LabelSession session;
  private final LabelState state;
  private final SessionClasses classes;
  private final SessionAccuracy accuracy;
  private final SessionFiles files;
  private final ImageReader reader;
  private final OpenPages pages;
  private final SessionAnswers answers;
  private final SessionUndo undo;
  private final Gallery gallery;
  private final List<JournalEntry> opening = new ArrayList<>(); // entries to write
  private boolean isOpen;
  private boolean isClosed;
  private List<LabelExample> examples = List.of();
  private List<String> changes = List.of();

  /** Opens a session; the tests and simulations have their own sources. */
  Labeling(SessionSource source, Journal journal, SessionSettings settings, InstantSource clock) {
    this.source = source;
    this.journal = journal;
    List<JournalEntry> entries = JournalNames.ofToday(journal.entries());
    FolderChanges before = FolderChanges.of(JournalNames.contents(entries), source);
    List<JournalEntry> renamed = new ArrayList<>(journal.entries());
    before.entry().ifPresent(renamed::add);
    entries = JournalNames.ofToday(renamed);
    List<JournalEntry> begun =
        entries.isEmpty() ? settings.firstEntries(source.folder().images()) : List.of();
    JournalEntry.Start start = (JournalEntry.Start) (begun.isEmpty() ? entries : begun).get(0);
    session =
        new LabelSession(
            source.folder().images(),
            source.folder().copies(),
            source.texts(),
            source.scale(),
            start);
    state = session.state();
    pages = new OpenPages(session, clock);
    accuracy = new SessionAccuracy(session);
    classes = new SessionClasses(state, session.head(), source.texts(), this::record);
    files =
        new SessionFiles(
            source, session, JournalNames.contents(entries), this::write, settings.warnings());
    answers = new SessionAnswers(session, classes, pages, files, this::record);
    undo = new SessionUndo(state, pages, this::record);
    reader = source.reader(session, this, files::read);
    gallery = new Gallery(session, classes, source::textFeature);
    journal.replay(entries, session);
    begin(begun, entries, before, settings);
  }

  private synchronized void begin(
      List<JournalEntry> begun,
      List<JournalEntry> entries,
      FolderChanges before,
      SessionSettings settings) {
    before.entry().ifPresent(opening::add);
    Consumer<JournalEntry> add =
        entry -> {
          session.apply(entry);
          opening.add(entry);
        };
    begun.forEach(add);
    classes.first(settings.classes(), source.exampleNames()).forEach(add);
    changes = before.lines(entries, state);
    changes.forEach(settings.warnings());
    settings.joined(session).ifPresent(add);
    reader.readFirst();
    session.growth().ifPresent(add);
    journal.append(opening);
    isOpen = true;
    Map<LabelExample, float[]> features = source.examples();
    examples = List.copyOf(features.keySet());
    session
        .head()
        .addExamples(List.copyOf(features.values()), examples.stream().map(this::label).toList());
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

  private void record(JournalEntry entry) {
    record(List.of(entry));
  }

  /** Writes entries to the disk, then lets them count. */
  private void record(List<? extends JournalEntry> entries) {
    journal.append(entries);
    entries.forEach(session::apply);
  }

  /** Writes an entry that changes nothing in the session. */
  private void write(JournalEntry entry) {
    if (isOpen) {
      journal.append(List.of(entry));
    } else {
      opening.add(entry);
    }
  }

  /**
   * Returns what happened to the folder since the session was open: images with other names, other
   * pictures, new images, and labeled images that are not there any more. One line per kind.
   */
  public List<String> changes() {
    return changes;
  }

  // ---- classes

  /** Returns the classes, in the order in which they were added. */
  public synchronized List<String> classes() {
    return classes.names();
  }

  /**
   * Returns the name of a class by its number, also of a merged one. Nothing is returned for a
   * number that was never given, and for deleted classes.
   */
  public synchronized Optional<String> className(int number) {
    return state.isClass(number) ? Optional.of(state.ownName(number)) : Optional.empty();
  }

  /**
   * Adds classes, or none of them if one name is rejected. Images that the person called none of
   * the classes are asked again if the program now gives them to a new class.
   *
   * @throws KgCoopException if a name is empty, longer than 200 characters, or a class has it, also
   *     in another case, or if there would be more than 10,000 classes
   */
  public synchronized void addClasses(Sender from, List<String> names) {
    classes.add(from, names);
  }

  /** Renames a class. The new name changes its text and so the proposals. */
  public synchronized void rename(Sender from, String name, String newName) {
    classes.rename(from, name, newName);
  }

  /** Merges a class into another one, which gets its images. */
  public synchronized void merge(Sender from, String name, String into) {
    classes.merge(from, name, into);
  }

  /**
   * Deletes a class without images.
   *
   * @throws KgCoopException if an image has this class
   */
  public synchronized void delete(Sender from, String name) {
    classes.delete(from, name);
  }

  /** Returns the number of the last stored action of a person, or 0. */
  public synchronized long lastNumber(String person) {
    return state.repeated().lastNumber(person);
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

  /**
   * Returns the next images for a person: those that the person took back, or the step that is
   * expected to correct most images per second. The page is empty if nothing is left, or if others
   * have the rest. No image is on the pages of two persons. A person has one page at a time; the
   * images that it has no answer for are free again.
   *
   * @param person identifies a tab of the browser, or a thread
   * @throws KgCoopException if there are fewer than two classes
   */
  public synchronized Page next(String person) {
    return next(person, Kind.PAGE);
  }

  /**
   * Returns the next images of a kind.
   *
   * @param wanted {@link Kind#AUDIT}, {@link Kind#MORE_AUDIT} (which draws random images first),
   *     {@link Kind#UNUSUAL}, {@link Kind#SKIPPED}, {@link Kind#NONE_AGAIN} or {@link Kind#CHECK}
   *     (which draws a check of the whole folder, unless one is open, or nothing has changed
   *     since); any other kind for what {@link #next(String)} returns
   * @throws KgCoopException if there are fewer than two classes
   */
  public synchronized Page next(String person, Kind wanted) {
    if (!state.canFit()) {
      throw KgCoopException.configuration(
          "labeling needs two classes, there %s; add a class"
              .formatted(classes().isEmpty() ? "is none" : "is one"));
    }
    session.growth().ifPresent(this::record);
    if (wanted == Kind.MORE_AUDIT) {
      List<Integer> drawn = session.drawMore(session.start().page());
      if (!drawn.isEmpty()) {
        record(new JournalEntry.Draw(state.paths(drawn)));
      }
    }
    if (wanted == Kind.CHECK && accuracy.all().checkLeft() == 0 && !state.checks().isLast()) {
      record(accuracy.drawCheck());
    }
    return pages.next(person, wanted);
  }

  /**
   * Returns the page that a person has, with the images that nobody has answered yet. Nothing is
   * returned if there is none, such as after the program was started again.
   */
  public synchronized Optional<Page> openPage(String person) {
    return pages.current(person);
  }

  /**
   * Returns images that a person will probably be shown after the open page: those of the next
   * pages if the answers change nothing, and the next ones of the audit. Nothing changes.
   */
  public synchronized List<Path> upcoming(String person) {
    return state.canFit() ? pages.upcoming(person).stream().map(state::path).toList() : List.of();
  }

  /**
   * Returns the distinct images, sorted, relative to the folder. Some may turn out to be
   * unreadable.
   */
  public List<Path> images() {
    return state.images().stream().map(Path::of).toList();
  }

  /** Returns images that show what the folder contains: those nearest to k-means centers. */
  public synchronized List<Path> overview(int count) {
    return session.head().overview(count).stream().map(state::path).toList();
  }

  /** Returns the class of an example, which may have another name by now. */
  private int label(LabelExample example) {
    return example.name().equals(NONE)
        ? JournalEntry.NONE
        : state.named(example.name()).or(() -> state.everNamed(example.name())).orElseThrow();
  }

  // ---- answers

  /** Answers images of a page of {@link #next()}, with classes that exist. */
  @CanIgnoreReturnValue
  public Answered answer(Page page, Map<Path, String> labels) {
    return answer(Sender.of(""), page.number(), List.of(), labels, 0);
  }

  /**
   * Answers images of the page of a person. When this returns, the answer is on the disk: one entry
   * of the journal. The page stays open for its other images until the person asks for the next
   * one. Images that were answered elsewhere meanwhile are left out and named; the others count.
   *
   * @param page the number of the page
   * @param added the names of classes to add; those that exist stay as they are
   * @param labels a class, {@link #NONE} or {@link #SKIP} for some images of the page
   * @param seconds the time that the person took, for the journal; 0 if it is unknown
   * @throws StalePageException if the person has another page now, or has sent a later action
   * @throws KgCoopException if there is no answer, an image is not on the page, a class does not
   *     exist, or the name of a new one is not valid
   */
  @CanIgnoreReturnValue
  public synchronized Answered answer(
      Sender from, int page, List<String> added, Map<Path, String> labels, double seconds) {
    return answers.answer(from, page, added, labels, seconds);
  }

  /**
   * Labels images that the person chose, as one answer. Labeled images get the new label.
   *
   * @param added the names of classes to add; those that exist stay as they are
   * @param labels a class, {@link #NONE} or {@link #SKIP} for each image
   * @throws StalePageException if the person has sent a later action
   * @throws KgCoopException if there is no image, one is not in the folder, not read yet or in the
   *     audit without an answer, a class does not exist, or the name of a new one is not valid
   */
  @CanIgnoreReturnValue
  public synchronized Answered choose(Sender from, List<String> added, Map<Path, String> labels) {
    return answers.choose(from, added, labels);
  }

  /**
   * Decides about an image of the check whose answer differed from its label.
   *
   * @param page the number of the page of the image
   * @param added the names of classes to add; those that exist stay as they are
   * @param label the label that it keeps or gets
   * @throws StalePageException if the person has another page now, or has sent a later action
   * @throws KgCoopException if nothing is to decide about the image, or the class does not exist
   */
  @CanIgnoreReturnValue
  public synchronized Answered decide(
      Sender from, int page, Path image, List<String> added, String label) {
    return answers.decide(from, page, image, added, label);
  }

  /**
   * Takes back the last answer of a person, or the last change of a class, that nothing of others
   * depends on. A class that was added with the answer stays if others use it. The next page of
   * this person shows exactly its images again, except after {@link #choose}.
   *
   * @return nothing if nothing is left to take back
   * @throws StalePageException if the person has sent a later action
   */
  public synchronized Optional<Undone> undo(Sender from) {
    return undo.undo(from);
  }

  /** Returns what {@link #undo} would take back, or nothing. */
  public synchronized Optional<UndoOffer> undoable(String person) {
    return undo.offer(person);
  }

  /** Frees the page of a person who leaves. Images that were taken back are asked in turn. */
  public synchronized void leave(String person) {
    pages.leave(person);
  }

  /**
   * Says that a person is still there. The images of a person who was silent for 30 seconds are
   * free for others.
   */
  public synchronized void seen(String person) {
    pages.seen(person);
  }

  // ---- all images

  /**
   * Returns the images of a view, as positions in {@link #images}. Random images of the audit that
   * were not asked yet are in no view.
   *
   * @throws KgCoopException if the class or image of the view does not exist
   */
  public synchronized int[] view(View view) {
    return gallery.images(view);
  }

  /**
   * Returns the labels of images, given by a person or by the program.
   *
   * @param positions in {@link #images}, of a view
   * @throws KgCoopException if an image may not be shown
   */
  public synchronized List<LabeledImage> labels(List<Integer> positions) {
    return gallery.labels(positions);
  }

  /**
   * Classifies all images of a large folder, so that a view of a class is there at once. Others can
   * answer meanwhile.
   */
  public void prepareViews() {
    boolean isLeft = true;
    while (isLeft) {
      synchronized (this) {
        isLeft = !isClosed && state.canFit() && gallery.prepare();
      }
    }
  }

  // ---- results

  /** Returns the progress of the session. */
  public synchronized Status status() {
    List<Path> unreadable = new ArrayList<>(reader.unreadable());
    unreadable.addAll(files.left());
    return Status.of(session, accuracy(), reader.done(), unreadable);
  }

  /** Returns what is known about the labels. */
  public synchronized Accuracy accuracy() {
    return accuracy.all();
  }

  /**
   * Returns the class of every readable image, copies included, sorted by path. It waits until all
   * images are read.
   *
   * @throws KgCoopException if there are fewer than two classes, or the reading ends early
   */
  public synchronized List<LabeledImage> results() {
    if (!state.canFit()) {
      throw KgCoopException.configuration(
          source.session() + ": expected two classes; name them with --classes");
    }
    awaitImages();
    List<Path> unused = files.leave(files.changed(accuracy.images().boxed().toList()));
    Map<Integer, Guess> guesses = session.result();
    Set<Integer> measuring = new HashSet<>(accuracy.measuringNewImages());
    List<LabeledImage> results = new ArrayList<>();
    for (int image : accuracy.images().toArray()) {
      LabeledImage label = gallery.labeled(image, guesses.getOrDefault(image, Guess.UNKNOWN));
      LabeledImage.Source origin =
          label.source() == LabeledImage.Source.AUDIT && !measuring.contains(image)
              ? LabeledImage.Source.PERSON
              : label.source();
      String path = state.images().get(image);
      List<String> copies = source.folder().copies().getOrDefault(path, List.of());
      Map<String, String> now = copies.size() == 1 ? Map.of() : source.contents(copies);
      for (String copy : copies) {
        if (now.getOrDefault(copy, "").equals(now.getOrDefault(path, ""))) { // a copy still
          results.add(new LabeledImage(Path.of(copy), label.name(), origin, label.probability()));
        }
      }
    }
    results.sort(Comparator.comparing(result -> result.image().toString()));
    return results;
  }

  /**
   * Waits until all images are read, and lets them take part in the choice. Then it is known which
   * random images show the same picture as others.
   *
   * @throws KgCoopException if the reading ends early
   */
  public synchronized void awaitImages() {
    while (reader.awaitMore()) {
      session.growth().ifPresent(this::record);
    }
    session.growth().ifPresent(this::record);
    reader.awaitCopies();
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
    List<LabeledImage> results = results();
    return new LabelResults(folder(), session(), out, classes(), results, examples())
        .write(source.context(), minutes, this::features, session.start().seed(), progress);
  }

  /** Returns the features of images, (B, D). */
  private synchronized float[][] features(List<LabeledImage> some) {
    return some.stream()
        .map(each -> session.feature(state.image(each.image())))
        .toArray(float[][]::new);
  }

  /** Returns the readable labeled images of the other folder. */
  public synchronized List<LabelExample> examples() {
    return examples;
  }

  /**
   * Returns the class of each readable image at the moment, by the person or by the program. An
   * image that is not classified has {@link #NONE}: one that is not read yet, or, in a folder of
   * more than 20,000 images, one that takes no part in the choice.
   */
  public synchronized List<LabeledImage> current() {
    return gallery.current();
  }

  /**
   * Returns the most probable classes of an image, best first; empty if it is not read yet, or if
   * there are fewer than two classes.
   *
   * @throws KgCoopException if the image is not in the folder
   */
  public synchronized List<String> likely(Path image, int count) {
    int index = state.image(image);
    return !state.canFit() || !session.hasFeature(index)
        ? List.of()
        : session.head().likely(index, count).stream().map(state::text).toList();
  }

  /** Returns the folder of the images. */
  public Path folder() {
    return source.folder().root();
  }

  /** Returns the folder of the session. */
  public Path session() {
    return source.session();
  }

  /** Returns why the reading of the images ended early, or an empty text. */
  public String readingProblem() {
    return reader.problem();
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
      isClosed = true;
      accuracy.close();
      session.close();
      journal.close();
    }
  }
}
