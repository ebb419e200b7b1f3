package org.kgcoop.label;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.random.PythonRandom;
import org.kgcoop.runs.Kind;

/**
 * A simulated person, who answers a {@link Labeling} from a list of classes. The seconds are those
 * of {@link NextImages}.
 */
public final class Simulation {
  private static final double NEW_CLASS_SECONDS = 3;

  /** Seconds more for each image of a page in which each image has its own proposal. */
  private static final double OWN_PROPOSAL_SECONDS = 0.3;

  private static final double MILLISECONDS = 1e6; // in nanoseconds
  private static final int SELECTED = 20; // images that a person chooses together

  /**
   * How a person differs from the list.
   *
   * @param mistakes the share of looks at an image that give the class that is most similar to the
   *     right one; each look is another chance
   * @param confusion the share of images of two classes that the person gives to the other one
   * @param unread the share of pages that the person confirms without looking
   * @param incomplete the share of pages on which the person answers only what looks right
   * @param chosen the share of steps in which the person chooses images that look right
   * @param unnamed the images of a class without a name that are none of the classes, until the
   *     person names it
   */
  public record Person(
      double mistakes,
      double confusion,
      double unread,
      double incomplete,
      double chosen,
      int unnamed) {
    /** A person who answers as the list says. */
    public static final Person EXACT = new Person(0, 0, 0, 0, 0, 0);

    /** Returns a person who makes mistakes, and is exact otherwise. */
    public static Person mistaken(double share) {
      return new Person(share, 0, 0, 0, 0, 0);
    }
  }

  /**
   * The settings of a simulation.
   *
   * @param until the share of right images at which the simulation ends, in percent; 100 labels
   *     until nothing is left
   * @param seed of the mistakes
   * @param maxSteps the simulation ends after so many pages
   * @param checks true if the person checks the whole folder at the end
   */
  public record Settings(Person person, double until, long seed, int maxSteps, boolean checks) {
    /** Creates settings without a limit of steps and without a check. */
    public Settings(double mistakes, double until, long seed) {
      this(Person.mistaken(mistakes), until, seed, Integer.MAX_VALUE, false);
    }
  }

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
   * A step: a page, or images that the person chose.
   *
   * @param step counted from 1
   * @param proposed the proposed class, "" for none of these and for other kinds
   * @param images the images of the step
   * @param wrong the images whose answer was not the program's class; 0 for blind images
   * @param seconds of the person so far, by the model
   * @param actions keys and clicks so far: a page is 1, a correction 2
   * @param labeled the images with an answer so far
   * @param right the share of images that are right, labeled or classified, in percent
   * @param given the share of images with the label that the person gave or would give, in percent
   * @param kept the share of images whose label the person would keep on a second look, in percent
   * @param accuracy what the session says
   * @param waiting the audit images that were passed and are asked next; until then they count as
   *     wrong
   * @param newGiven the share of new images that get the class that the person would give; NaN
   *     without new images
   * @param cpuMilliseconds the CPU time of this thread for the step
   */
  public record Step(
      int step,
      Kind kind,
      String proposed,
      int images,
      int wrong,
      double seconds,
      int actions,
      int labeled,
      double right,
      double given,
      double kept,
      Accuracy accuracy,
      int waiting,
      double newGiven,
      double cpuMilliseconds) {}

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
   * @param audit the images of the audit; 0 measures nothing
   * @param steps receives each step
   * @return the share of images that are right before the first step, in percent
   */
  @CanIgnoreReturnValue
  public static double run(
      Pool pool, int audit, long seed, Settings settings, Later later, Consumer<Step> steps) {
    int images = pool.truth.size();
    Map<String, float[]> features = new TreeMap<>();
    Map<String, String> truth = new HashMap<>();
    Map<String, String> pictures = new HashMap<>();
    for (int i = 0; i < images; i++) {
      features.put(name(i), pool.features[i]);
      truth.put(name(i), pool.truth.get(i));
      pictures.put(name(i), String.valueOf(pool.pictures.get(i)));
    }
    SessionHead.ClassTexts texts =
        names ->
            names.stream()
                .map(name -> Objects.requireNonNull(pool.texts.get(name)))
                .toArray(double[][]::new);
    SessionSettings of = new SessionSettings(pool.known, 20, audit, 90, seed, warning -> {});
    MemorySource.Entries journal = new MemorySource.Entries();
    Simulation simulation = new Simulation(settings, truth);
    simulation.newFeatures = pool.newFeatures;
    simulation.newTruth = pool.newTruth;
    Map<String, float[]> first = new TreeMap<>(features);
    IntStream.range(images - later.joining, images).forEach(i -> first.remove(name(i)));
    double before;
    MemorySource source = new MemorySource(first, texts, pool.scale, pictures);
    source.readFirst = later.read;
    simulation.source = Optional.of(source);
    simulation.perStep = later.perStep;
    try (Labeling labeling = new Labeling(source, journal, of, InstantSource.system())) {
      simulation.confuse(labeling);
      before = simulation.measure(labeling).right();
      if (later.joining > 0) {
        simulation.run(labeling, later.joinAfter, false, steps);
      } else {
        simulation.run(labeling, settings.maxSteps, settings.checks, steps);
      }
    }
    if (later.joining > 0) {
      MemorySource all = new MemorySource(features, texts, pool.scale, pictures);
      simulation.source = Optional.empty();
      try (Labeling labeling = new Labeling(all, journal, of, InstantSource.system())) {
        simulation.confuse(labeling);
        simulation.run(labeling, settings.maxSteps, settings.checks, steps);
      }
    }
    return before;
  }

  /**
   * Answers all pages of a session. It writes the same journal as a person.
   *
   * @param truth the class of each image by its path relative to the folder, {@link Labeling#NONE}
   *     for none of the classes; classes that do not exist are added when their first image is
   *     answered
   * @throws KgCoopException if an image has no class
   */
  public static void run(
      Labeling labeling, Map<String, String> truth, Settings settings, Consumer<Step> steps) {
    labeling.awaitImages();
    Map<String, String> classes = new HashMap<>();
    List<Path> unreadable = labeling.status().unreadable();
    for (Path image : labeling.images()) {
      String name = truth.get(key(image));
      if (name == null && !unreadable.contains(image)) {
        throw KgCoopException.data(key(image) + ": has no class in the list of --simulate");
      }
      classes.put(key(image), name == null ? Labeling.NONE : name); // it is never asked
    }
    Simulation simulation = new Simulation(settings, classes);
    simulation.confuse(labeling);
    simulation.run(labeling, settings.maxSteps, settings.checks, steps);
  }

  private static String name(int image) {
    return String.format(Locale.ROOT, "%08d", image);
  }

  private static String key(Path image) {
    return image.toString().replace('\\', '/');
  }

  private final Settings settings;
  private final Person person;
  private final Map<String, String> truth; // by path
  private final Map<String, String> similar = new HashMap<>(); // the most similar wrong class
  private final Map<String, String> first = new HashMap<>(); // the answer of a first look
  private final Map<String, String> second = new HashMap<>();
  private final Map<String, Integer> unnamed = new HashMap<>(); // by class
  private final PythonRandom random;
  private final Map<Integer, Boolean> newMistakes = new HashMap<>(); // by new image
  private List<String> confused = List.of(); // two classes
  private Optional<MemorySource> source = Optional.empty();
  private int perStep;
  private float[][] newFeatures = {};
  private List<String> newTruth = List.of();
  private double seconds;
  private int actions;
  private int step;

  private Simulation(Settings settings, Map<String, String> truth) {
    this.settings = settings;
    person = settings.person;
    this.truth = new TreeMap<>(truth);
    random = new PythonRandom(settings.seed);
  }

  // ---- the person

  /** Decides before the first answer what the person takes for what. */
  private void confuse(Labeling labeling) {
    if (person.confusion > 0 && confused.isEmpty()) {
      confused = random.sample(new ArrayList<>(labeling.classes()), 2);
    }
    for (Path path : labeling.images()) {
      String image = key(path);
      if (!first.containsKey(image)) {
        String right = truth.getOrDefault(image, "");
        similar.put(image, person.mistakes > 0 ? labeling.similar(path, right) : right);
        first.put(image, look(image));
        second.put(image, look(image));
      }
    }
  }

  private String look(String image) {
    String right = truth.getOrDefault(image, "");
    boolean isMistake = person.mistakes > 0 && random.next() < person.mistakes;
    if (confused.contains(right) && random.next() < person.confusion) {
      return confused.get(1 - confused.indexOf(right));
    }
    return isMistake ? similar.getOrDefault(image, right) : right;
  }

  /** Returns the answer of a first look, and adds its class if there is none. */
  private String answer(Labeling labeling, Path image) {
    String name = first.computeIfAbsent(key(image), this::look);
    if (name.isEmpty() || labeling.classes().contains(name)) {
      return name;
    }
    if (unnamed.merge(name, 1, Integer::sum) <= person.unnamed) {
      return Labeling.NONE;
    }
    labeling.addClasses("", List.of(name));
    seconds += NEW_CLASS_SECONDS;
    return name;
  }

  /** Answers until the wanted share is right, or nothing is left. */
  private void run(Labeling labeling, int last, boolean checks, Consumer<Step> steps) {
    while (step < last) {
      long start = cpuNanoseconds();
      Optional<Step> done = step(labeling);
      if (done.isEmpty()) {
        break;
      }
      steps.accept(timed(done.get(), (cpuNanoseconds() - start) / MILLISECONDS));
      if (done.get().right >= settings.until && settings.until < 100) {
        return;
      }
    }
    if (checks) {
      check(labeling).ifPresent(steps);
    }
  }

  private Optional<Step> step(Labeling labeling) {
    source.filter(each -> perStep > 0).ifPresent(each -> each.read(perStep));
    if (person.chosen > 0 && random.next() < person.chosen) {
      Optional<Step> chosen = choose(labeling);
      if (chosen.isPresent()) {
        return chosen;
      }
    }
    Page page = labeling.next();
    boolean isWaiting = labeling.status().read() < labeling.status().images();
    if (page.images().isEmpty() && !(isWaiting && source.isPresent())) {
      return Optional.empty();
    }
    if (page.images().isEmpty()) {
      return step(labeling);
    }
    step++;
    boolean isPage = page.proposed() != null;
    Map<Path, String> answers = new LinkedHashMap<>();
    int wrong = 0;
    boolean isUnread = isPage && person.unread > 0 && random.next() < person.unread;
    boolean isIncomplete = isPage && person.incomplete > 0 && random.next() < person.incomplete;
    for (int i = 0; i < page.images().size(); i++) {
      Path image = page.images().get(i);
      String proposed =
          isPage
              ? Objects.requireNonNull(page.proposed())
              : page.likely().get(i).stream().findFirst().orElse("");
      String answer = isUnread ? proposed : answer(labeling, image);
      if (isIncomplete && !answer.equals(proposed)) {
        continue;
      }
      wrong += page.kind().isBlind() || answer.equals(proposed) ? 0 : 1;
      answers.put(image, answer);
    }
    if (isPage && !answers.isEmpty()) {
      labeling.answer(page, answers);
    } else { // single images are answered one by one
      answers.forEach((image, answer) -> labeling.answer(page, Map.of(image, answer)));
    }
    seconds += seconds(page.kind(), page.images().size(), wrong);
    actions += isPage ? 1 + 2 * wrong : answers.size();
    return Optional.of(
        measured(labeling, page.kind(), isPage ? page.proposed() : "", answers.size(), wrong));
  }

  /** Chooses images that look right, as a person does who looks through a class. */
  private Optional<Step> choose(Labeling labeling) {
    Map<String, List<Labeling.Current>> right = new TreeMap<>();
    for (Labeling.Current each : labeling.current()) {
      String name = each.name();
      if (!each.isLabeled() && !each.isHidden() && name.equals(first.get(key(each.image())))) {
        right.computeIfAbsent(name, key -> new ArrayList<>()).add(each);
      }
    }
    if (right.isEmpty()) {
      return Optional.empty();
    }
    step++;
    List<String> names = new ArrayList<>(right.keySet());
    String name = random.sample(names, 1).get(0);
    Map<Path, String> answers = new LinkedHashMap<>();
    right.getOrDefault(name, List.of()).stream()
        .limit(SELECTED)
        .forEach(each -> answers.put(each.image(), name));
    labeling.choose("", answers);
    seconds += NextImages.PAGE_SECONDS + NextImages.THUMBNAIL_SECONDS * answers.size();
    actions += 2;
    return Optional.of(measured(labeling, Kind.CHOSEN, name, answers.size(), 0));
  }

  /** Checks the whole folder with a second look at each image. */
  private Optional<Step> check(Labeling labeling) {
    int asked = 0;
    int wrong = 0;
    for (Page page = labeling.next("", Kind.CHECK);
        !page.images().isEmpty();
        page = labeling.next("", Kind.CHECK)) {
      for (Path image : page.images()) {
        String look = second.computeIfAbsent(key(image), this::look);
        String known = labeling.classes().contains(look) ? look : Labeling.NONE;
        Answered answered = labeling.answer(page, Map.of(image, known));
        if (answered.differs().containsKey(image)) {
          wrong++;
          String right = truth.getOrDefault(key(image), "");
          labeling.decide(
              "", page.number(), image, labeling.classes().contains(right) ? right : Labeling.NONE);
        }
        asked++;
      }
    }
    step++;
    seconds += NextImages.QUESTION_SECONDS * (asked + wrong);
    actions += asked + wrong;
    return Optional.of(measured(labeling, Kind.CHECK, "", asked, wrong));
  }

  private static double seconds(Kind kind, int images, int wrong) {
    boolean isSingle = kind != Kind.PAGE && kind != Kind.UNUSUAL && kind != Kind.NONE_AGAIN;
    double each = NextImages.THUMBNAIL_SECONDS + (kind == Kind.UNUSUAL ? OWN_PROPOSAL_SECONDS : 0);
    return isSingle
        ? NextImages.QUESTION_SECONDS * images
        : NextImages.PAGE_SECONDS + each * images + NextImages.CORRECTION_SECONDS * wrong;
  }

  // ---- the truth

  /** The true shares of the folder, in percent. */
  private record Truth(double right, double given, double kept, int labeled) {}

  /** Returns the answer for a class at the moment: none of the classes before it has a name. */
  private String now(String name, List<String> classes) {
    return person.unnamed > 0 && !classes.contains(name) ? Labeling.NONE : name;
  }

  private Truth measure(Labeling labeling) {
    int images = 0;
    int right = 0;
    int given = 0;
    int kept = 0;
    int labeled = 0;
    List<String> classes = labeling.classes();
    for (Labeling.Current each : labeling.current()) {
      String image = key(each.image());
      String name = each.name();
      String actual = truth.getOrDefault(image, "");
      images++;
      labeled += each.isLabeled() ? 1 : 0;
      right += name.equals(actual) ? 1 : 0;
      // An image that was none of the classes before its class had a name would get the name now.
      boolean isOutdated = name.isEmpty() && person.unnamed > 0 && classes.contains(actual);
      given +=
          (each.isLabeled() && !isOutdated)
                  || name.equals(now(first.getOrDefault(image, actual), classes))
              ? 1
              : 0;
      kept +=
          name.equals(now(second.getOrDefault(image, actual), classes))
                  || name.equals(now(actual, classes))
              ? 1
              : 0;
    }
    double all = images / 100.0;
    return new Truth(right / all, given / all, kept / all, labeled);
  }

  /** Returns the share of the new images that get the class that the person would give. */
  private double newGiven(Labeling labeling) {
    if (newTruth.isEmpty()) {
      return Double.NaN;
    }
    List<String> classes = labeling.classify(newFeatures);
    int given = 0;
    for (int i = 0; i < newTruth.size(); i++) {
      String right = now(newTruth.get(i), labeling.classes());
      String name = classes.get(i);
      // A mistake is the most similar wrong class, which is the program's if that is wrong.
      boolean isMistake = newMistakes.computeIfAbsent(i, key -> random.next() < person.mistakes);
      given += name.equals(right) != isMistake ? 1 : 0;
    }
    return 100.0 * given / newTruth.size();
  }

  private Step measured(
      Labeling labeling, Kind kind, @Nullable String proposed, int images, int wrong) {
    Truth now = measure(labeling);
    return new Step(
        step,
        kind,
        proposed == null ? "" : proposed,
        images,
        wrong,
        seconds,
        actions,
        now.labeled,
        now.right,
        now.given,
        now.kept,
        labeling.accuracy(),
        labeling.waiting(),
        newGiven(labeling),
        0);
  }

  private static Step timed(Step step, double milliseconds) {
    return new Step(
        step.step,
        step.kind,
        step.proposed,
        step.images,
        step.wrong,
        step.seconds,
        step.actions,
        step.labeled,
        step.right,
        step.given,
        step.kept,
        step.accuracy,
        step.waiting,
        step.newGiven,
        milliseconds);
  }

  private static long cpuNanoseconds() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }
}
