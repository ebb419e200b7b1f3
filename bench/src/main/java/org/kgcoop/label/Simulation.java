package org.kgcoop.label;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.cli.label.SimulatedPerson;
import org.kgcoop.eval.Softmax;
import org.kgcoop.journal.JournalEntry;
import org.kgcoop.journal.Kind;
import org.kgcoop.random.PythonRandom;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;
import org.kgcoop.trial.ExperimentContext;

/**
 * Sessions with known features in memory, and a person who differs from the truth. It is in the
 * package of {@link Labeling}, because users have no sessions without files.
 */
public final class Simulation {
  private static final int PAGE = 20;
  private static final double TARGET = 90;

  /**
   * How a person differs from the list.
   *
   * @param mistakes the share of looks at an image that give the class that is most similar to the
   *     right one; each look is another chance
   * @param confusion the share of images of two classes that the person gives to the other one
   * @param unread the share of pages that the person confirms without looking
   * @param incomplete the share of pages on which the person answers only what looks right
   * @param choice how the person chooses images
   * @param unnamed the images of a class without a name that are none of the classes, until the
   *     person names it
   */
  public record Person(
      double mistakes,
      double confusion,
      double unread,
      double incomplete,
      Choice choice,
      int unnamed) {
    /** A person who answers as the list says. */
    public static final Person EXACT = new Person(0, 0, 0, 0, Choice.NOTHING, 0);

    /** Returns a person who makes mistakes, and is exact otherwise. */
    public static Person mistaken(double share) {
      return new Person(share, 0, 0, 0, Choice.NOTHING, 0);
    }

    /** Returns a person who chooses images, and is exact otherwise. */
    public static Person choosing(Choice choice) {
      return new Person(0, 0, 0, 0, choice, 0);
    }
  }

  /**
   * How a person chooses images of one proposed class.
   *
   * @param steps the share of steps in which the person does so
   * @param images the most images that the person selects together
   * @param isRight true if the person selects only images that look right; false for any, of which
   *     each gets its own class
   * @param slips the share of these answers that are another class or none of the classes
   */
  public record Choice(double steps, int images, boolean isRight, double slips) {
    /** A person who answers only what is asked. */
    public static final Choice NOTHING = new Choice(0, 0, true, 0);
  }

  /**
   * The settings of a simulation.
   *
   * @param audit the images of the audit; 0 measures nothing
   * @param until the share of right images at which the simulation ends, in percent; 100 labels
   *     until nothing is left
   * @param seed of the session and of the mistakes
   * @param maxSteps the simulation ends after so many pages
   * @param checks true if the person checks the whole folder at the end
   */
  public record Settings(
      Person person, int audit, double until, long seed, int maxSteps, boolean checks) {}

  /**
   * Images that become known later.
   *
   * @param read the images that are read before the first step
   * @param perStep the images that are read during each step
   * @param joining the images that are not in the folder at the start
   * @param joinAfter the step after which they join; the session is opened again then
   */
  public record Later(int read, int perStep, int joining, int joinAfter) {
    /** All images are there, and read, at the start. */
    public static final Later NOTHING = new Later(Integer.MAX_VALUE, 0, 0, 0);
  }

  /**
   * What a step did, and its measurement.
   *
   * @param did what the person did, and what the session says
   * @param given the share of images with the label that the person gave or would give, in percent
   * @param kept the share of images whose label the person would keep on a second look, in percent
   * @param newGiven the share of new images that get the class that the person would give; NaN
   *     without new images
   */
  public record Measured(SimulatedPerson.Act did, double given, double kept, double newGiven) {}

  /**
   * Images with known classes, for simulations without files.
   *
   * @param features (N, D), unit rows
   * @param truth the class of each image, "" for none of the classes
   * @param pictures the number of the picture that an image shows; equal ones are near copies
   * @param texts the class feature of each class, (D), unit length
   * @param known the classes that exist at the start
   * @param scale the factor of the cosines in zero-shot probabilities
   * @param newFeatures other images like these, (M, D); may be empty
   * @param newTruth the classes of the other images
   */
  @SuppressWarnings("ArrayRecordComponent") // passed on, never compared
  public record Pool(
      float[][] features,
      List<String> truth,
      List<Integer> pictures,
      Map<String, double[]> texts,
      List<String> known,
      double scale,
      float[][] newFeatures,
      List<String> newTruth) {
    public Pool {
      newTruth = List.copyOf(newTruth);
      truth = List.copyOf(truth);
      pictures = List.copyOf(pictures);
      texts = Map.copyOf(texts);
      known = List.copyOf(known);
    }
  }

  /**
   * Simulates a session in memory.
   *
   * @param steps receives each step
   * @return the share of images that are right before the first step, in percent
   */
  @CanIgnoreReturnValue
  public static double run(Pool pool, Settings settings, Later later, Consumer<Measured> steps) {
    SessionSettings session =
        new SessionSettings(
            pool.known, PAGE, settings.audit, TARGET, settings.seed, "", warning -> {});
    Entries journal = new Entries(new ArrayList<>());
    Simulation simulation = new Simulation(pool, settings);
    boolean isJoined = later.joining > 0;
    double before;
    Folder first = new Folder(pool, pool.truth.size() - later.joining, later.read);
    try (Labeling labeling = new Labeling(first, journal, session, InstantSource.system())) {
      simulation.look(labeling);
      before = simulation.person.right(labeling);
      simulation.run(
          labeling,
          first,
          later.perStep,
          isJoined ? later.joinAfter : settings.maxSteps,
          settings.checks && !isJoined,
          steps);
    }
    if (isJoined) {
      Folder all = new Folder(pool, pool.truth.size(), Integer.MAX_VALUE);
      try (Labeling labeling = new Labeling(all, journal, session, InstantSource.system())) {
        simulation.look(labeling);
        simulation.run(labeling, all, 0, settings.maxSteps, settings.checks, steps);
      }
    }
    return before;
  }

  private static Path path(int image) {
    return Path.of(String.format(Locale.ROOT, "%08d", image));
  }

  private final Pool pool;
  private final Settings settings;
  private final Person differs;
  private final SimulatedPerson person;
  private final PythonRandom random;
  private final Map<Path, String> truth = new HashMap<>();
  private final Map<Path, String> first = new HashMap<>(); // the answer of a first look
  private final Map<Path, String> second = new HashMap<>();
  private final Map<String, Integer> unnamed = new HashMap<>(); // by class
  private final Map<Integer, Boolean> newMistakes = new HashMap<>(); // by new image
  private List<String> confused = List.of(); // two classes
  private int count; // of steps

  private Simulation(Pool pool, Settings settings) {
    this.pool = pool;
    this.settings = settings;
    differs = settings.person;
    IntStream.range(0, pool.truth.size()).forEach(i -> truth.put(path(i), pool.truth.get(i)));
    person = new SimulatedPerson(truth);
    random = new PythonRandom(settings.seed);
  }

  // ---- the person

  /** Decides before the first answer what the person takes for what. */
  private void look(Labeling labeling) {
    if (differs.confusion > 0 && confused.isEmpty()) {
      confused = random.sample(new ArrayList<>(labeling.classes()), 2);
    }
    for (Path image : labeling.images()) {
      if (!first.containsKey(image)) {
        String right = truth.getOrDefault(image, "");
        String similar =
            differs.mistakes > 0
                ? labeling.likely(image, 2).stream()
                    .filter(name -> !name.equals(right))
                    .findFirst()
                    .orElse(right)
                : right;
        first.put(image, look(right, similar));
        second.put(image, look(right, similar));
      }
    }
  }

  private String look(String right, String similar) {
    boolean isMistake = differs.mistakes > 0 && random.next() < differs.mistakes;
    if (confused.contains(right) && random.next() < differs.confusion) {
      return confused.get(1 - confused.indexOf(right));
    }
    return isMistake ? similar : right;
  }

  private Map<Path, String> answers(Labeling labeling, Page page) {
    boolean isPage = page.proposed() != null;
    boolean isUnread = isPage && differs.unread > 0 && random.next() < differs.unread;
    boolean isIncomplete = isPage && differs.incomplete > 0 && random.next() < differs.incomplete;
    Map<Path, String> answers = new LinkedHashMap<>();
    for (int i = 0; i < page.images().size(); i++) {
      Path image = page.images().get(i);
      String proposed = SimulatedPerson.proposed(page, i);
      String answer = isUnread ? proposed : answer(labeling, first.getOrDefault(image, ""));
      if (!isIncomplete || answer.equals(proposed)) {
        answers.put(image, answer);
      }
    }
    return answers;
  }

  private String answer(Labeling labeling, String name) {
    boolean isNamed = name.isEmpty() || labeling.classes().contains(name);
    return isNamed || unnamed.merge(name, 1, Integer::sum) > differs.unnamed ? name : Labeling.NONE;
  }

  /** Answers until the wanted share is right, or nothing is left. */
  private void run(
      Labeling labeling,
      Folder folder,
      int perStep,
      int last,
      boolean checks,
      Consumer<Measured> steps) {
    boolean isEnd = false;
    while (count < last && !isEnd) {
      folder.read(perStep);
      Optional<SimulatedPerson.Act> done = choose(labeling);
      if (done.isEmpty()) {
        done = person.answer(labeling, page -> answers(labeling, page));
      }
      done.ifPresent(step -> steps.accept(measured(labeling, folder, step)));
      isEnd =
          done.isEmpty()
              ? folder.isRead()
              : done.get().right() >= settings.until && settings.until < 100;
    }
    if (checks) {
      steps.accept(measured(labeling, folder, check(labeling)));
    }
  }

  /** Chooses images of a proposed class, as a person does who looks through all images. */
  private Optional<SimulatedPerson.Act> choose(Labeling labeling) {
    Choice choice = differs.choice;
    if (choice.steps == 0 || random.next() >= choice.steps) {
      return Optional.empty();
    }
    Map<String, List<Path>> proposed = new TreeMap<>();
    for (LabeledImage each :
        labeling.labels(Arrays.stream(labeling.view(View.all())).boxed().toList())) {
      String name = each.name();
      if (each.source() == LabeledImage.Source.HEAD
          && (!choice.isRight || name.equals(first.get(each.image())))) {
        proposed.computeIfAbsent(name, key -> new ArrayList<>()).add(each.image());
      }
    }
    if (proposed.isEmpty()) {
      return Optional.empty();
    }
    String name = random.sample(new ArrayList<>(proposed.keySet()), 1).get(0);
    Map<Path, String> answers = new LinkedHashMap<>();
    proposed.getOrDefault(name, List.of()).stream()
        .limit(choice.images)
        .forEach(image -> answers.put(image, chosen(labeling, image)));
    labeling.choose(Sender.of(""), List.of(), answers);
    double seconds = NextImages.PAGE_SECONDS + NextImages.THUMBNAIL_SECONDS * answers.size();
    return Optional.of(person.step(labeling, Kind.CHOSEN, name, answers.size(), 0, seconds, 2));
  }

  /** Returns the answer of a person for an image that the person selected. */
  private String chosen(Labeling labeling, Path image) {
    String right = answer(labeling, first.getOrDefault(image, ""));
    if (differs.choice.slips == 0 || random.next() >= differs.choice.slips) {
      return right;
    }
    List<String> others = new ArrayList<>(labeling.classes());
    others.add(Labeling.NONE);
    others.remove(right);
    return random.sample(others, 1).get(0);
  }

  /** Checks the whole folder with a second look at each image. */
  private SimulatedPerson.Act check(Labeling labeling) {
    int asked = 0;
    int wrong = 0;
    List<String> classes = labeling.classes();
    for (Page page = labeling.next("", Kind.CHECK);
        !page.images().isEmpty();
        page = labeling.next("", Kind.CHECK)) {
      for (Path image : page.images()) {
        asked++;
        String look = second.getOrDefault(image, "");
        String known = classes.contains(look) ? look : Labeling.NONE;
        if (labeling.answer(page, Map.of(image, known)).differs().containsKey(image)) {
          wrong++;
          String right = truth.getOrDefault(image, "");
          labeling.decide(
              Sender.of(""),
              page.number(),
              image,
              List.of(),
              classes.contains(right) ? right : Labeling.NONE);
        }
      }
    }
    int all = asked + wrong;
    double seconds = NextImages.QUESTION_SECONDS * all;
    return person.step(labeling, Kind.CHECK, null, asked, wrong, seconds, all);
  }

  // ---- the truth

  /** Returns the answer for a class at the moment: none of the classes before it has a name. */
  private String now(String name, List<String> classes) {
    return differs.unnamed > 0 && !classes.contains(name) ? Labeling.NONE : name;
  }

  private Measured measured(Labeling labeling, Folder folder, SimulatedPerson.Act did) {
    count++;
    int given = 0;
    int kept = 0;
    List<String> classes = labeling.classes();
    List<LabeledImage> current = labeling.current();
    for (LabeledImage each : current) {
      String name = each.name();
      String actual = truth.getOrDefault(each.image(), "");
      boolean isLabeled = each.source() != LabeledImage.Source.HEAD;
      // An image that was none of the classes before its class had a name would get the name now.
      boolean isOutdated = name.isEmpty() && differs.unnamed > 0 && classes.contains(actual);
      boolean isFirst = name.equals(now(first.getOrDefault(each.image(), actual), classes));
      boolean isSecond = name.equals(now(second.getOrDefault(each.image(), actual), classes));
      given += (isLabeled && !isOutdated) || isFirst ? 1 : 0;
      kept += isSecond || name.equals(now(actual, classes)) ? 1 : 0;
    }
    double all = current.size() / 100.0;
    return new Measured(did, given / all, kept / all, newGiven(classes, folder));
  }

  /** Returns the share of the new images that get the class that the person would give. */
  private double newGiven(List<String> classes, Folder folder) {
    int images = pool.newTruth.size();
    if (images == 0) {
      return Double.NaN;
    }
    List<String> names = folder.classify(pool.newFeatures);
    int given = 0;
    for (int i = 0; i < images; i++) {
      // A mistake is the most similar wrong class, which is the program's if that is wrong.
      boolean isMistake = newMistakes.computeIfAbsent(i, key -> random.next() < differs.mistakes);
      given += names.get(i).equals(now(pool.newTruth.get(i), classes)) != isMistake ? 1 : 0;
    }
    return 100.0 * given / images;
  }

  // ---- the folder

  /** Entries in memory. They survive the session, so that it can be opened again. */
  private record Entries(List<JournalEntry> entries) implements Journal {
    @Override
    public void append(List<? extends JournalEntry> added) {
      entries.addAll(added);
    }

    @Override
    public String place() {
      return "the session";
    }

    @Override
    public void close() {}
  }

  /** The first images of a pool, which are read in the order of the session. */
  private static final class Folder implements SessionSource, ImageReader {
    private final Pool pool;
    private final List<String> images;
    private final int readFirst;
    private @Nullable LabelSession opened;
    private int done;

    private Folder(Pool pool, int images, int readFirst) {
      this.pool = pool;
      this.images = IntStream.range(0, images).mapToObj(i -> path(i).toString()).toList();
      this.readFirst = readFirst;
    }

    private LabelSession opened() {
      return Objects.requireNonNull(opened);
    }

    /** Reads more images. */
    private void read(int count) {
      LabelSession session = opened();
      if (isRead() || count == 0) {
        return;
      }
      Map<Integer, float[]> vectors = new HashMap<>();
      session.needed().forEach(image -> vectors.put(image, pool.features[image]));
      for (int end = (int) Math.min(images.size(), (long) done + count); done < end; done++) {
        int image = session.order().image(done);
        vectors.put(image, pool.features[image]);
      }
      session.read(vectors, List.of());
      if (isRead()) {
        session.setCopies(
            session.state().firstDraw().stream().collect(Collectors.toMap(i -> i, this::copies)));
      }
    }

    private boolean isRead() {
      return done == images.size();
    }

    private Set<Integer> copies(int image) {
      return IntStream.range(0, images.size())
          .filter(i -> pool.pictures.get(i).equals(pool.pictures.get(image)))
          .boxed()
          .collect(Collectors.toSet());
    }

    /** Classifies other images with the head that the audit measures, (M, D). */
    private List<String> classify(float[][] others) {
      SessionHead head = opened().head();
      LabelState state = opened().state();
      try (Scope scope = Scope.open("new images")) {
        return Arrays.stream(head.probabilities(Tensor.ofRows(others)))
            .map(row -> head.number(Softmax.argMax(row)))
            .map(n -> n >= 0 && state.isSeen(n) ? state.name(n) : Labeling.NONE)
            .toList();
      }
    }

    @Override
    public LabelFolder folder() {
      return new LabelFolder(
          Path.of("memory"),
          new TreeMap<>(images.stream().collect(Collectors.toMap(path -> path, List::of))),
          Map.of());
    }

    @Override
    public Path session() {
      return Path.of("memory.labels");
    }

    @Override
    public SessionHead.ClassTexts texts() {
      return names ->
          names.stream()
              .map(name -> Objects.requireNonNull(pool.texts.get(name)))
              .toArray(double[][]::new);
    }

    @Override
    public double[] textFeature(String text) {
      return texts().of(List.of(text))[0];
    }

    @Override
    public double scale() {
      return pool.scale;
    }

    @Override
    public ImageReader reader(
        LabelSession session, Object lock, Consumer<Map<String, String>> contents) {
      opened = session;
      return this;
    }

    @Override
    public ExperimentContext context() {
      throw new IllegalStateException("a session in memory is not written");
    }

    @Override
    public void readFirst() {
      read(readFirst);
    }

    @Override
    public int done() {
      return done;
    }
  }
}
