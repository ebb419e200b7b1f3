package org.kgcoop.label;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.method.GapHead;
import org.kgcoop.random.PythonRandom;
import org.kgcoop.runs.JournalEntry;
import org.kgcoop.runs.JournalEntry.Kind;
import org.kgcoop.runs.JournalEntry.Page;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * A labeling session in memory: the answers so far, the head that they train, the next images, and
 * the accuracy. It knows no files, CLIP or HTTP. The same entries, features and seed give the same
 * next images.
 *
 * <p>Use an object from one thread at a time.
 */
final class LabelSession implements AutoCloseable {
  static final int BATCH = 5;

  /** Images that take part in the choice. Each costs a row of probabilities in every fit. */
  private static final int MAX_POOL = 10_000;

  /** Maximum number of probabilities of a fit: fewer images take part if there are many classes. */
  private static final int MAX_PROBABILITIES = 20_000_000;

  /** With fewer unlabeled images, the pool is drawn again. */
  private static final int MIN_POOL = 2_000;

  /** Rows of the kernel: the newest labels, and a random part of the others. */
  private static final int MAX_ROWS = 2_000;

  private static final int NEWEST_ROWS = 1_000;
  private static final int MAX_EXAMPLES = 1_000;

  /**
   * The random part changes only after this many labels, because the factor is then computed anew.
   */
  private static final int ROW_BLOCK = 250;

  private static final int AUDIT_BATCHES = 5;
  private static final int LABELS_PER_AUDIT_BATCH = 20;
  private static final int REPEATED_LABELS = 20;
  private static final double SUSPICIOUS = 0.5;

  /** Images of the overview; more would take longer than a second. */
  private static final int CLUSTERED = 2_000;

  /** Source of the class features of class names, (K, D), unit rows. */
  interface ClassTexts {
    double[][] of(List<String> names);
  }

  /**
   * The images to show next.
   *
   * @param kind the kind of the step
   * @param proposed the class of a page, or {@link JournalEntry#NONE}; null for other kinds
   * @param shown the images, in order; empty if nothing is left to ask
   * @param passed the audit images in front of the last shown one
   */
  record Proposal(
      Kind kind, @Nullable Integer proposed, List<Integer> shown, List<Integer> passed) {}

  private LabelState state;
  private final float[][] features; // (N, D)
  private final ClassTexts texts;
  private final double scale;
  private final JournalEntry.Start start;
  private final double distance;
  private List<float[]> examples = List.of(); // labeled images of another folder
  private List<Integer> exampleClasses = List.of();
  private int[] pool; // the images that are always classified, ascending
  private Set<Integer> working = Set.of(); // those of the pool that can be chosen
  private int[] place; // (N), the position in the pool, or -1
  private int draws;
  private @Nullable GapHead head; // for the current pool
  private List<Integer> rows = List.of(); // of the head: images, or -1 - i for the example i
  private List<String> headClasses = List.of(); // names of its classes
  private int[] headNumbers = {}; // numbers of its classes
  private GapHead.@Nullable Fit fit;

  /**
   * Creates a session without answers.
   *
   * @param images the sorted relative paths of distinct images
   * @param features their features, (N, D), unit rows
   * @param scale the factor of the cosines in zero-shot probabilities
   */
  LabelSession(
      List<String> images,
      float[][] features,
      ClassTexts texts,
      double scale,
      JournalEntry.Start start) {
    state = new LabelState(images);
    this.features = features;
    this.texts = texts;
    this.scale = scale;
    this.start = start;
    try (Scope scope = Scope.open("session")) {
      distance =
          GapHead.distance(tensor(IntStream.range(0, Math.min(500, features.length)).toArray()));
    }
    pool = new int[0];
    place = new int[features.length];
    drawPool();
  }

  /**
   * Adds labeled images that are not in the folder. They train in front of all others. At most
   * 1,000 random ones are used.
   *
   * @param rows their features, each (D), unit length
   * @param numbers their classes, or {@link JournalEntry#NONE}
   */
  void addExamples(List<float[]> rows, List<Integer> numbers) {
    List<Integer> used = new ArrayList<>(IntStream.range(0, rows.size()).boxed().toList());
    if (used.size() > MAX_EXAMPLES) {
      used = new ArrayList<>(new PythonRandom(start.seed()).sample(used, MAX_EXAMPLES));
    }
    examples = used.stream().map(rows::get).toList();
    exampleClasses = used.stream().map(numbers::get).toList();
    closeHead();
  }

  /** Returns the images of the audit of a new session, in random order. */
  static List<Integer> drawAudit(int images, int audit, long seed) {
    List<Integer> all = new ArrayList<>(IntStream.range(0, images).boxed().toList());
    return new PythonRandom(seed).sample(all, Math.min(audit, images));
  }

  LabelState state() {
    return state;
  }

  /**
   * Adds an entry of the journal.
   *
   * @throws IllegalArgumentException if it does not fit the entries before
   */
  void apply(JournalEntry entry) {
    state.apply(entry);
    fit = null;
    if (entry instanceof JournalEntry.Undo && draws > 0) { // the pool may have been another one
      List<JournalEntry> entries = state.entries();
      state = new LabelState(state.images());
      draws = 0;
      drawPool();
      entries.forEach(this::apply);
      return;
    }
    if (entry instanceof Page && pool.length < features.length && remainingInPool() < MIN_POOL) {
      drawPool();
    } else if (entry instanceof JournalEntry.Draw) {
      drawPool(); // audit images are always classified
    }
  }

  private long remainingInPool() {
    return Arrays.stream(pool).filter(this::isAvailable).count();
  }

  private void drawPool() {
    int limit =
        Math.min(MAX_POOL, Math.max(MIN_POOL, MAX_PROBABILITIES / (state.classes().length + 1)));
    List<Integer> all = IntStream.range(0, features.length).boxed().toList();
    if (all.size() > limit) {
      List<Integer> open = new ArrayList<>(all.stream().filter(this::isRemaining).toList());
      new PythonRandom(start.seed() + ++draws).shuffle(open);
      working = new HashSet<>(open.subList(0, Math.min(open.size(), limit - auditImages().size())));
      all =
          all.stream()
              .filter(
                  i ->
                      working.contains(i)
                          || state.isAudit(i)
                          || state.answer(i) == JournalEntry.SKIP)
              .toList();
    } else {
      working = Set.copyOf(all);
    }
    pool = all.stream().mapToInt(Integer::intValue).toArray();
    Arrays.fill(place, -1);
    for (int i = 0; i < pool.length; i++) {
      place[pool[i]] = i;
    }
    closeHead();
  }

  private void closeHead() {
    if (head != null) {
      head.close();
    }
    head = null;
    rows = List.of();
    fit = null;
  }

  /**
   * Returns true for an image that takes part in the choice. An answered audit image stays until it
   * is passed. Otherwise the audit would no longer be a random sample of these images.
   */
  private boolean isRemaining(int image) {
    return state.isAudit(image)
        ? !state.isPassed(image)
        : state.answer(image) == LabelState.UNLABELED;
  }

  /** Returns true for a remaining image of the working set. */
  private boolean isAvailable(int image) {
    return working.contains(image) && isRemaining(image);
  }

  /**
   * Returns the working set: the images from which the next ones are chosen. It is a random part of
   * a large folder. Audit images belong to it as often as all others. Otherwise they would be
   * passed more often, and those that are not passed would be easier than the folder.
   */
  Set<Integer> working() {
    return working;
  }

  private Tensor tensor(int[] images) {
    float[] flat = new float[images.length * width()];
    for (int i = 0; i < images.length; i++) {
      System.arraycopy(features[images[i]], 0, flat, i * width(), width());
    }
    return Tensor.of(flat, images.length, width());
  }

  private int width() {
    return features.length == 0 ? 0 : features[0].length;
  }

  // ---- the head

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
      fit = synchronize(withExamples(rows(state.labeled(), start.seed()))).fit();
    }
    return fit;
  }

  private List<Integer> withExamples(List<Integer> labeled) {
    return Stream.concat(
            IntStream.range(0, examples.size()).mapToObj(i -> -1 - i), labeled.stream())
        .toList();
  }

  /** Brings the rows, labels and classes of the head up to date. */
  private GapHead synchronize(List<Integer> wanted) {
    int[] numbers = state.classes();
    List<String> classes = Arrays.stream(numbers).mapToObj(state::name).toList();
    if (head == null) {
      try (Scope scope = Scope.open("pool")) {
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
    float[] feature = image < 0 ? examples.get(-1 - image) : features[image];
    double[] row = new double[width()];
    for (int d = 0; d < row.length; d++) {
      row[d] = feature[d];
    }
    return row;
  }

  /** Returns the column of the label of an image. */
  private int column(int image) {
    int answer = image < 0 ? example(-1 - image) : state.answer(image);
    return answer < 0 ? headNumbers.length : Arrays.binarySearch(headNumbers, answer);
  }

  private int example(int position) {
    return state.current(exampleClasses.get(position));
  }

  /** Returns the class of a column, or {@link JournalEntry#NONE} for the last one. */
  private int number(int column) {
    return column == headNumbers.length ? JournalEntry.NONE : headNumbers[column];
  }

  /** Returns the most probable class of an image of the pool. */
  int predicted(int image) {
    return number(NextImages.argmax(fit().probabilities()[place[image]]));
  }

  /** Returns the most probable class of other images, or {@link JournalEntry#NONE}. */
  int[] classify(float[][] images) {
    GapHead.Fit current = fit();
    float[] flat = new float[images.length * width()];
    for (int i = 0; i < images.length; i++) {
      System.arraycopy(images[i], 0, flat, i * width(), width());
    }
    try (Scope scope = Scope.open("classify")) {
      double[][] p =
          Objects.requireNonNull(head).classify(Tensor.of(flat, images.length, width()), current);
      return Arrays.stream(p).mapToInt(row -> number(NextImages.argmax(row))).toArray();
    }
  }

  /** Returns true if an image of the pool gets a class from the head in every fit. */
  boolean isInPool(int image) {
    return place[image] >= 0;
  }

  /** Returns the most probable classes of an image of the pool, at most {@code count}. */
  List<Integer> likely(int image, int count) {
    double[] p = fit().probabilities()[place[image]];
    return IntStream.range(0, headNumbers.length)
        .boxed()
        .sorted(Comparator.comparingDouble(c -> -p[c]))
        .limit(count)
        .map(this::number)
        .toList();
  }

  /** The class of each image by the person or the final head. */
  @SuppressWarnings("ArrayRecordComponent") // passed on, never compared
  record Result(int[] classes, double[] probabilities) {}

  /** Classifies all images. The audit images train this head, too. */
  Result result() {
    List<Integer> labeled = new ArrayList<>(state.labeled());
    auditImages().stream().filter(state::isLabeled).forEach(labeled::add);
    GapHead current = synchronize(withExamples(rows(labeled, start.seed())));
    GapHead.Fit all = current.fit();
    int[] classes = new int[features.length];
    double[] probabilities = new double[features.length];
    int chunk = Math.max(1, pool.length);
    for (int from = 0; from < features.length; from += chunk) {
      int[] images = IntStream.range(from, Math.min(features.length, from + chunk)).toArray();
      double[][] p;
      try (Scope scope = Scope.open("result")) {
        p = current.classify(tensor(images), all);
      }
      for (int i = 0; i < images.length; i++) {
        int best = NextImages.argmax(p[i]);
        boolean known = state.isLabeled(images[i]);
        classes[images[i]] = known ? state.answer(images[i]) : number(best);
        probabilities[images[i]] = known ? 1 : p[i][best];
      }
    }
    fit = null;
    return new Result(classes, probabilities);
  }

  // ---- the next images

  private List<Integer> auditImages() {
    return Stream.concat(state.firstDraw().stream(), state.moreDraw().stream()).toList();
  }

  /** Returns the audit images without an answer, passed ones first, in their random order. */
  private List<Integer> openAudit(Set<Integer> offered) {
    List<Integer> open =
        auditImages().stream()
            .filter(i -> state.answer(i) == LabelState.UNLABELED && !offered.contains(i))
            .toList();
    return Stream.concat(
            open.stream().filter(state::isPassed), open.stream().filter(i -> !state.isPassed(i)))
        .toList();
  }

  /**
   * Returns the next step.
   *
   * @param wanted the kind that the person asked for, or null for the best one; questions are those
   *     that the person skipped
   * @param offered images that other browsers show at the moment
   */
  Proposal next(@Nullable Kind wanted, Set<Integer> offered) {
    List<Integer> audit = openAudit(offered);
    if (wanted == Kind.AGAIN) {
      List<Integer> again = again(offered);
      return new Proposal(
          Kind.AGAIN, null, again.subList(0, Math.min(start.page(), again.size())), List.of());
    }
    if (wanted == Kind.AUDIT) {
      return audit(audit, LABELS_PER_AUDIT_BATCH);
    }
    if (wanted == Kind.QUESTIONS) {
      return skipped(offered);
    }
    long passedOnes = audit.stream().filter(state::isPassed).count();
    if (passedOnes > 0) {
      return audit(audit, Math.toIntExact(passedOnes));
    }
    List<Integer> due = due(audit);
    if (!due.isEmpty()) {
      return audit(due, auditBatch());
    }
    int[] remaining =
        Arrays.stream(pool).filter(i -> isAvailable(i) && !offered.contains(i)).toArray();
    boolean unlabeled = Arrays.stream(remaining).anyMatch(i -> !state.isAudit(i));
    if (unlabeled) {
      return chosen(wanted, remaining);
    }
    if (!audit.isEmpty()) {
      return audit(audit, LABELS_PER_AUDIT_BATCH);
    }
    return skipped(offered);
  }

  /** Asks the images again that the person skipped. */
  private Proposal skipped(Set<Integer> offered) {
    List<Integer> skipped =
        IntStream.range(0, features.length)
            .filter(i -> state.answer(i) == JournalEntry.SKIP && !offered.contains(i))
            .filter(i -> place[i] >= 0)
            .limit(BATCH)
            .boxed()
            .toList();
    return new Proposal(Kind.QUESTIONS, null, skipped, List.of());
  }

  /** Returns images nearest to the centers of clusters, largest cluster first. */
  List<Integer> overview(int count) {
    return Clusters.central(
            Arrays.stream(pool).limit(CLUSTERED).mapToObj(i -> features[i]).toList(),
            count,
            start.seed())
        .stream()
        .map(position -> pool[position])
        .toList();
  }

  private Proposal chosen(@Nullable Kind wanted, int[] remaining) {
    int[] positions = Arrays.stream(remaining).map(i -> place[i]).toArray();
    boolean[] audit = new boolean[pool.length];
    Arrays.stream(remaining).filter(state::isAudit).forEach(i -> audit[place[i]] = true);
    NextImages.Step step =
        wanted == Kind.UNUSUAL
            ? NextImages.unusual(nearness(), positions, audit, start.page())
            : NextImages.choose(fit().probabilities(), positions, audit, start.page(), BATCH);
    Kind kind = wanted == Kind.UNUSUAL ? Kind.UNUSUAL : step.isPage() ? Kind.PAGE : Kind.QUESTIONS;
    return new Proposal(
        kind,
        step.isPage() ? number(step.proposed()) : null,
        images(step.shown()),
        images(step.passed()));
  }

  private List<Integer> images(List<Integer> positions) {
    return positions.stream().map(position -> pool[position]).toList();
  }

  private Proposal audit(List<Integer> open, int count) {
    List<Integer> shown = open.subList(0, Math.min(count, open.size()));
    boolean more = !shown.isEmpty() && state.moreDraw().contains(shown.get(0));
    return new Proposal(more ? Kind.MORE_AUDIT : Kind.AUDIT, null, shown, List.of());
  }

  /** Returns the number of audit images that are asked together: a fifth of the first draw. */
  private int auditBatch() {
    return Math.max(1, (state.firstDraw().size() + AUDIT_BATCHES - 1) / AUDIT_BATCHES);
  }

  /** Returns the open images among those that are due: one more fifth after each 20 labels. */
  private List<Integer> due(List<Integer> open) {
    int batches = Math.min(AUDIT_BATCHES, state.labeled().size() / LABELS_PER_AUDIT_BATCH);
    List<Integer> first = state.firstDraw();
    List<Integer> due = first.subList(0, Math.min(first.size(), batches * auditBatch()));
    return open.stream().filter(due::contains).toList();
  }

  /** Returns the largest cosine with a prototype for each image of the pool. */
  private double[] nearness() {
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

  /** Draws more images for the audit from those that are neither labeled nor in it. */
  List<Integer> drawMore(int count) {
    List<Integer> open =
        IntStream.range(0, features.length)
            .filter(i -> isRemaining(i) && !state.isAudit(i))
            .boxed()
            .toList();
    return new PythonRandom(start.seed() + auditImages().size())
        .sample(open, Math.min(count, open.size()));
  }

  // ---- suspicious labels

  /** Returns the labels to ask again: suspicious ones, and random ones, mixed by their index. */
  private List<Integer> again(Set<Integer> offered) {
    Set<Integer> again = new LinkedHashSet<>(suspicious());
    again.addAll(repeated());
    again.removeAll(state.askedAgain());
    again.removeAll(offered);
    return again.stream().sorted().toList();
  }

  int toCheckAgain() {
    return again(Set.of()).size();
  }

  /** Returns the labels to which another class is more probable than 0.5 without them. */
  List<Integer> suspicious() {
    List<Integer> wanted = withExamples(rows(state.labeled(), start.seed()));
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

  /** Returns random labels that measure how often the person gives the same answer again. */
  private List<Integer> repeated() {
    List<Integer> labeled = new ArrayList<>(state.labeled());
    Collections.sort(labeled);
    return new PythonRandom(start.seed())
        .sample(labeled, Math.min(REPEATED_LABELS, labeled.size()));
  }

  /**
   * The answers to repeated random labels.
   *
   * @param equal the number of equal answers
   */
  record Agreement(int equal, int images) {}

  /** Returns how often the person gave the same answer again, or nothing if none was repeated. */
  Optional<Agreement> agreement() {
    Set<Integer> random = new HashSet<>(repeated());
    List<Integer> asked = state.askedAgain().stream().filter(random::contains).toList();
    return asked.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Agreement((int) asked.stream().filter(state::isRepeated).count(), asked.size()));
  }

  // ---- the accuracy

  /**
   * Returns the share of the folder that is right, or nothing before an audit image is answered.
   */
  Optional<Audit.Share> folder() {
    int remaining = 0;
    int sample = 0;
    int wrong = 0;
    int unresolved = 0; // skipped, or passed without an answer
    for (int i = 0; i < features.length; i++) {
      int answer = state.answer(i);
      boolean isSkipped = answer == JournalEntry.SKIP;
      if (!state.isAudit(i) || state.isPassed(i)) {
        boolean open = answer == LabelState.UNLABELED;
        remaining += open && !state.isPassed(i) ? 1 : 0;
        unresolved += isSkipped || (open && state.isPassed(i)) ? 1 : 0;
        continue;
      }
      remaining++;
      if (answer != LabelState.UNLABELED) {
        sample++;
        wrong += isSkipped || !isRight(i) ? 1 : 0;
        unresolved += isSkipped ? 1 : 0;
      }
    }
    boolean isMeasured = auditImages().stream().anyMatch(state::isLabeled);
    return !isMeasured && remaining > 0
        ? Optional.empty()
        : Optional.of(Audit.folder(wrong, sample, remaining, unresolved, features.length));
  }

  /**
   * Returns the accuracy on new images, or nothing before a fifth of the audit is answered. It
   * counts whole fifths of the random order. Images that are answered early because they were
   * passed are more difficult than others.
   */
  Optional<Audit.Share> newImages() {
    List<Integer> order = state.firstDraw();
    int answered = 0;
    while (answered < order.size() && state.answer(order.get(answered)) != LabelState.UNLABELED) {
      answered++;
    }
    List<Integer> sample =
        order.subList(
            0, answered == order.size() ? answered : answered / auditBatch() * auditBatch());
    return sample.isEmpty()
        ? Optional.empty()
        : Optional.of(
            Audit.newImages((int) sample.stream().filter(this::isRight).count(), sample.size()));
  }

  private boolean isRight(int image) {
    int answer = state.answer(image);
    boolean isKnown =
        state.isSeen(answer)
            || IntStream.range(0, examples.size()).anyMatch(i -> example(i) == answer);
    return isKnown && predicted(image) == answer;
  }

  /** Returns the number of images of the pool that the head assigns to each class, by number. */
  int[] proposedCounts() {
    int[] counts = new int[state.classCount()];
    for (int image : pool) {
      if (!state.isLabeled(image)) {
        int predicted = predicted(image);
        if (predicted >= 0) {
          counts[predicted]++;
        }
      }
    }
    return counts;
  }

  @Override
  public void close() {
    closeHead();
  }

  /** Returns the settings of the session. */
  JournalEntry.Start start() {
    return start;
  }
}
