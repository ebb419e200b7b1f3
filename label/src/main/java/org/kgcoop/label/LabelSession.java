package org.kgcoop.label;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.journal.JournalEntry;
import org.kgcoop.journal.Kind;
import org.kgcoop.journal.LabelJournal;
import org.kgcoop.random.PythonRandom;
import org.kgcoop.similarity.NearestNeighbors;

/**
 * A labeling session in memory: the answers so far, the head that they train, and the next images.
 * It knows no files, CLIP or HTTP. The same entries, features and seed give the same next images.
 *
 * <p>Images are chosen from a working set: a random part of the folder, which grows while the
 * images are read. Its size depends on the time, so the entries {@link JournalEntry.Read} contain
 * it.
 *
 * <p>Use an object from one thread at a time.
 */
final class LabelSession implements AutoCloseable {
  static final int BATCH = 5;

  /** Images that take part in the choice. Each costs a row of probabilities in every fit. */
  private static final int MAX_POOL = 10_000;

  /** Maximum number of probabilities of a fit: fewer images take part if there are many classes. */
  private static final int MAX_PROBABILITIES = 20_000_000;

  private static final int MIN_POOL = 2_000;

  /** The working set grows by at least this factor, because each growth costs a fit. */
  private static final double GROWTH = 1.25;

  /** Images of which the kernel's distance is the median. */
  private static final int DISTANCE_IMAGES = 500;

  private static final int AUDIT_BATCHES = 5;
  private static final int LABELS_PER_AUDIT_BATCH = 20;

  private static final int NEIGHBORS = 20;
  private static final int NEXT_NAMES = 5;

  /**
   * The images to show next. {@link OpenPages} gives them to a person.
   *
   * @param proposed the class of a page, or {@link JournalEntry#NONE}; null for other kinds
   * @param shown the images, in order; empty if nothing is left to ask
   * @param passed the audit images in front of the last shown one
   */
  record Proposal(
      Kind kind, @Nullable Integer proposed, List<Integer> shown, List<Integer> passed) {
    private static Proposal of(Kind kind, List<Integer> shown) {
      return new Proposal(kind, null, shown, List.of());
    }

    /** Returns a page with only some of the images. */
    Proposal of(List<Integer> some) {
      return new Proposal(kind, proposed, some, passed);
    }
  }

  private final LabelState state;
  private final float[] @Nullable [] features; // (N, D), null before an image is read
  private final JournalEntry.Start start;
  private final ReadingOrder order;
  private final SessionHead head;

  private int ready; // the first images of the order that are read
  private int joined; // the first images of the order that could join the working set
  private int firstJoined; // those of the first entry
  private Set<Integer> working = new HashSet<>();
  private long version; // of the answers and features
  private @Nullable NavigableMap<Integer, Integer> outdated; // for the version
  private @Nullable Map<Integer, Set<Integer>> copies;

  /**
   * Creates a session without answers and without read images.
   *
   * @param images the sorted relative paths of distinct images
   * @param copies the paths of the files with the bytes of an image, by image
   * @param scale the factor of the cosines in zero-shot probabilities
   */
  LabelSession(
      List<String> images,
      Map<String, List<String>> copies,
      SessionHead.ClassTexts texts,
      double scale,
      JournalEntry.Start start) {
    state = new LabelState(images, copies);
    features = new float[images.size()][];
    this.start = start;
    order = new ReadingOrder(images, start.seed());
    head = new SessionHead(state, features, texts, scale, start.seed(), this::distanceImages);
  }

  LabelState state() {
    return state;
  }

  SessionHead head() {
    return head;
  }

  /** Returns the settings of the session. */
  JournalEntry.Start start() {
    return start;
  }

  // ---- reading

  /** Returns the order in which the images should be read. */
  ReadingOrder order() {
    return order;
  }

  /**
   * Adds features.
   *
   * @param vectors by image, each (D), unit length
   * @param unreadable images that are left out
   */
  void read(Map<Integer, float[]> vectors, Collection<Integer> unreadable) {
    vectors.forEach((image, feature) -> features[image] = feature);
    unreadable.forEach(state::leave);
    change();
    setPool();
  }

  boolean isRead(int image) {
    return features[image] != null || state.isGone(image);
  }

  /** Returns the images that are not read, but needed: those with an answer or in the audit. */
  List<Integer> needed() {
    return images(i -> !isRead(i) && (state.isAudit(i) || state.isAnswered(i) || isChecked(i)));
  }

  private List<Integer> images(IntPredicate wanted) {
    return IntStream.range(0, features.length).filter(wanted).boxed().toList();
  }

  private boolean isChecked(int image) {
    return state.checks().all().stream()
        .anyMatch(check -> check.left(state::isGone).contains(image));
  }

  /** Returns the number of images that may join the working set at most. */
  int limit() {
    return Math.min(MAX_POOL, Math.max(MIN_POOL, MAX_PROBABILITIES / (state.classes().length + 1)));
  }

  /** Returns the number of images at the front of the order that can take part in the choice. */
  int joined() {
    return joined;
  }

  /**
   * Returns the entry with which more images join the working set, or nothing if too few were read
   * since the last one. A smaller working set is returned if images of the last one are not read.
   */
  Optional<JournalEntry.Read> growth() {
    while (ready < order.size() && isRead(order.image(ready))) {
      ready++;
    }
    int room = limit() - state.audit().all().size();
    int end = 0;
    while (end < ready && room > 0) {
      int image = order.image(end++);
      room -= isRemaining(image) && !state.isAudit(image) ? 1 : 0;
    }
    boolean isWorth =
        end >= GROWTH * joined
            || end == order.size()
            || working.stream().noneMatch(i -> isAvailable(i) && !state.isAudit(i));
    return joined > ready || (end > joined && isWorth)
        ? Optional.of(new JournalEntry.Read(order.until(end), end))
        : Optional.empty();
  }

  /** Returns true if images of the folder have not joined the working set yet. */
  boolean isWaiting() {
    return IntStream.range(joined, order.size()).anyMatch(p -> isRemaining(order.image(p)));
  }

  private void join(JournalEntry.Read entry) {
    joined = order.length(entry.until());
    firstJoined = firstJoined == 0 ? joined : firstJoined;
    working =
        IntStream.range(0, joined)
            .map(order::image)
            .filter(this::isRemaining)
            .boxed()
            .collect(Collectors.toCollection(HashSet::new));
    setPool();
  }

  /** Classifies the working set, all audit images, and skipped images. */
  private void setPool() {
    head.setPool(
        IntStream.range(0, features.length)
            .filter(i -> features[i] != null && !state.isGone(i))
            .filter(i -> working.contains(i) || state.isAudit(i) || state.isSkipped(i))
            .toArray());
  }

  /** Returns the first images that joined. They do not depend on the time of reading. */
  private int[] distanceImages() {
    return IntStream.range(0, firstJoined)
        .map(order::image)
        .filter(i -> features[i] != null)
        .limit(DISTANCE_IMAGES)
        .sorted()
        .toArray();
  }

  /**
   * Adds an entry of the journal.
   *
   * @throws IllegalArgumentException if it does not fit the entries before
   */
  void apply(JournalEntry entry) {
    if (entry instanceof JournalEntry.Contents) {
      return; // the entries have the names of today
    }
    Optional<JournalEntry.Action> undone = state.apply(entry);
    change();
    if (entry instanceof JournalEntry.Read read) {
      join(read);
    } else if (entry instanceof JournalEntry.Draw
        || entry instanceof JournalEntry.Arrival
        || (entry instanceof JournalEntry.Answer answer
            && answer.labels().containsValue(JournalEntry.SKIP))) {
      setPool(); // audit images and undecided ones are always classified
    } else if (undone.isPresent() && undone.get() instanceof JournalEntry.Answer last) {
      Set<Integer> images = new HashSet<>(state.present(last.labels().keySet()));
      images.addAll(state.present(last.passed()));
      IntStream.range(0, joined).map(order::image).filter(images::contains).forEach(working::add);
      setPool();
    }
  }

  private void change() {
    head.invalidate();
    version++;
    outdated = null;
  }

  /** Returns a number that grows with each entry and each read image. */
  long version() {
    return version;
  }

  /**
   * Returns true for an image that takes part in the choice. An answered audit image stays until it
   * is passed. Otherwise the audit would no longer be a random sample of these images.
   */
  private boolean isRemaining(int image) {
    return !state.isGone(image)
        && (state.isAudit(image) ? !state.isPassed(image) : !state.isAnswered(image));
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

  // ---- the next images

  /**
   * Returns the audit images to ask, passed ones first, then in their random order: those without
   * an answer, and those whose answer was none of the classes before the class was added that the
   * head now gives to them.
   */
  private List<Integer> openAudit(List<Proposal> others) {
    return Stream.concat(
            state.audit().all().stream().filter(state::isHidden),
            outdated().keySet().stream().filter(state::isAudit))
        .filter(i -> isFree(i, others))
        .sorted(Comparator.comparing(i -> !state.isPassed(i))) // keeps the order of the others
        .toList();
  }

  /**
   * Returns the images that show none of the classes by an answer that is older than the class that
   * is now the most probable one, with this class. Whether they show it is unknown.
   */
  NavigableMap<Integer, Integer> outdated() {
    if (outdated == null) {
      List<Integer> none = state.canFit() ? state.noneBeforeAClass() : List.of();
      NavigableMap<Integer, Integer> nearest =
          new TreeMap<>(head.nearest(none.stream().filter(this::hasFeature).toList()));
      nearest.entrySet().removeIf(each -> !state.isLater(each.getValue(), each.getKey()));
      outdated = nearest;
    }
    return outdated;
  }

  /**
   * Returns the next step.
   *
   * @param kind the kind that the person asked for; {@link Kind#PAGE} for the best one
   * @param others the pages of other persons
   */
  Proposal next(Kind kind, List<Proposal> others) {
    return switch (kind) {
      case AUDIT, MORE_AUDIT -> audit(openAudit(others), LABELS_PER_AUDIT_BATCH);
      case SKIPPED -> skipped(others);
      case NONE_AGAIN -> noneAgain(others, true).orElse(Proposal.of(kind, List.of()));
      case CHECK -> check(others);
      case UNUSUAL -> {
        int[] remaining = remaining(others);
        yield hasUnlabeled(remaining) ? chosen(kind, remaining) : Proposal.of(kind, List.of());
      }
      case QUESTIONS, PAGE, CHOSEN -> best(others);
    };
  }

  private Proposal best(List<Proposal> others) {
    List<Integer> audit = openAudit(others);
    long passedOnes = audit.stream().filter(state::isPassed).count();
    if (passedOnes > 0) {
      return audit(audit, Math.toIntExact(passedOnes));
    }
    Optional<Proposal> again = noneAgain(others, false);
    if (again.isPresent()) {
      return again.get();
    }
    List<Integer> due = due(audit);
    if (!due.isEmpty()) {
      return audit(due, LabelJournal.fifth(state.firstDraw().size()));
    }
    int[] remaining = remaining(others);
    if (hasUnlabeled(remaining)) {
      return chosen(Kind.PAGE, remaining);
    }
    if (!audit.isEmpty()) {
      return audit(audit, LABELS_PER_AUDIT_BATCH);
    }
    return isWaiting()
        ? Proposal.of(Kind.QUESTIONS, List.of())
        : noneAgain(others, true).orElseGet(() -> skipped(others));
  }

  private int[] remaining(List<Proposal> others) {
    return Arrays.stream(head.pool())
        .filter(i -> isAvailable(i) && !isReserved(i, others))
        .toArray();
  }

  private static boolean isFree(int image, List<Proposal> others) {
    return others.stream().noneMatch(page -> page.shown().contains(image));
  }

  /**
   * Returns true for an image that must not take part in the choice. An image that is shown as part
   * of the audit takes part, and is passed if it is reached. Otherwise the audit would lose fewer
   * of the doubtful images than the folder.
   */
  private boolean isReserved(int image, List<Proposal> others) {
    return others.stream()
        .anyMatch(
            page ->
                page.passed().contains(image)
                    || (page.shown().contains(image) && !state.isAudit(image)));
  }

  private boolean hasUnlabeled(int[] remaining) {
    return Arrays.stream(remaining).anyMatch(i -> !state.isAudit(i));
  }

  /** Asks the images again that the person skipped. */
  private Proposal skipped(List<Proposal> others) {
    return Proposal.of(
        Kind.SKIPPED,
        images(i -> state.isSkipped(i) && hasFeature(i) && !state.isGone(i)).stream()
            .filter(i -> isFree(i, others))
            .limit(BATCH)
            .toList());
  }

  /**
   * Asks images again that showed none of the classes before a class was added.
   *
   * @param all false to ask once for each class
   */
  private Optional<Proposal> noneAgain(List<Proposal> others, boolean all) {
    NavigableMap<Integer, Integer> nearest = outdated();
    return nearest.keySet().stream()
        .filter(i -> !state.isAudit(i) && isFree(i, others))
        .collect(Collectors.groupingBy(nearest::get, TreeMap::new, Collectors.toList()))
        .entrySet()
        .stream()
        .filter(each -> all || !state.wasAskedAgain(each.getKey()))
        .findFirst()
        .map(
            each ->
                new Proposal(
                    Kind.NONE_AGAIN,
                    each.getKey(),
                    each.getValue().stream().limit(start.page()).toList(),
                    List.of()));
  }

  /** Asks images of the check that was drawn last, one at a time. */
  private Proposal check(List<Proposal> others) {
    return Proposal.of(
        Kind.CHECK,
        state.checks().last().stream()
            .flatMap(check -> check.left(state::isGone).stream())
            .filter(i -> features[i] != null && isFree(i, others))
            .limit(BATCH)
            .toList());
  }

  /**
   * Chooses a page or questions among the remaining images. If a step reaches only audit images,
   * they are passed, and the next step is chosen.
   */
  private Proposal chosen(Kind wanted, int[] remaining) {
    int[] pool = head.pool();
    boolean[] audit = new boolean[pool.length];
    Arrays.stream(remaining).filter(state::isAudit).forEach(i -> audit[head.place(i)] = true);
    List<Integer> passed = new ArrayList<>();
    while (true) {
      int[] positions =
          Arrays.stream(remaining).filter(i -> !passed.contains(i)).map(head::place).toArray();
      NextImages.Step step =
          wanted == Kind.UNUSUAL
              ? NextImages.unusual(head.nearness(), positions, audit, start.page())
              : NextImages.choose(
                  head.fit().probabilities(), positions, audit, start.page(), BATCH);
      step.passed().forEach(position -> passed.add(pool[position]));
      if (!step.shown().isEmpty()) {
        return new Proposal(
            wanted == Kind.PAGE && !step.isPage() ? Kind.QUESTIONS : wanted,
            step.isPage() ? head.number(step.proposed()) : null,
            step.shown().stream().map(position -> pool[position]).toList(),
            passed);
      }
    }
  }

  private Proposal audit(List<Integer> open, int count) {
    List<Integer> shown = open.subList(0, Math.min(count, open.size()));
    boolean isMore = !shown.isEmpty() && state.audit().isLater(shown.get(0));
    return Proposal.of(isMore ? Kind.MORE_AUDIT : Kind.AUDIT, shown);
  }

  /**
   * Returns the open images among those that are due: one more fifth of the first draw after each
   * 20 labels, and those of images that joined after 20 more labels.
   */
  private List<Integer> due(List<Integer> open) {
    int labels = state.labeled().size();
    List<Integer> first = state.firstDraw();
    int batches = Math.min(AUDIT_BATCHES, labels / LABELS_PER_AUDIT_BATCH);
    Set<Integer> due =
        first.stream()
            .limit((long) batches * LabelJournal.fifth(first.size()))
            .collect(Collectors.toCollection(HashSet::new));
    state.audit().parts().stream()
        .skip(1)
        .filter(part -> labels >= part.labeledBefore() + LABELS_PER_AUDIT_BATCH)
        .forEach(part -> due.addAll(part.audit()));
    return open.stream().filter(i -> due.contains(i) || state.isLabeled(i)).toList();
  }

  /** Draws more images for the audit from those that are neither labeled nor in it. */
  List<Integer> drawMore(int count) {
    List<Integer> open = images(i -> isRemaining(i) && !state.isAudit(i));
    return new PythonRandom(start.seed() + state.audit().all().size())
        .sample(open, Math.min(count, open.size()));
  }

  /**
   * Returns some images with those that may show the same picture: the nearest ones by their
   * features, and those in front of and behind them in the order of names. Images that are not read
   * are left out.
   *
   * @param some read images
   */
  List<Integer> near(List<Integer> some) {
    List<Integer> read = images(this::hasFeature);
    Set<Integer> near = new TreeSet<>(some);
    new NearestNeighbors(read.stream().map(this::feature).toList())
        .of(
            some.stream().mapToInt(image -> Collections.binarySearch(read, image)).toArray(),
            NEIGHBORS,
            (query, other) -> true)
        .forEach(found -> found.forEach(each -> near.add(read.get(each.index()))));
    for (int image : some) {
      IntStream.rangeClosed(image - NEXT_NAMES, image + NEXT_NAMES)
          .filter(i -> i >= 0 && i < features.length && hasFeature(i))
          .forEach(near::add);
    }
    return List.copyOf(near);
  }

  /** Sets the images that show the same picture as an audit image, by audit image. */
  void setCopies(Map<Integer, Set<Integer>> byAuditImage) {
    copies = byAuditImage;
    version++;
  }

  /** Returns the images that show the same picture as an audit image, when they are known. */
  Optional<Map<Integer, Set<Integer>>> copies() {
    return Optional.ofNullable(copies);
  }

  /** Returns the feature of a read image, (D), unit length. */
  float[] feature(int image) {
    return Objects.requireNonNull(features[image]);
  }

  /** Returns true for an image whose feature is known. */
  boolean hasFeature(int image) {
    return features[image] != null;
  }

  /** Classifies all read images with a head that the audit images train, too. */
  Map<Integer, SessionHead.Guess> result() {
    return head.result(state.audit().all().stream().filter(state::isLabeled).toList());
  }

  @Override
  public void close() {
    head.close();
  }
}
