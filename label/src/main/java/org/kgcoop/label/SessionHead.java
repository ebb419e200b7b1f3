package org.kgcoop.label;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.eval.Softmax;
import org.kgcoop.journal.JournalEntry;
import org.kgcoop.method.GapHead;
import org.kgcoop.random.PythonRandom;
import org.kgcoop.similarity.Clusters;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * The head of a session: it trains with the labels of a {@link LabelState}, and classifies the
 * images of a pool. Labels outside the pool train, too.
 */
final class SessionHead implements AutoCloseable {
  /** Rows of the kernel: the newest labels, and a random part of the others. */
  private static final int MAX_ROWS = 2_000;

  private static final int NEWEST_ROWS = 1_000;
  private static final int MAX_EXAMPLES = 1_000;

  /**
   * The random part changes only after this many labels, because the factor is then computed anew.
   */
  private static final int ROW_BLOCK = 250;

  private static final double SUSPICIOUS = 0.5;

  /** Images of the overview; more would take longer than a second. */
  private static final int CLUSTERED = 2_000;

  /**
   * A labeled image of another folder.
   *
   * @param row its feature
   * @param label its class when it was added, or {@link JournalEntry#NONE}
   */
  @SuppressWarnings("ArrayRecordComponent") // passed on, never compared
  private record Example(double[] row, int label) {}

  /** Source of the features of class names. */
  interface ClassTexts {
    /** Returns the class features, (K, D), unit rows. */
    double[][] of(List<String> names);

    /**
     * Checks names before they are added.
     *
     * @throws org.kgcoop.KgCoopException if the model cannot tell two of them apart
     */
    default void check(List<String> names) {}
  }

  private final LabelState state;
  private final float[] @Nullable [] features; // (N, D), null before an image is read
  private final ClassTexts texts;
  private final double scale;
  private final long seed;
  private final Supplier<int[]> distanceImages;
  private List<Example> examples = List.of();
  private Set<Integer> heldOut = Set.of(); // images that do not train
  private int[] pool = {}; // the images that every fit classifies, ascending
  private Map<Integer, Integer> places = Map.of(); // the positions of these images in the pool
  private @Nullable GapHead head; // for the current pool
  private List<String> headClasses = List.of(); // names of its classes
  private int[] headNumbers = {}; // numbers of its classes
  private GapHead.@Nullable Fit fit;
  private boolean isClosed;

  /**
   * Creates a head without a pool.
   *
   * @param features (N, D), unit rows, null for images that are not read; filled by the session
   * @param scale the factor of the cosines in zero-shot probabilities
   * @param distanceImages read images that set the distance of the kernel; always the same ones
   */
  SessionHead(
      LabelState state,
      float[] @Nullable [] features,
      ClassTexts texts,
      double scale,
      long seed,
      Supplier<int[]> distanceImages) {
    this.state = state;
    this.features = features;
    this.texts = texts;
    this.scale = scale;
    this.seed = seed;
    this.distanceImages = distanceImages;
  }

  /**
   * Sets the images that every fit classifies.
   *
   * @param images read images, ascending
   */
  void setPool(int[] images) {
    if (Arrays.equals(pool, images)) {
      return;
    }
    pool = images.clone();
    places =
        IntStream.range(0, pool.length).boxed().collect(Collectors.toMap(i -> pool[i], i -> i));
    fit = null;
    if (head != null && pool.length > 0) {
      try (Scope scope = Scope.open("pool")) {
        head.setImages(tensor(pool));
      }
    }
  }

  int[] pool() {
    return pool;
  }

  /** Returns the position of an image of the pool. */
  int place(int image) {
    return Objects.requireNonNull(places.get(image));
  }

  /** Returns true if every fit classifies the image. */
  boolean isInPool(int image) {
    return places.containsKey(image);
  }

  /**
   * Adds labeled images that are not in the folder. They train in front of all others. At most
   * 1,000 random ones are used.
   *
   * @param vectors their features, each (D), unit length
   * @param numbers their classes, or {@link JournalEntry#NONE}
   */
  void addExamples(List<float[]> vectors, List<Integer> numbers) {
    List<Integer> all = IntStream.range(0, vectors.size()).boxed().toList();
    List<Integer> used =
        all.size() > MAX_EXAMPLES ? new PythonRandom(seed).sample(all, MAX_EXAMPLES) : all;
    examples = used.stream().map(i -> new Example(row(vectors.get(i)), numbers.get(i))).toList();
    reset();
  }

  /** Sets images that do not train although they are labeled. */
  void holdOut(Set<Integer> images) {
    heldOut = Set.copyOf(images);
    fit = null;
  }

  /** Returns a head with the same examples, for other images. */
  SessionHead sibling() {
    SessionHead other = new SessionHead(state, features, texts, scale, seed, distanceImages);
    other.examples = examples;
    return other;
  }

  /** Returns true if an example has the class. */
  boolean hasExample(int number) {
    return examples.stream().anyMatch(each -> state.current(each.label()) == number);
  }

  /** Forgets the fit, because the answers or classes changed. */
  void invalidate() {
    fit = null;
  }

  private Tensor tensor(int[] images) {
    return images.length == 0
        ? Tensor.of(new float[0], 0, 0)
        : Tensor.ofRows(Arrays.stream(images).mapToObj(this::feature).toArray(float[][]::new));
  }

  private float[] feature(int image) {
    return Objects.requireNonNull(features[image]);
  }

  // ---- the fit

  /** Returns the labeled images that are rows of the kernel, in order. */
  static List<Integer> rows(List<Integer> labeled, long seed) {
    int n = labeled.size();
    if (n <= MAX_ROWS) {
      return labeled;
    }
    int older = (n - NEWEST_ROWS) / ROW_BLOCK * ROW_BLOCK;
    List<Integer> sample =
        new ArrayList<>(
            new PythonRandom(seed + older)
                .sample(labeled.subList(0, older), MAX_ROWS - NEWEST_ROWS - ROW_BLOCK));
    sample.addAll(labeled.subList(older, n));
    return sample;
  }

  /** Fits the head to the answers, if they have changed. */
  GapHead.Fit fit() {
    if (fit == null) {
      fit = fit(state.labeled().stream().filter(image -> !heldOut.contains(image)).toList());
    }
    return fit;
  }

  private GapHead.Fit fit(List<Integer> labeled) {
    GapHead current = head();
    List<Integer> images = rows(labeled, seed);
    return current.fit(features(images), columns(images));
  }

  /** Returns the head with the classes of the moment. */
  private GapHead head() {
    if (isClosed) {
      throw new IllegalStateException("the session is closed");
    }
    int[] numbers = state.classes();
    List<String> classes = Arrays.stream(numbers).mapToObj(state::name).toList();
    if (head == null) {
      try (Scope scope = Scope.open("pool")) {
        double distance = GapHead.distance(tensor(distanceImages.get()));
        head = new GapHead(tensor(pool), texts.of(classes), scale, distance);
      }
    } else if (!classes.equals(headClasses)) {
      head.setTexts(texts.of(classes));
    }
    headClasses = classes;
    headNumbers = numbers;
    return head;
  }

  /** Returns the rows of the kernel: all examples, then labeled images. */
  private double[][] features(List<Integer> images) {
    return Stream.concat(
            examples.stream().map(Example::row), images.stream().map(image -> row(feature(image))))
        .toArray(double[][]::new);
  }

  /** Returns the columns of the labels of these rows. */
  private int[] columns(List<Integer> images) {
    return IntStream.concat(
            examples.stream().mapToInt(each -> state.current(each.label())),
            images.stream().mapToInt(state::answer))
        .map(label -> label < 0 ? headNumbers.length : Arrays.binarySearch(headNumbers, label))
        .toArray();
  }

  private static double[] row(float[] feature) {
    double[] row = new double[feature.length];
    for (int d = 0; d < row.length; d++) {
      row[d] = feature[d];
    }
    return row;
  }

  /** Returns the class of a column, or {@link JournalEntry#NONE} for the last one. */
  int number(int column) {
    return column == headNumbers.length ? JournalEntry.NONE : headNumbers[column];
  }

  // ---- answers of the head

  /**
   * What the head says about an image.
   *
   * @param label the most probable class, or {@link JournalEntry#NONE}
   * @param margin how much more probable it is than the next one
   */
  record Guess(int label, double probability, double margin) {
    /** That of an image that is not classified. */
    static final Guess UNKNOWN = new Guess(JournalEntry.NONE, 0, 0);
  }

  private Guess guess(double[] p) {
    int best = Softmax.argMax(p);
    return new Guess(number(best), p[best], NextImages.margin(p, best));
  }

  /** Returns what the head says about a read image. A labeled one may be outside the pool. */
  Guess guess(int image) {
    return guess(probabilities(image));
  }

  /** Returns what the head says about read images, by image. */
  Map<Integer, Guess> guesses(Collection<Integer> images) {
    int[] all = images.stream().mapToInt(Integer::intValue).distinct().toArray();
    double[][] p = probabilities(all);
    return IntStream.range(0, all.length)
        .boxed()
        .collect(Collectors.toMap(i -> all[i], i -> guess(p[i])));
  }

  /** Returns the probabilities of other images, (B, K + 1). */
  double[][] probabilities(Tensor images) {
    GapHead.Fit current = fit();
    return Objects.requireNonNull(head).classify(images, current);
  }

  /** Returns the probabilities of a read image, (K + 1). */
  private double[] probabilities(int image) {
    return probabilities(new int[] {image})[0];
  }

  private double[][] probabilities(int[] images) {
    int[] outside = Arrays.stream(images).filter(image -> !isInPool(image)).toArray();
    double[][] others = {};
    if (outside.length > 0) {
      try (Scope scope = Scope.open("images")) {
        others = probabilities(tensor(outside));
      }
    }
    double[][] rows = new double[images.length][];
    int next = 0;
    for (int i = 0; i < images.length; i++) {
      rows[i] = isInPool(images[i]) ? fit().probabilities()[place(images[i])] : others[next++];
    }
    return rows;
  }

  /** Returns the most probable class of read images, by image. None of the classes is no class. */
  Map<Integer, Integer> nearest(Collection<Integer> images) {
    int[] all = images.stream().mapToInt(Integer::intValue).toArray();
    double[][] p = all.length == 0 ? new double[0][] : probabilities(all);
    return IntStream.range(0, all.length)
        .boxed()
        .collect(
            Collectors.toMap(
                i -> all[i], i -> number(Softmax.argMax(Arrays.copyOf(p[i], headNumbers.length)))));
  }

  /** Returns the most probable classes of a read image, at most {@code count}. */
  List<Integer> likely(int image, int count) {
    double[] p = probabilities(image);
    return IntStream.range(0, headNumbers.length)
        .boxed()
        .sorted(Comparator.comparingDouble(c -> -p[c]))
        .limit(count)
        .map(this::number)
        .toList();
  }

  /**
   * Returns the number of images of the pool that the head assigns to each class, by its number or
   * {@link JournalEntry#NONE}.
   */
  Map<Integer, Integer> proposedCounts() {
    Map<Integer, Integer> counts = new HashMap<>();
    for (int image : pool) {
      if (!state.isLabeled(image)) {
        counts.merge(guess(image).label(), 1, Integer::sum);
      }
    }
    return counts;
  }

  /** Returns the largest cosine with a prototype for each image of the pool. */
  double[] nearness() {
    double[][] prototypes = fit().prototypes();
    return Arrays.stream(pool)
        .mapToDouble(
            image -> {
              float[] row = feature(image);
              return Arrays.stream(prototypes)
                  .mapToDouble(
                      p -> IntStream.range(0, p.length).mapToDouble(d -> p[d] * row[d]).sum())
                  .max()
                  .orElse(0);
            })
        .toArray();
  }

  /** Returns images nearest to the centers of clusters, largest cluster first. */
  List<Integer> overview(int count) {
    return Clusters.central(
            Arrays.stream(pool).limit(CLUSTERED).mapToObj(this::feature).toList(), count, seed)
        .stream()
        .map(position -> pool[position])
        .toList();
  }

  /** Returns the labels to which another class is more probable than 0.5 without them. */
  List<Integer> suspicious() {
    List<Integer> images = rows(state.labeled(), seed);
    if (images.isEmpty()) {
      return List.of();
    }
    List<Guess> guesses =
        Arrays.stream(head().leftOut(features(images), columns(images)))
            .skip(examples.size())
            .map(this::guess)
            .toList();
    fit = null;
    return IntStream.range(0, images.size())
        .boxed()
        .filter(i -> guesses.get(i).label() != state.answer(images.get(i)))
        .filter(i -> guesses.get(i).probability() > SUSPICIOUS)
        .sorted(Comparator.comparingDouble(i -> -guesses.get(i).probability()))
        .map(images::get)
        .toList();
  }

  /**
   * Classifies all images of the folder that can be read. The audit images train this head, too.
   *
   * @param audit labeled images of the audit
   */
  Map<Integer, Guess> result(List<Integer> audit) {
    GapHead.Fit all = fit(Stream.concat(state.labeled().stream(), audit.stream()).toList());
    GapHead current = head();
    Map<Integer, Guess> guesses = new HashMap<>();
    int chunk = Math.max(1, pool.length);
    int[] images = IntStream.range(0, features.length).filter(i -> features[i] != null).toArray();
    for (int from = 0; from < images.length; from += chunk) {
      int[] part = Arrays.copyOfRange(images, from, Math.min(images.length, from + chunk));
      try (Scope scope = Scope.open("result")) {
        double[][] p = current.classify(tensor(part), all);
        IntStream.range(0, part.length).forEach(i -> guesses.put(part[i], guess(p[i])));
      }
    }
    fit = null;
    return guesses;
  }

  @Override
  public void close() {
    isClosed = true;
    reset();
  }

  private void reset() {
    if (head != null) {
      head.close();
    }
    head = null;
    fit = null;
  }
}
