package org.kgcoop.label;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.kgcoop.random.PythonRandom;
import org.kgcoop.runs.JournalEntry;
import org.kgcoop.runs.Kind;

/**
 * A simulated person, who answers from a list of classes. The seconds are those of {@link
 * NextImages}.
 */
public final class Simulation {
  private static final double NEW_CLASS_SECONDS = 3;

  /** Seconds more for each image of a page in which each image has its own proposal. */
  private static final double OWN_PROPOSAL_SECONDS = 0.3;

  private static final int PAGE = 20;
  private static final double MILLISECONDS = 1e6; // in nanoseconds

  /**
   * The settings of a simulation.
   *
   * @param mistakes the share of wrong answers, from 0 to 1: the most probable wrong class
   * @param until the share of right images at which the simulation ends, in percent; 100 labels
   *     until nothing is left
   * @param seed of the mistakes
   * @param maxSteps the simulation ends after so many steps
   * @param reading the images that are read at the start and during each step; all if it is empty
   */
  public record Settings(
      double mistakes, double until, long seed, int maxSteps, Optional<Reading> reading) {
    /** Creates settings without a limit of steps, with all images read. */
    public Settings(double mistakes, double until, long seed) {
      this(mistakes, until, seed, Integer.MAX_VALUE, Optional.empty());
    }
  }

  /**
   * The speed of reading.
   *
   * @param first the images that are read before the first step
   * @param perStep the images that are read during each step
   */
  public record Reading(int first, int perStep) {}

  /**
   * A step.
   *
   * @param step counted from 1
   * @param kind as in {@link Labeling.Page}
   * @param proposed the proposed class, "" for none of these and for other kinds
   * @param images the images of the step
   * @param wrong the images whose answer was not the proposed class
   * @param seconds of the person so far, by the model
   * @param labeled the images with an answer so far
   * @param right the share of images that are right, labeled or classified, in percent
   * @param folder the measured share, with its limits
   * @param newImages the measured accuracy on new images, with its limits
   * @param newRight the true accuracy on new images, in percent; NaN without new images
   * @param waiting the audit images that were passed and are asked next; until then the folder's
   *     share counts them as wrong
   * @param cpuMilliseconds the CPU time of this thread for the step
   */
  public record Step(
      int step,
      String kind,
      String proposed,
      int images,
      int wrong,
      double seconds,
      int labeled,
      double right,
      Optional<Audit.Share> folder,
      Optional<Audit.Share> newImages,
      double newRight,
      int waiting,
      double cpuMilliseconds) {}

  /**
   * Images with known classes, for simulations without files.
   *
   * @param features (N, D), unit rows
   * @param truth the class of each image, "" for none of the classes
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
      Map<String, double[]> texts,
      List<String> known,
      double scale,
      float[][] newFeatures,
      List<String> newTruth) {
    public Pool {
      newTruth = List.copyOf(newTruth);
      truth = List.copyOf(truth);
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
      Pool pool, int audit, long seed, Settings settings, Consumer<Step> steps) {
    List<String> images =
        IntStream.range(0, pool.truth.size()).mapToObj("%08d"::formatted).toList();
    JournalEntry.Start start =
        new JournalEntry.Start(1, seed, "", images.size(), "", PAGE, audit, 90);
    try (LabelSession session =
        new LabelSession(
            images,
            Map.of(),
            names ->
                names.stream()
                    .map(name -> Objects.requireNonNull(pool.texts.get(name)))
                    .toArray(double[][]::new),
            pool.scale,
            start)) {
      session.apply(start);
      session.apply(
          new JournalEntry.Draw(
              LabelSession.drawAudit(images.size(), audit, seed).stream().map(images::get).toList(),
              false));
      for (int c = 0; c < pool.known.size(); c++) {
        session.apply(new JournalEntry.ClassAdded(c, pool.known.get(c)));
      }
      Simulation simulation = new Simulation(session, session::apply, pool.truth, settings);
      simulation.features = pool.features;
      simulation.read(settings.reading.map(Reading::first).orElse(images.size()));
      simulation.newFeatures = pool.newFeatures;
      simulation.newTruth = pool.newTruth;
      double before = simulation.right();
      simulation.run(steps);
      return before;
    }
  }

  private final LabelSession session;
  private final Consumer<JournalEntry> record;
  private final List<String> truth;
  private final Settings settings;
  private final PythonRandom random;
  private final Map<String, Integer> numbers = new HashMap<>();
  private float[][] features = {}; // of images that are not read at once
  private int read; // the first images of the order that were read
  private float[][] newFeatures = {};
  private List<String> newTruth = List.of();
  private double seconds;

  /**
   * Creates a simulation.
   *
   * @param record applies an entry to the session
   * @param truth the class of each image, "" for none of the classes
   */
  Simulation(
      LabelSession session, Consumer<JournalEntry> record, List<String> truth, Settings settings) {
    this.session = session;
    this.record = record;
    this.truth = List.copyOf(truth);
    this.settings = settings;
    random = new PythonRandom(settings.seed());
  }

  /** Reads more images, and lets them take part in the choice if there are enough. */
  private void read(int count) {
    Map<Integer, float[]> vectors = new HashMap<>();
    session.needed().forEach(image -> vectors.put(image, features[image]));
    for (int end = Math.min(features.length, read + count); read < end; read++) {
      vectors.put(session.order().image(read), features[session.order().image(read)]);
    }
    if (!vectors.isEmpty()) {
      session.read(vectors, List.of());
      session.growth().ifPresent(record);
    }
  }

  /** Answers until the wanted share is right, or nothing is left. */
  void run(Consumer<Step> steps) {
    LabelState state = session.state();
    for (int number : state.classes()) {
      numbers.put(state.name(number), number);
    }
    int last = state.steps().isEmpty() ? 0 : state.steps().get(state.steps().size() - 1).step();
    for (int step = last + 1; step - last <= settings.maxSteps(); step++) {
      long start = cpuNanoseconds();
      LabelSession.Proposal proposal = session.next(null, LabelSession.Offered.NOTHING);
      if (proposal.shown().isEmpty() && !session.isWaiting()) {
        return;
      }
      settings.reading.ifPresent(reading -> read(reading.perStep));
      if (proposal.shown().isEmpty()) {
        continue;
      }
      Map<String, Integer> answers = new LinkedHashMap<>();
      int wrong = 0;
      for (int image : proposal.shown()) {
        int answer = answer(image);
        Integer proposed = proposal.proposed();
        wrong += answer != (proposed == null ? session.head().predicted(image) : proposed) ? 1 : 0;
        answers.put(session.state().images().get(image), answer);
      }
      seconds += seconds(proposal, wrong);
      record.accept(
          new JournalEntry.Page(
              step,
              proposal.kind(),
              proposal.proposed(),
              answers,
              proposal.passed().stream().map(session.state().images()::get).toList(),
              null));
      double right = right();
      double cpu = (cpuNanoseconds() - start) / MILLISECONDS;
      Integer proposed = proposal.proposed();
      steps.accept(
          new Step(
              step,
              proposal.kind().id(),
              proposed == null || proposed < 0 ? "" : session.state().name(proposed),
              proposal.shown().size(),
              wrong,
              seconds,
              (int) images().filter(session.state()::isLabeled).count(),
              right,
              session.accuracy().folder(),
              session.accuracy().newImages(),
              newRight(),
              (int)
                  images()
                      .filter(session.state()::isPassed)
                      .filter(i -> session.state().answer(i) == LabelState.UNLABELED)
                      .count(),
              cpu));
      if (right >= settings.until() && settings.until() < 100) {
        return;
      }
    }
  }

  private IntStream images() {
    return IntStream.range(0, truth.size());
  }

  private static long cpuNanoseconds() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private static double seconds(LabelSession.Proposal proposal, int wrong) {
    int images = proposal.shown().size();
    boolean single = proposal.kind() != Kind.PAGE && proposal.kind() != Kind.UNUSUAL;
    double each =
        NextImages.THUMBNAIL_SECONDS + (proposal.kind() == Kind.UNUSUAL ? OWN_PROPOSAL_SECONDS : 0);
    return single
        ? NextImages.QUESTION_SECONDS * images
        : NextImages.PAGE_SECONDS + each * images + NextImages.CORRECTION_SECONDS * wrong;
  }

  /** Returns the answer of the person, and adds its class if there is none. */
  private int answer(int image) {
    String name = truth.get(image);
    boolean isMistake = settings.mistakes() > 0 && random.next() < settings.mistakes();
    Integer known = name.isEmpty() ? Integer.valueOf(JournalEntry.NONE) : numbers.get(name);
    if (isMistake) {
      int other = confused(image, known == null ? LabelState.UNLABELED : known);
      if (other != LabelState.UNLABELED) {
        return other;
      }
    }
    if (known == null) {
      int number = session.state().classCount();
      record.accept(new JournalEntry.ClassAdded(number, name));
      numbers.put(name, number);
      seconds += NEW_CLASS_SECONDS;
      return number;
    }
    return known;
  }

  /** Returns the most probable wrong class. */
  private int confused(int image, int right) {
    return session.head().likely(image, 2).stream()
        .filter(number -> number != right)
        .findFirst()
        .orElse(LabelState.UNLABELED);
  }

  private double newRight() {
    if (newTruth.isEmpty()) {
      return Double.NaN;
    }
    int[] classes = session.head().classify(newFeatures);
    LabelState state = session.state();
    long right =
        IntStream.range(0, classes.length)
            .filter(i -> state.isSeen(classes[i])) // the measured head knows no others
            .filter(i -> (classes[i] < 0 ? "" : state.name(classes[i])).equals(newTruth.get(i)))
            .count();
    return 100.0 * right / classes.length;
  }

  /**
   * Returns the share of images that are right, in percent. Images that are not read yet are
   * classified, too; images that do not fit into the working set of a large folder are not.
   */
  private double right() {
    LabelState state = session.state();
    int[] unread =
        images().filter(i -> i < features.length && !session.head().isInPool(i)).toArray();
    int[] classes =
        settings.reading.isEmpty() || unread.length == 0
            ? new int[0]
            : session
                .head()
                .classify(Arrays.stream(unread).mapToObj(i -> features[i]).toArray(float[][]::new));
    Map<Integer, Integer> others = new HashMap<>();
    for (int i = 0; i < classes.length; i++) {
      others.put(unread[i], classes[i]);
    }
    long right =
        images()
            .filter(
                i -> {
                  int number =
                      state.isLabeled(i)
                          ? state.answer(i)
                          : session.head().isInPool(i)
                              ? session.head().predicted(i)
                              : others.getOrDefault(i, JournalEntry.NONE);
                  return (number < 0 ? "" : state.name(number)).equals(truth.get(i));
                })
            .count();
    return 100.0 * right / truth.size();
  }
}
