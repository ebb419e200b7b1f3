package org.kgcoop.label;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.eval.Clusters;
import org.kgcoop.method.GapHead;
import org.kgcoop.random.PythonRandom;
import org.kgcoop.runs.JournalEntry;
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

  /** Source of the class features of class names, (K, D), unit rows. */
  interface ClassTexts {
    double[][] of(List<String> names);
  }

  private final LabelState state;
  private final float[] @Nullable [] features; // (N, D), null before an image is read
  private final ClassTexts texts;
  private final double scale;
  private final long seed;
  private final Supplier<int[]> distanceImages;
  private List<float[]> examples = List.of(); // labeled images of another folder
  private List<Integer> exampleClasses = List.of();
  private int[] pool = {}; // the images that every fit classifies, ascending
  private final int[] place; // (N), the position in the pool, or -1
  private @Nullable GapHead head; // for the current pool
  private List<Integer> rows = List.of(); // of the head: images, or -1 - i for the example i
  private List<String> headClasses = List.of(); // names of its classes
  private int[] headNumbers = {}; // numbers of its classes
  private GapHead.@Nullable Fit fit;

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
    place = new int[features.length];
    Arrays.fill(place, -1);
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
    Arrays.fill(place, -1);
    for (int i = 0; i < pool.length; i++) {
      place[pool[i]] = i;
    }
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

  /** Returns the position of an image in the pool, or -1. */
  int place(int image) {
    return place[image];
  }

  /** Returns true if every fit classifies the image. */
  boolean isInPool(int image) {
    return place[image] >= 0;
  }

  /**
   * Adds labeled images that are not in the folder. They train in front of all others. At most
   * 1,000 random ones are used.
   *
   * @param vectors their features, each (D), unit length
   * @param numbers their classes, or {@link JournalEntry#NONE}
   */
  void addExamples(List<float[]> vectors, List<Integer> numbers) {
    List<Integer> used = new ArrayList<>(IntStream.range(0, vectors.size()).boxed().toList());
    if (used.size() > MAX_EXAMPLES) {
      used = new ArrayList<>(new PythonRandom(seed).sample(used, MAX_EXAMPLES));
    }
    examples = used.stream().map(vectors::get).toList();
    exampleClasses = used.stream().map(numbers::get).toList();
    close();
  }

  /** Returns true if an example has the class. */
  boolean hasExample(int number) {
    return exampleClasses.stream().anyMatch(each -> state.current(each) == number);
  }

  /** Forgets the fit, because the answers or classes changed. */
  void invalidate() {
    fit = null;
  }

  private Tensor tensor(int[] images) {
    int width = images.length == 0 ? 0 : feature(images[0]).length;
    float[] flat = new float[images.length * width];
    for (int i = 0; i < images.length; i++) {
      System.arraycopy(feature(images[i]), 0, flat, i * width, width);
    }
    return Tensor.of(flat, images.length, width);
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
      fit = synchronize(rowsFor(state.labeled())).fit();
    }
    return fit;
  }

  /** Returns the rows of the kernel: all examples, then labeled images. */
  private List<Integer> rowsFor(List<Integer> labeled) {
    return Stream.concat(
            IntStream.range(0, examples.size()).mapToObj(i -> -1 - i), rows(labeled, seed).stream())
        .toList();
  }

  /** Brings the rows, labels and classes of the head up to date. */
  private GapHead synchronize(List<Integer> wanted) {
    int[] numbers = state.classes();
    List<String> classes = Arrays.stream(numbers).mapToObj(state::name).toList();
    if (head == null) {
      try (Scope scope = Scope.open("pool")) {
        double distance = GapHead.distance(tensor(distanceImages.get()));
        head = new GapHead(tensor(pool), texts.of(classes), scale, distance);
      }
      rows = List.of();
    } else if (!classes.equals(headClasses)) {
      head.setTexts(texts.of(classes));
    }
    headClasses = classes;
    headNumbers = numbers;
    GapHead current = head;
    int equal = 0;
    while (equal < Math.min(rows.size(), wanted.size())
        && rows.get(equal).equals(wanted.get(equal))) {
      equal++;
    }
    current.cut(equal);
    List<Integer> added = wanted.subList(equal, wanted.size());
    current.add(
        added.stream().map(this::row).toArray(double[][]::new),
        added.stream().mapToInt(this::column).toArray());
    for (int i = 0; i < equal; i++) {
      current.correct(i, column(wanted.get(i)));
    }
    rows = List.copyOf(wanted);
    return current;
  }

  private double[] row(int image) {
    float[] feature = image < 0 ? examples.get(-1 - image) : feature(image);
    double[] row = new double[feature.length];
    for (int d = 0; d < row.length; d++) {
      row[d] = feature[d];
    }
    return row;
  }

  /** Returns the column of the label of an image. */
  private int column(int image) {
    int answer = image < 0 ? state.current(exampleClasses.get(-1 - image)) : state.answer(image);
    return answer < 0 ? headNumbers.length : Arrays.binarySearch(headNumbers, answer);
  }

  /** Returns the class of a column, or {@link JournalEntry#NONE} for the last one. */
  int number(int column) {
    return column == headNumbers.length ? JournalEntry.NONE : headNumbers[column];
  }

  // ---- answers of the head

  /** Returns the probabilities of a read image, (K + 1). A labeled one may be outside the pool. */
  private double[] probabilities(int image) {
    GapHead.Fit current = fit();
    if (isInPool(image)) {
      return current.probabilities()[place[image]];
    }
    try (Scope scope = Scope.open("image")) {
      return Objects.requireNonNull(head).classify(tensor(new int[] {image}), current)[0];
    }
  }

  /** Returns the most probable class of a read image. */
  int predicted(int image) {
    return number(NextImages.argmax(probabilities(image)));
  }

  /** Returns the most probable class of other images, or {@link JournalEntry#NONE}. */
  int[] classify(float[][] images) {
    GapHead.Fit current = fit();
    int width = images.length == 0 ? 0 : images[0].length;
    float[] flat = new float[images.length * width];
    for (int i = 0; i < images.length; i++) {
      System.arraycopy(images[i], 0, flat, i * width, width);
    }
    try (Scope scope = Scope.open("classify")) {
      double[][] p =
          Objects.requireNonNull(head).classify(Tensor.of(flat, images.length, width), current);
      return Arrays.stream(p).mapToInt(row -> number(NextImages.argmax(row))).toArray();
    }
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
   * Returns the number of images of the pool that the head assigns to each class, by number, and
   * behind them the number of those that show none of the classes.
   */
  int[] proposedCounts() {
    int[] counts = new int[state.classCount() + 1];
    for (int image : pool) {
      if (!state.isLabeled(image)) {
        int predicted = predicted(image);
        counts[predicted < 0 ? state.classCount() : predicted]++;
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
              double[] row = row(image);
              return Arrays.stream(prototypes)
                  .mapToDouble(
                      p -> IntStream.range(0, p.length).mapToDouble(d -> p[d] * row[d]).sum())
                  .max()
                  .orElse(0);
            })
        .toArray();
  }

  /** Returns images nearest to the centers of clusters, largest cluster first. */
  List<Integer> overview(int count, int most) {
    return Clusters.central(
            Arrays.stream(pool).limit(most).mapToObj(this::feature).toList(), count, seed)
        .stream()
        .map(position -> pool[position])
        .toList();
  }

  /** Returns the labels to which another class is more probable than 0.5 without them. */
  List<Integer> suspicious() {
    List<Integer> wanted = rowsFor(state.labeled());
    if (wanted.size() == examples.size()) {
      return List.of();
    }
    double[][] p = synchronize(wanted).leftOut();
    fit = null;
    return IntStream.range(examples.size(), wanted.size())
        .filter(
            i -> {
              int best = NextImages.argmax(p[i]);
              return best != column(wanted.get(i)) && p[i][best] > SUSPICIOUS;
            })
        .boxed()
        .sorted(Comparator.comparingDouble(i -> -p[i][NextImages.argmax(p[i])]))
        .map(wanted::get)
        .toList();
  }

  /**
   * The class of each image by the person or the final head.
   *
   * @param classes (N)
   * @param probabilities (N), 1 for the person
   */
  @SuppressWarnings("ArrayRecordComponent") // passed on, never compared
  record Result(int[] classes, double[] probabilities) {}

  /**
   * Classifies all images of the folder that can be read. The audit images train this head, too.
   *
   * @param audit labeled images of the audit
   */
  Result result(List<Integer> audit) {
    List<Integer> labeled = new ArrayList<>(state.labeled());
    labeled.addAll(audit);
    GapHead current = synchronize(rowsFor(labeled));
    GapHead.Fit all = current.fit();
    int[] classes = new int[features.length];
    double[] probabilities = new double[features.length];
    int chunk = Math.max(1, pool.length);
    int[] images = IntStream.range(0, features.length).filter(i -> features[i] != null).toArray();
    for (int from = 0; from < images.length; from += chunk) {
      int[] part = Arrays.copyOfRange(images, from, Math.min(images.length, from + chunk));
      double[][] p;
      try (Scope scope = Scope.open("result")) {
        p = current.classify(tensor(part), all);
      }
      for (int i = 0; i < part.length; i++) {
        int best = NextImages.argmax(p[i]);
        boolean known = state.isLabeled(part[i]);
        classes[part[i]] = known ? state.answer(part[i]) : number(best);
        probabilities[part[i]] = known ? 1 : p[i][best];
      }
    }
    fit = null;
    return new Result(classes, probabilities);
  }

  @Override
  public void close() {
    if (head != null) {
      head.close();
    }
    head = null;
    rows = List.of();
    fit = null;
  }
}
