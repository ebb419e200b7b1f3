package org.kgcoop.label;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.Templates;
import org.kgcoop.data.Underscores;
import org.kgcoop.features.FeatureCache;
import org.kgcoop.features.ViewEncoder;
import org.kgcoop.files.AppendedFile;
import org.kgcoop.files.AtomicFile;
import org.kgcoop.files.FileErrors;
import org.kgcoop.files.Folders;
import org.kgcoop.files.LockedFile;
import org.kgcoop.files.Sha256;
import org.kgcoop.image.ImageNames;
import org.kgcoop.image.Images;
import org.kgcoop.method.TemplateEnsemble;
import org.kgcoop.prompt.PromptText;
import org.kgcoop.runs.JournalEntry;
import org.kgcoop.runs.JournalEntry.Kind;
import org.kgcoop.runs.LabelJournal;
import org.kgcoop.tensor.Scope;

/**
 * Labels a folder of images with the help of CLIP: it chooses the next images, learns from each
 * answer, and measures the accuracy on random images.
 *
 * <pre>{@code
 * try (Labeling labeling =
 *     Labeling.open(Path.of("photos"), clip, Labeling.Options.defaults().withClasses("owl", "cat"))) {
 *   Labeling.Page page = labeling.next();
 *   labeling.answer(page, Map.of(page.images().get(0), "owl")); // or Labeling.NONE, Labeling.SKIP
 *   labeling.accuracy().folder().ifPresent(System.out::println);
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

  private static final int FORMAT = 1;
  private static final int MAX_NAME = 200;
  private static final int MAX_CLASSES = 10_000;
  private static final int MIN_AUDITED = 40;
  private static final int LIKELY_CLASSES = 9;
  private static final int UPCOMING_PAGES = 2;
  private static final Duration OPEN_PAGE = Duration.ofMinutes(10);
  private static final String LOCK = ".lock";

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
   * @param progress receives the number of encoded images
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

  /**
   * A measured share of right images.
   *
   * @param estimate from 0 to 1
   * @param low the lower limit of the 95 % confidence interval
   * @param high the upper limit
   * @param images the number of random images behind it
   */
  public record Accuracy(double estimate, double low, double high, int images) {
    private static Accuracy of(Audit.Share share) {
      return new Accuracy(share.estimate(), share.low(), share.high(), share.images());
    }
  }

  /**
   * A class.
   *
   * @param number identifies the class; it never changes
   * @param labeled the number of images that the person labeled, also in the audit
   * @param proposed the number of images that the program assigns to it
   */
  public record ClassCount(int number, String name, int labeled, int proposed) {}

  /**
   * The progress of a session.
   *
   * @param images the number of distinct images
   * @param labeled the images with an answer other than {@link #SKIP}
   * @param none the images that show none of the classes
   * @param skipped the undecided images
   * @param auditSize the images of the first random draw
   * @param audited the answered images of the first random draw
   * @param steps the number of steps, without undone ones
   * @param folder the share of the folder that is right, by a person or the program
   * @param newImages the accuracy on new images like these; empty if images joined the folder
   * @param target the share at which the person can stop, from 0 to 1
   * @param agreement a sentence about repeated labels, or empty
   */
  public record Status(
      List<ClassCount> classes,
      int images,
      int labeled,
      int none,
      int skipped,
      int auditSize,
      int audited,
      int steps,
      Optional<Accuracy> folder,
      Optional<Accuracy> newImages,
      double target,
      String agreement) {
    /** Returns true if the lower limit for the folder reaches the target. */
    public boolean canStop() {
      return folder.isPresent() && folder.get().low() >= target;
    }
  }

  private final Path folder;
  private final Path sessionFolder;
  private final LockedFile lock;
  private final AppendedFile journal;
  private final LabelSession session;
  private final TextRows texts;
  private final Map<String, List<String>> copies; // of an image, by its path
  private final List<String> unreadable;
  private final boolean hasJoined;
  private final Map<String, OpenPage> open = new HashMap<>(); // by browser
  private final Clock clock;
  private List<Example> examples;
  private int nextNumber = 1;

  private record OpenPage(int number, LabelSession.Proposal proposal, int step, Instant until) {}

  private Labeling(
      Path folder,
      Path sessionFolder,
      LockedFile lock,
      AppendedFile journal,
      LabelSession session,
      TextRows texts,
      Map<String, List<String>> copies,
      List<String> unreadable,
      boolean hasJoined,
      List<Example> examples,
      Clock clock) {
    this.folder = folder;
    this.sessionFolder = sessionFolder;
    this.lock = lock;
    this.journal = journal;
    this.session = session;
    this.texts = texts;
    this.copies = copies;
    this.unreadable = unreadable;
    this.hasJoined = hasJoined;
    this.examples = examples;
    this.clock = clock;
  }

  /**
   * Opens a session, or continues it. It encodes the images whose features are not in the cache.
   *
   * @param folder a folder with images, also in subfolders
   * @throws KgCoopException if there is no readable image, the session is open elsewhere, its
   *     journal is damaged, or it was made with another CLIP
   */
  public static Labeling open(Path folder, Clip clip, Options options) {
    Path root = folder.toAbsolutePath().normalize();
    Path own = folderOfSession(folder, options.session());
    Folders.create(own, "for the session", "choose another folder with --out");
    LockedFile lock = lock(own);
    try {
      return open(root, own, lock, clip, options);
    } catch (RuntimeException | Error e) {
      closeQuietly(lock);
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

  private static Labeling open(Path root, Path own, LockedFile lock, Clip clip, Options options) {
    Path file = own.resolve(LabelJournal.FILE);
    List<JournalEntry> entries =
        Files.exists(file) ? LabelJournal.entries(file, options.warnings()) : List.of();
    checkStart(file, entries, clip);
    List<Example> examples = examples(options);
    List<Path> files = images(root, own, options);
    FeatureCache cache = cache(clip, options);
    Encoded encoded = encode(root, files, cache, options);
    List<String> images = List.copyOf(encoded.features.keySet());
    if (images.isEmpty()) {
      throw KgCoopException.data("%s: none of %s images can be read".formatted(root, files.size()));
    }
    String list = Sha256.of(String.join("\n", images));
    List<JournalEntry> fresh = new ArrayList<>();
    if (entries.isEmpty()) {
      fresh.addAll(begin(images, list, clip, options));
    }
    JournalEntry.Start start =
        (JournalEntry.Start) (entries.isEmpty() ? fresh.get(0) : entries.get(0));
    TextRows texts = new TextRows(clip, options.template());
    LabelSession session =
        new LabelSession(
            images,
            encoded.features.values().toArray(float[][]::new),
            texts,
            clip.logitScale(),
            start);
    replay(file, entries, session);
    Set<String> known = new HashSet<>();
    Arrays.stream(session.state().classes())
        .forEach(c -> known.add(folded(session.state().name(c))));
    int number = session.state().classCount();
    for (String name : firstClasses(options, examples)) {
      String checked = checkedName(name);
      if (known.add(folded(checked))) {
        fresh.add(new JournalEntry.ClassAdded(number++, checked));
      }
    }
    reportMissing(entries, session.state(), options.warnings());
    repair(file);
    AppendedFile journal = journal(file);
    Labeling labeling =
        new Labeling(
            root,
            own,
            lock,
            journal,
            session,
            texts,
            encoded.copies,
            encoded.unreadable,
            !start.list().equals(list),
            examples,
            Clock.systemUTC());
    List<String> names = new ArrayList<>(labeling.classes());
    fresh.forEach(
        entry -> {
          if (entry instanceof JournalEntry.ClassAdded added) {
            names.add(added.name());
          }
        });
    texts.check(names);
    labeling.record(fresh);
    labeling.train(examples, cache, encoded, options);
    return labeling;
  }

  /** Trains with the examples. Images that are also in the folder are left out: they are asked. */
  private void train(List<Example> all, FeatureCache cache, Encoded encoded, Options options) {
    if (all.isEmpty()) {
      return;
    }
    Map<Path, float[]> features =
        cache.upright(
            all.stream().map(Example::file).toList(),
            false,
            problem -> options.warnings().accept(problem.reason().getMessage() + "; left out"),
            done -> {});
    List<Path> readable = List.copyOf(features.keySet());
    List<String> hashes = cache.hashes().of(readable);
    Set<Path> copies = new HashSet<>();
    for (int i = 0; i < readable.size(); i++) {
      if (encoded.hashes.contains(hashes.get(i))) {
        copies.add(readable.get(i));
      }
    }
    examples =
        all.stream()
            .filter(each -> features.containsKey(each.file) && !copies.contains(each.file))
            .toList();
    session.addExamples(
        examples.stream().map(each -> Objects.requireNonNull(features.get(each.file))).toList(),
        examples.stream()
            .map(each -> each.name.equals(NONE) ? JournalEntry.NONE : number(each.name))
            .toList());
  }

  private static LockedFile lock(Path own) {
    try {
      return LockedFile.tryOpen(own.resolve(LOCK))
          .orElseThrow(
              () ->
                  KgCoopException.configuration(
                      own
                          + ": another process labels with this session; close it first, or choose"
                          + " another folder with --out"));
    } catch (IOException e) {
      throw KgCoopException.io(own + ": cannot be locked: " + FileErrors.reason(e), e);
    }
  }

  private static void checkStart(Path file, List<JournalEntry> entries, Clip clip) {
    if (entries.isEmpty()) {
      return;
    }
    if (!(entries.get(0) instanceof JournalEntry.Start start) || start.format() != FORMAT) {
      throw KgCoopException.data(
          file + ", line 1: expected the start of a session of format " + FORMAT);
    }
    if (!start.clip().equals(clip.fingerprint())) {
      throw KgCoopException.configuration(
          "%s: made with the CLIP %s, but --clip is %s; choose that CLIP, or another --out"
              .formatted(file, start.clip(), clip.fingerprint()));
    }
  }

  private static List<Path> images(Path root, Path own, Options options) {
    if (!Files.isDirectory(root)) {
      throw KgCoopException.data(root + ": expected a folder of images");
    }
    Path session = own.toAbsolutePath().normalize();
    Path labeled =
        options.labeled() == null ? null : options.labeled().toAbsolutePath().normalize();
    List<Path> files =
        imagesBelow(root, options.warnings()).stream()
            .filter(
                path -> !path.startsWith(session) && (labeled == null || !path.startsWith(labeled)))
            .toList();
    if (files.isEmpty()) {
      throw KgCoopException.data(
          root + ": no image below this folder; expected .jpg, .png, .webp, .gif or .bmp");
    }
    return files;
  }

  private static List<Path> imagesBelow(Path folder, Consumer<String> warnings) {
    return Folders.below(
            folder,
            path -> ImageNames.isRead(Folders.name(path)) && !Folders.name(path).startsWith("."),
            link -> warnings.accept(link + ": a link to a folder; left out"))
        .stream()
        .sorted()
        .toList();
  }

  /**
   * A labeled image of another folder.
   *
   * @param name its class, or {@link #NONE}
   */
  public record Example(Path file, String name) {}

  /** Returns the images of the class folders, sorted. */
  private static List<Example> examples(Options options) {
    Path labeled = options.labeled();
    if (labeled == null) {
      return List.of();
    }
    List<Example> examples = new ArrayList<>();
    for (Path folder : Folders.folders(labeled.toAbsolutePath().normalize())) {
      String name = Folders.name(folder);
      if (!name.startsWith(".")) {
        imagesBelow(folder, options.warnings())
            .forEach(
                file -> examples.add(new Example(file, name.equals(NONE_FOLDER) ? NONE : name)));
      }
    }
    if (examples.isEmpty()) {
      throw KgCoopException.data(
          labeled
              + ": no class folder with images; expected a folder per class, such as cat/1.jpg");
    }
    return examples;
  }

  private static List<String> firstClasses(Options options, List<Example> examples) {
    Set<String> names = new LinkedHashSet<>(options.classes());
    examples.stream().map(Example::name).filter(name -> !name.equals(NONE)).forEach(names::add);
    return List.copyOf(names);
  }

  /**
   * Features of distinct images.
   *
   * @param features by the relative path of the first copy, sorted
   * @param copies the relative paths of all copies, by that of the first
   * @param hashes of the files
   */
  private record Encoded(
      TreeMap<String, float[]> features,
      Map<String, List<String>> copies,
      Set<String> hashes,
      List<String> unreadable) {}

  private static FeatureCache cache(Clip clip, Options options) {
    ViewEncoder encoder = new ViewEncoder(clip, new Images(options.warnings()));
    return options.cache() == null
        ? FeatureCache.inMemory(encoder)
        : FeatureCache.optional(encoder, options.cache(), options.warnings());
  }

  private static Encoded encode(Path root, List<Path> files, FeatureCache cache, Options options) {
    List<String> unreadable = new ArrayList<>();
    Map<Path, float[]> features =
        cache.upright(
            files,
            false,
            problem -> {
              unreadable.add(Folders.relative(root, problem.file()));
              options.warnings().accept(problem.reason().getMessage() + "; left out");
            },
            done -> {
              options.progress().accept(done);
              if (options.cancelled().getAsBoolean()) {
                throw new KgCoopException(
                    KgCoopException.Category.INTERRUPTED,
                    "interrupted: the same command goes on where this one stopped");
              }
            });
    List<Path> readable = List.copyOf(features.keySet());
    List<String> hashes = cache.hashes().of(readable);
    TreeMap<String, float[]> distinct = new TreeMap<>();
    Map<String, List<String>> copies = new HashMap<>();
    Map<String, String> firstCopies = new HashMap<>();
    for (int i = 0; i < readable.size(); i++) {
      String path = Folders.relative(root, readable.get(i));
      String first = firstCopies.computeIfAbsent(hashes.get(i), hash -> path);
      if (first.equals(path)) {
        distinct.put(path, Objects.requireNonNull(features.get(readable.get(i))));
      }
      copies.computeIfAbsent(first, key -> new ArrayList<>()).add(path);
    }
    return new Encoded(distinct, copies, Set.copyOf(hashes), unreadable);
  }

  private static List<JournalEntry> begin(
      List<String> images, String list, Clip clip, Options options) {
    int audit = images.size() < MIN_AUDITED ? 0 : Math.min(options.audit(), images.size() / 4);
    if (audit < options.audit()) {
      options
          .warnings()
          .accept(
              audit == 0
                  ? "%s images are too few for an audit, which needs %s"
                      .formatted(images.size(), MIN_AUDITED)
                  : "the audit has %s images: a quarter of the folder".formatted(audit));
    }
    JournalEntry.Start start =
        new JournalEntry.Start(
            FORMAT,
            options.seed(),
            clip.fingerprint(),
            images.size(),
            list,
            options.page(),
            audit,
            options.target());
    List<String> drawn =
        LabelSession.drawAudit(images.size(), audit, options.seed()).stream()
            .map(images::get)
            .toList();
    return List.of(start, new JournalEntry.Draw(drawn, false));
  }

  private static void replay(Path file, List<JournalEntry> entries, LabelSession session) {
    for (int i = 0; i < entries.size(); i++) {
      try {
        session.apply(entries.get(i));
      } catch (IllegalArgumentException e) {
        throw KgCoopException.data(
            "%s, line %s: %s; restore the file, or choose another --out"
                .formatted(file, i + 1, e.getMessage()));
      }
    }
  }

  private static void reportMissing(
      List<JournalEntry> entries, LabelState state, Consumer<String> warnings) {
    Set<String> missing = new HashSet<>();
    for (JournalEntry entry : entries) {
      if (entry instanceof JournalEntry.Page page) {
        page.labels().keySet().stream()
            .filter(path -> state.image(path).isEmpty())
            .forEach(missing::add);
      }
    }
    if (!missing.isEmpty()) {
      warnings.accept(
          "%s in the folder any more, such as %s; left out"
              .formatted(
                  Messages.count(missing.size(), "labeled image is not", "labeled images are not"),
                  missing.stream().sorted().findFirst().orElse("")));
    }
  }

  /** Removes a last line that was cut, so that the next one begins at its place. */
  private static void repair(Path file) {
    try {
      if (!Files.exists(file)) {
        return;
      }
      byte[] bytes = Files.readAllBytes(file);
      if (bytes.length > 0 && bytes[bytes.length - 1] != '\n') {
        int end = bytes.length;
        while (end > 0 && bytes[end - 1] != '\n') {
          end--;
        }
        byte[] complete = Arrays.copyOf(bytes, end);
        AtomicFile.write(file, out -> out.write(complete));
      }
    } catch (IOException e) {
      throw KgCoopException.io(file + ": cannot be repaired: " + FileErrors.reason(e), e);
    }
  }

  private static AppendedFile journal(Path file) {
    try {
      return new AppendedFile(file);
    } catch (IOException e) {
      throw KgCoopException.io(file + ": cannot be written: " + FileErrors.reason(e), e);
    }
  }

  /**
   * The features of class names. Rounding depends on the names that are encoded together, so they
   * are encoded in groups of fixed places. A new class changes only the last group, and a session
   * that is opened again has the same features.
   */
  private static final class TextRows implements LabelSession.ClassTexts {
    private static final int GROUP = 32;

    private final Clip clip;
    private final TemplateEnsemble template;
    private Map<List<String>, List<double[]>> known = Map.of(); // by the names of the group

    TextRows(Clip clip, String template) {
      this.clip = clip;
      this.template = new TemplateEnsemble(List.of(template), Underscores.REPLACE);
    }

    @Override
    public double[][] of(List<String> names) {
      Map<List<String>, List<double[]>> used = new HashMap<>();
      List<double[]> rows = new ArrayList<>();
      for (int from = 0; from < names.size(); from += GROUP) {
        List<String> group = List.copyOf(names.subList(from, Math.min(from + GROUP, names.size())));
        List<double[]> before = known.get(group);
        List<double[]> encoded = before == null ? encoded(group) : before;
        used.put(group, encoded);
        rows.addAll(encoded);
      }
      known = used;
      return rows.toArray(double[][]::new);
    }

    /**
     * Checks names before they are added.
     *
     * @throws KgCoopException if the model cannot tell two of them apart
     */
    void check(List<String> names) {
      for (String text : template.templates()) {
        PromptText unused = PromptText.handCrafted(clip, names, text, template.underscores());
      }
    }

    private List<double[]> encoded(List<String> names) {
      try (Scope scope = Scope.open("class names")) {
        double[] flat = template.unit(clip, names).toDoubles();
        int width = flat.length / names.size();
        List<double[]> rows = new ArrayList<>();
        for (int c = 0; c < names.size(); c++) {
          rows.add(Arrays.copyOfRange(flat, c * width, (c + 1) * width));
        }
        return rows;
      }
    }
  }

  private void record(JournalEntry entry) {
    record(List.of(entry));
  }

  /** Writes entries to the disk, then lets them count. */
  private void record(List<? extends JournalEntry> entries) {
    StringBuilder lines = new StringBuilder();
    entries.forEach(entry -> lines.append(entry.line()).append('\n'));
    try {
      journal.appendAndForce(lines.toString().getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw KgCoopException.io(
          sessionFolder.resolve(LabelJournal.FILE)
              + ": the answer is not written: "
              + FileErrors.reason(e)
              + "; free some space and answer again",
          e);
    }
    entries.forEach(session::apply);
  }

  // ---- classes

  /** Returns the classes, in the order in which they were added. */
  public synchronized List<String> classes() {
    LabelState state = session.state();
    return Arrays.stream(state.classes()).mapToObj(state::name).toList();
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
    LabelState state = session.state();
    Set<String> known = new HashSet<>();
    Arrays.stream(state.classes()).forEach(c -> known.add(folded(state.name(c))));
    List<JournalEntry.ClassAdded> added = new ArrayList<>();
    for (String name : names) {
      String checked = checkedName(name);
      if (!known.add(folded(checked))) {
        throw KgCoopException.configuration(
            "class \"%s\": there is one already".formatted(checked));
      }
      added.add(new JournalEntry.ClassAdded(state.classCount() + added.size(), checked));
    }
    if (known.size() > MAX_CLASSES) {
      throw KgCoopException.configuration(
          "expected at most %s classes, got %s".formatted(MAX_CLASSES, known.size()));
    }
    List<String> all = new ArrayList<>(classes());
    added.forEach(entry -> all.add(entry.name()));
    texts.check(all);
    record(added);
  }

  private static String folded(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  /** Renames a class. The new name changes its text and so the proposals. */
  public synchronized void rename(String name, String newName) {
    int number = number(name);
    String checked = checkedName(newName);
    Optional<Integer> other = find(session.state(), checked);
    if (other.isPresent() && other.get() != number) {
      throw KgCoopException.configuration(
          "class \"%s\": there is one already; merge the two".formatted(checked));
    }
    String before = session.state().name(number);
    texts.check(classes().stream().map(each -> each.equals(before) ? checked : each).toList());
    record(new JournalEntry.ClassRenamed(number, checked));
  }

  /** Merges a class into another one, which gets its images. */
  public synchronized void merge(String name, String into) {
    int from = number(name);
    int to = number(into);
    if (from == to) {
      throw KgCoopException.configuration(
          "class \"%s\": expected another class to merge it into".formatted(name));
    }
    record(new JournalEntry.ClassMerged(from, to));
  }

  private static String checkedName(String name) {
    String stripped = name.strip();
    if (stripped.isEmpty() || stripped.length() > MAX_NAME) {
      throw KgCoopException.configuration(
          "class \"%s\": expected a name of 1 to %s characters"
              .formatted(Messages.brief(stripped), MAX_NAME));
    }
    if (stripped.codePoints().anyMatch(Labeling::isInvisible)) {
      throw KgCoopException.configuration(
          "class \"%s\": expected a name without control characters"
              .formatted(Messages.line(stripped)));
    }
    return stripped;
  }

  /**
   * Returns true for characters that would hide or reorder a name, and for halves of characters.
   */
  private static boolean isInvisible(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          c != 0x200c && c != 0x200d; // joiners belong to the spelling of several languages
      default -> false;
    };
  }

  private static Optional<Integer> find(LabelState state, String name) {
    String wanted = folded(name.strip());
    return Arrays.stream(state.classes())
        .boxed()
        .filter(number -> folded(state.name(number)).equals(wanted))
        .findFirst();
  }

  private int number(String name) {
    return find(session.state(), name)
        .orElseThrow(
            () ->
                KgCoopException.configuration(
                    "there is no class \"%s\"; expected one of %s"
                        .formatted(name, String.join(", ", classes()))));
  }

  // ---- pages

  /** Returns the next images to answer. The page is empty if nothing is left. */
  public Page next() {
    return next("", "");
  }

  /**
   * Returns the next images to answer. Each caller has one open page at most. No image is offered
   * to two callers at once; an open page is free again after ten minutes.
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
    Instant now = clock.instant();
    open.values().removeIf(page -> page.until.isBefore(now));
    open.remove(caller);
    Set<Integer> offered = new HashSet<>();
    open.values().forEach(page -> offered.addAll(page.proposal.shown()));
    if (kind == Kind.MORE_AUDIT) {
      List<Integer> drawn = session.drawMore(session.start().page());
      if (!drawn.isEmpty()) {
        record(new JournalEntry.Draw(paths(drawn), true));
      }
      kind = Kind.AUDIT;
    }
    LabelSession.Proposal proposal = session.next(kind, offered);
    int number = nextNumber++;
    open.put(
        caller,
        new OpenPage(number, proposal, session.state().steps().size(), now.plus(OPEN_PAGE)));
    boolean isBlind = proposal.kind() == Kind.AUDIT || proposal.kind() == Kind.MORE_AUDIT;
    Integer proposed = proposal.proposed();
    return new Page(
        number,
        proposal.kind().id(),
        proposed == null ? null : name(proposed),
        paths(proposal.shown()).stream().map(Path::of).toList(),
        isBlind
            ? List.of()
            : proposal.shown().stream()
                .map(
                    image ->
                        session.likely(image, LIKELY_CLASSES).stream().map(this::name).toList())
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
    Set<Integer> offered = new LinkedHashSet<>();
    open.values().forEach(page -> offered.addAll(page.proposal.shown()));
    List<Integer> upcoming = new ArrayList<>();
    for (int i = 0; i < UPCOMING_PAGES; i++) {
      List<Integer> shown = session.next(null, offered).shown();
      upcoming.addAll(shown);
      offered.addAll(shown);
    }
    upcoming.addAll(session.next(Kind.AUDIT, offered).shown());
    return paths(upcoming).stream().map(Path::of).toList();
  }

  /** Returns the distinct images, sorted, relative to the folder. */
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
    Map.Entry<String, OpenPage> entry =
        open.entrySet().stream()
            .filter(each -> each.getValue().number == number)
            .findFirst()
            .orElseThrow(StalePageException::new);
    LabelSession.Proposal proposal = entry.getValue().proposal;
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
              : answer.equals(SKIP) ? JournalEntry.SKIP : number(answer));
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
    open.remove(entry.getKey());
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
    open.clear(); // the pages depended on the step
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
              open.clear(); // the pages may show the class
            });
  }

  // ---- results

  /** Returns the progress of the session. */
  public synchronized Status status() {
    LabelState state = session.state();
    int[] numbers = state.classes();
    int[] labeled = new int[state.classCount()];
    int done = 0;
    int none = 0;
    int skipped = 0;
    for (int i = 0; i < state.images().size(); i++) {
      int answer = state.answer(i);
      done += answer >= JournalEntry.NONE ? 1 : 0;
      none += answer == JournalEntry.NONE ? 1 : 0;
      skipped += answer == JournalEntry.SKIP ? 1 : 0;
      if (answer >= 0) {
        labeled[answer]++;
      }
    }
    boolean canFit = numbers.length >= 2;
    int[] proposed = canFit ? session.proposedCounts() : new int[state.classCount()];
    int audited =
        (int)
            state.firstDraw().stream().filter(i -> state.answer(i) != LabelState.UNLABELED).count();
    return new Status(
        Arrays.stream(numbers)
            .mapToObj(c -> new ClassCount(c, state.name(c), labeled[c], proposed[c]))
            .toList(),
        state.images().size(),
        done,
        none,
        skipped,
        state.firstDraw().size(),
        audited,
        state.steps().size(),
        canFit ? session.folder().map(Accuracy::of) : Optional.empty(),
        canFit && !hasJoined ? session.newImages().map(Accuracy::of) : Optional.empty(),
        session.start().target() / 100,
        session
            .agreement()
            .map(
                each ->
                    "you agreed with yourself in %s of %s".formatted(each.equal(), each.images()))
            .orElse(""));
  }

  /** The origin of a class. */
  public enum Source {
    /** The person gave it. */
    PERSON,
    /** The person gave it in the audit. */
    AUDIT,
    /** The program assigned it. */
    HEAD
  }

  /**
   * The class of an image.
   *
   * @param image relative to the folder
   * @param name the class, or {@link #NONE}
   * @param probability 1 for a person's answer
   */
  public record Result(Path image, String name, Source source, double probability) {}

  /** Returns the class of every readable image, copies included, sorted by path. */
  public synchronized List<Result> results() {
    LabelState state = session.state();
    LabelSession.Result all = session.result();
    List<Result> results = new ArrayList<>();
    for (int i = 0; i < state.images().size(); i++) {
      Source source =
          !state.isLabeled(i) ? Source.HEAD : state.isAudit(i) ? Source.AUDIT : Source.PERSON;
      String name = name(all.classes()[i]);
      for (String copy : copies.getOrDefault(state.images().get(i), List.of())) {
        results.add(new Result(Path.of(copy), name, source, all.probabilities()[i]));
      }
    }
    results.sort(Comparator.comparing(result -> result.image().toString()));
    return results;
  }

  /** Returns the readable labeled images of the other folder. */
  public synchronized List<Example> examples() {
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

  /** Returns the images that cannot be read, relative to the folder. */
  public List<String> unreadable() {
    return List.copyOf(unreadable);
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
    List<String> classes = new ArrayList<>();
    for (String image : session.state().images()) {
      String name = truth.get(image);
      if (name == null) {
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

  @Override
  public synchronized void close() {
    session.close();
    try {
      journal.close();
    } catch (IOException e) {
      throw KgCoopException.io(sessionFolder + ": " + FileErrors.reason(e), e);
    } finally {
      closeQuietly(lock);
    }
  }

  private static void closeQuietly(LockedFile lock) {
    try {
      lock.close();
    } catch (IOException e) {
      return; // the end of the process releases it
    }
  }
}
