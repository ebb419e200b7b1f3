package org.kgcoop.label;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.random.PythonRandom;
import org.kgcoop.runs.JournalEntry;
import org.kgcoop.runs.JournalEntry.Page;
import org.kgcoop.runs.Kind;

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
  private static final int REPEATED_LABELS = 20;

  /** Images of the overview; more would take longer than a second. */
  private static final int CLUSTERED = 2_000;

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

  /**
   * Images that other browsers show at the moment.
   *
   * @param passed the audit images that their pages pass
   */
  record Offered(Set<Integer> shown, Set<Integer> passed) {
    static final Offered NOTHING = new Offered(Set.of(), Set.of());

    /**
     * Returns true for an image that must not take part in the choice. An image that is shown as
     * part of the audit takes part, and is passed if it is reached. Otherwise the audit would lose
     * fewer of the doubtful images than the folder.
     */
    boolean isReserved(int image, LabelState state) {
      return passed.contains(image) || (shown.contains(image) && !state.isAudit(image));
    }
  }

  private final LabelState state;
  private final float[] @Nullable [] features; // (N, D), null before an image is read
  private final JournalEntry.Start start;
  private final ReadingOrder order;
  private final SessionHead head;
  private final SessionAccuracy accuracy;
  private int ready; // the first images of the order that are read
  private int joined; // the first images of the order that could join the working set
  private int firstJoined; // those of the first entry
  private Set<Integer> working = new HashSet<>();

  /**
   * Creates a session without answers and without read images.
   *
   * @param images the sorted relative paths of distinct images
   * @param copies the path of an image in {@code images} by that of its copy
   * @param scale the factor of the cosines in zero-shot probabilities
   */
  LabelSession(
      List<String> images,
      Map<String, String> copies,
      SessionHead.ClassTexts texts,
      double scale,
      JournalEntry.Start start) {
    state = new LabelState(images, copies);
    features = new float[images.size()][];
    this.start = start;
    order = new ReadingOrder(images, start.seed());
    head = new SessionHead(state, features, texts, scale, start.seed(), this::distanceImages);
    accuracy = new SessionAccuracy(state, head, this::auditBatch);
  }

  /** Returns the images of the audit of a new session, in random order. */
  static List<Integer> drawAudit(int images, int audit, long seed) {
    List<Integer> all = new ArrayList<>(IntStream.range(0, images).boxed().toList());
    return new PythonRandom(seed).sample(all, Math.min(audit, images));
  }

  LabelState state() {
    return state;
  }

  SessionHead head() {
    return head;
  }

  SessionAccuracy accuracy() {
    return accuracy;
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
    setPool();
  }

  boolean isRead(int image) {
    return features[image] != null || state.isGone(image);
  }

  /** Returns the images that are not read, but needed: those with an answer or in the audit. */
  List<Integer> needed() {
    return IntStream.range(0, features.length)
        .filter(i -> !isRead(i))
        .filter(i -> state.isAudit(i) || state.answer(i) != LabelState.UNLABELED)
        .boxed()
        .toList();
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
    int room = limit() - state.audit().size();
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
    return joined < order.size()
        && IntStream.range(joined, order.size()).anyMatch(p -> isRemaining(order.image(p)));
  }

  private void join(JournalEntry.Read entry) {
    joined = order.length(entry.until());
    firstJoined = firstJoined == 0 ? joined : firstJoined;
    working = new HashSet<>();
    for (int p = 0; p < joined; p++) {
      if (isRemaining(order.image(p))) {
        working.add(order.image(p));
      }
    }
    setPool();
  }

  /** Classifies the working set, all audit images, and skipped images. */
  private void setPool() {
    head.setPool(
        IntStream.range(0, features.length)
            .filter(i -> features[i] != null && !state.isGone(i))
            .filter(
                i ->
                    working.contains(i) || state.isAudit(i) || state.answer(i) == JournalEntry.SKIP)
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
    Page last = state.steps().isEmpty() ? null : state.steps().get(state.steps().size() - 1);
    state.apply(entry);
    head.invalidate();
    if (entry instanceof JournalEntry.Read read) {
      join(read);
    } else if (entry instanceof JournalEntry.Draw) {
      setPool(); // audit images are always classified
    } else if (entry instanceof JournalEntry.Undo && last != null) {
      Stream.concat(last.labels().keySet().stream(), last.passed().stream())
          .map(state::image)
          .filter(image -> image.isPresent() && order.position(image.getAsInt()) < joined)
          .forEach(image -> working.add(image.getAsInt()));
      setPool();
    }
  }

  /**
   * Returns true for an image that takes part in the choice. An answered audit image stays until it
   * is passed. Otherwise the audit would no longer be a random sample of these images.
   */
  private boolean isRemaining(int image) {
    return !state.isGone(image)
        && (state.isAudit(image)
            ? !state.isPassed(image)
            : state.answer(image) == LabelState.UNLABELED);
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

  /** Returns the audit images without an answer, passed ones first, in their random order. */
  private List<Integer> openAudit(Offered offered) {
    List<Integer> open =
        state.audit().stream()
            .filter(i -> state.answer(i) == LabelState.UNLABELED && !offered.shown.contains(i))
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
   */
  Proposal next(@Nullable Kind wanted, Offered offered) {
    List<Integer> audit = openAudit(offered);
    if (wanted == Kind.AGAIN) {
      List<Integer> again = again(offered.shown);
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
    if (wanted == null && passedOnes > 0) {
      return audit(audit, Math.toIntExact(passedOnes));
    }
    List<Integer> due = due(audit);
    if (wanted == null && !due.isEmpty()) {
      return audit(due, auditBatch());
    }
    int[] remaining =
        Arrays.stream(head.pool())
            .filter(i -> isAvailable(i) && !offered.isReserved(i, state))
            .toArray();
    boolean unlabeled = Arrays.stream(remaining).anyMatch(i -> !state.isAudit(i));
    if (unlabeled) {
      return chosen(wanted, remaining);
    }
    if (!audit.isEmpty()) {
      return audit(audit, LABELS_PER_AUDIT_BATCH);
    }
    return isWaiting()
        ? new Proposal(Kind.QUESTIONS, null, List.of(), List.of())
        : skipped(offered);
  }

  /** Asks the images again that the person skipped. */
  private Proposal skipped(Offered offered) {
    List<Integer> skipped =
        IntStream.range(0, features.length)
            .filter(i -> state.answer(i) == JournalEntry.SKIP && !offered.shown.contains(i))
            .filter(head::isInPool)
            .limit(BATCH)
            .boxed()
            .toList();
    return new Proposal(Kind.QUESTIONS, null, skipped, List.of());
  }

  /** Returns images nearest to the centers of clusters, largest cluster first. */
  List<Integer> overview(int count) {
    return head.overview(count, CLUSTERED);
  }

  private Proposal chosen(@Nullable Kind wanted, int[] remaining) {
    int[] pool = head.pool();
    int[] positions = Arrays.stream(remaining).map(head::place).toArray();
    boolean[] audit = new boolean[pool.length];
    Arrays.stream(remaining).filter(state::isAudit).forEach(i -> audit[head.place(i)] = true);
    NextImages.Step step =
        wanted == Kind.UNUSUAL
            ? NextImages.unusual(head.nearness(), positions, audit, start.page())
            : NextImages.choose(head.fit().probabilities(), positions, audit, start.page(), BATCH);
    Kind kind = wanted == Kind.UNUSUAL ? Kind.UNUSUAL : step.isPage() ? Kind.PAGE : Kind.QUESTIONS;
    return new Proposal(
        kind,
        step.isPage() ? head.number(step.proposed()) : null,
        step.shown().stream().map(position -> pool[position]).toList(),
        step.passed().stream().map(position -> pool[position]).toList());
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

  /** Draws more images for the audit from those that are neither labeled nor in it. */
  List<Integer> drawMore(int count) {
    List<Integer> open =
        IntStream.range(0, features.length)
            .filter(i -> isRemaining(i) && !state.isAudit(i))
            .boxed()
            .toList();
    return new PythonRandom(start.seed() + state.audit().size())
        .sample(open, Math.min(count, open.size()));
  }

  // ---- labels to check again

  /** Returns the labels to ask again: suspicious ones, and random ones, mixed by their index. */
  private List<Integer> again(Set<Integer> shown) {
    Set<Integer> again = new LinkedHashSet<>(head.suspicious());
    again.addAll(repeated());
    again.removeAll(state.askedAgain());
    again.removeAll(shown);
    return again.stream().sorted().toList();
  }

  int toCheckAgain() {
    return again(Set.of()).size();
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

  /** Classifies all read images with a head that the audit images train, too. */
  SessionHead.Result result() {
    return head.result(state.audit().stream().filter(state::isLabeled).toList());
  }

  @Override
  public void close() {
    head.close();
  }
}
