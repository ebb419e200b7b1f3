package org.kgcoop.label;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.eval.Interval;
import org.kgcoop.journal.JournalEntry;
import org.kgcoop.journal.LabelJournal;
import org.kgcoop.label.AuditImages.Part;
import org.kgcoop.random.PythonRandom;

/**
 * The accuracy of a session, measured on the images of its audit.
 *
 * <p>Each part of the folder (the first images, and each group that joined later) has audit images
 * at one rate. If few of them are answered, or a part is so large that its rate is lower, only the
 * first ones of each part count. So they are a random sample of all parts.
 */
final class SessionAccuracy {
  /** Fewer answered random images say nothing. */
  private static final int LEAST = 10;

  private static final int CHECKED_IMAGES = 50;

  /** One image in so many that a person chose changes nothing. */
  private static final int FEW = 100;

  private final LabelSession session;
  private final LabelState state;
  private final SessionHead head;
  private @Nullable SessionHead alone; // trained without copies of audit images
  private @Nullable Accuracy known;
  private long version = -1; // of the session, for the known facts

  SessionAccuracy(LabelSession session) {
    this.session = session;
    state = session.state();
    head = session.head();
  }

  /** Returns all facts. */
  Accuracy all() {
    if (known == null || version != session.version()) {
      known = computed();
      version = session.version();
    }
    return known;
  }

  private Accuracy computed() {
    boolean canFit = state.canFit();
    Optional<Share> folder = canFit ? folder() : Optional.empty();
    Optional<Accuracy.Check> check = canFit ? check() : Optional.empty();
    boolean isLabeled =
        images().noneMatch(i -> !state.isLabeled(i)) && session.outdated().isEmpty();
    return new Accuracy(
        check.isPresent()
            ? Accuracy.State.CHECKED
            : isLabeled
                ? Accuracy.State.ALL_LABELED
                : folder.isPresent() ? Accuracy.State.MEASURED : Accuracy.State.NOT_MEASURED,
        folder,
        check,
        questionsLeft(),
        canFit ? newImages() : Optional.empty(),
        joined());
  }

  /** Returns the images of the folder that can be read, or are not read yet. */
  IntStream images() {
    return IntStream.range(0, state.images().size()).filter(i -> !state.isGone(i));
  }

  // ---- the folder

  /**
   * The images that measure the folder.
   *
   * @param measured the numbers of the parts that they measure
   * @param images the answered ones that count
   */
  private record Sample(Set<Integer> measured, Set<Integer> images) {}

  private Sample sample() {
    List<Part> parts = state.audit().parts();
    int base = 0;
    while (base < parts.size() && parts.get(base).drawn() == 0) {
      base++;
    }
    if (base == parts.size()) {
      return new Sample(Set.of(), Set.of());
    }
    Part first = parts.get(base);
    List<Integer> drawn = present(first.audit());
    List<Integer> prefix = answeredFirst(drawn);
    double rate =
        (double) first.drawn() / first.images() * prefix.size() / Math.max(1, drawn.size());
    Set<Integer> measured = new HashSet<>(Set.of(base));
    for (int p = base + 1; p < parts.size(); p++) {
      Part part = parts.get(p);
      List<Integer> audit = present(part.audit());
      boolean isMissing = part.drawn() > 0 && audit.isEmpty();
      if (!isMissing && audit.stream().allMatch(this::isAnswered)) {
        measured.add(p);
        if (part.drawn() >= state.audit().most()) { // a large part has a lower rate
          rate = Math.min(rate, (double) part.drawn() / part.images());
        }
      }
    }
    Set<Integer> images = new HashSet<>();
    for (int p : measured) {
      List<Integer> audit = p == base ? prefix : present(parts.get(p).audit());
      long count = AuditImages.count(rate, parts.get(p).images(), session.start().seed(), p);
      audit.stream().limit(count).forEach(images::add);
    }
    state.audit().later().forEach(draw -> images.addAll(answeredFirst(draw)));
    return new Sample(measured, images);
  }

  private List<Integer> present(List<Integer> audit) {
    return audit.stream().filter(image -> !state.isGone(image)).toList();
  }

  /** Returns the images in front of the first one without an answer. */
  private List<Integer> answeredFirst(List<Integer> drawn) {
    return drawn.stream().takeWhile(this::isAnswered).toList();
  }

  /** Returns true for an answered image that is read. Images of a later draw may be unread. */
  private boolean isAnswered(int image) {
    return state.isAnswered(image) && session.hasFeature(image);
  }

  /**
   * Returns the share of the folder that has the label that the person gave or would give. Images
   * that are not read yet are a part of the folder: the audit was drawn from them, too.
   */
  private Optional<Share> folder() {
    Sample sample = sample();
    if (sample.images().size() < LEAST) {
      return Optional.empty();
    }
    Set<Integer> outdated = session.outdated().keySet();
    IntPredicate isRemaining =
        i ->
            state.audit().part(i).map(sample.measured()::contains).orElse(true)
                && !state.isSettled(i);
    IntPredicate isSample = i -> sample.images().contains(i) && isRemaining.test(i);
    IntPredicate isOther = // a random image that does not count is like a labeled one
        i ->
            !sample.images().contains(i)
                && isRemaining.test(i)
                && !(state.isAudit(i) && state.isAnswered(i));
    int random = count(isSample);
    int wrong =
        count(
            i ->
                isSample.test(i)
                    && (state.isSkipped(i) || outdated.contains(i) || !isRight(i, head)));
    int chosen = count(i -> state.isAnswered(i) && isOther.test(i));
    int unknown = // passed without an answer, joined, or older than a class
        count(i -> outdated.contains(i) || (!state.isAnswered(i) && !isRemaining.test(i)));
    long looks =
        1
            + state.audit().later().stream()
                .filter(draw -> draw.stream().anyMatch(this::isAnswered))
                .count();
    return Optional.of(
        Audit.folder(
            new Audit.Remaining(random + count(isOther), random, wrong, chosen),
            count(state::isSkipped),
            unknown,
            count(i -> true),
            sample.images().size(),
            Math.toIntExact(looks)));
  }

  private int count(IntPredicate which) {
    return (int) images().filter(which).count();
  }

  private boolean isRight(int image, SessionHead by) {
    int answer = state.answer(image);
    return (state.isSeen(answer) || by.hasExample(answer)) && by.guess(image).label() == answer;
  }

  /** Returns the images that joined, until their audit is answered. */
  private Accuracy.Joined joined() {
    Set<Integer> measured = sample().measured();
    IntPredicate isJoined =
        i -> state.audit().part(i).filter(part -> part > 0 && !measured.contains(part)).isPresent();
    return new Accuracy.Joined(
        count(i -> isJoined.test(i) && !state.isLabeled(i)),
        count(i -> isJoined.test(i) && state.isAudit(i) && !isAnswered(i)));
  }

  // ---- new images

  /** Returns the images that measure the accuracy on new images; none after images joined. */
  List<Integer> measuringNewImages() {
    return state.audit().parts().size() == 1
        ? LabelJournal.wholeFifths(state.firstDraw(), this::isAnswered)
        : List.of();
  }

  /**
   * Returns the accuracy on new images. Labeled images that show the same picture as an audit
   * image, such as two images of a burst, do not train the head that is measured: new images have
   * no such copies.
   */
  private Optional<Share> newImages() {
    List<Integer> sample = measuringNewImages();
    if (session.copies().isEmpty() || sample.size() < LEAST) {
      return Optional.empty();
    }
    SessionHead measured = withoutCopies(sample);
    long right =
        sample.stream()
            .filter(i -> !session.outdated().containsKey(i) && isRight(i, measured))
            .count();
    return Optional.of(Audit.newImages(Math.toIntExact(right), sample.size()));
  }

  private SessionHead withoutCopies(List<Integer> sample) {
    Set<Integer> labeled = new HashSet<>();
    session.copies().orElseThrow().values().forEach(labeled::addAll);
    labeled.retainAll(new HashSet<>(state.labeled()));
    if (labeled.isEmpty()) {
      return head;
    }
    if (alone == null) {
      alone = head.sibling();
    }
    alone.setPool(sample.stream().mapToInt(Integer::intValue).sorted().toArray());
    alone.holdOut(labeled);
    return alone;
  }

  // ---- the check of the whole folder

  /**
   * Draws the images of a check: 50 random images of the folder. In place of an image that nobody
   * labeled, it takes an answered audit image that was not passed: they are equally random. If none
   * is left, the image itself is asked, or another one if it is in the audit.
   */
  JournalEntry.CheckDrawn drawCheck() {
    List<Integer> all = images().boxed().toList();
    PythonRandom random =
        new PythonRandom(session.start().seed() + 1 + state.checks().all().size() * 1_000_003L);
    List<Integer> drawn = random.sample(all, Math.min(CHECKED_IMAGES, all.size()));
    Sample sample = sample();
    List<Integer> answered =
        sample.images().stream()
            .filter(i -> !state.isPassed(i) && state.isLabeled(i))
            .sorted()
            .toList();
    answered = random.sample(answered, areAlike() ? answered.size() : 0);
    List<Integer> others =
        images()
            .filter(i -> !state.isAnswered(i) && !state.isAudit(i))
            .filter(i -> !drawn.contains(i))
            .boxed()
            .toList();
    Iterator<Integer> other = random.sample(others, others.size()).iterator();
    List<Integer> asked = new ArrayList<>();
    List<Integer> audit = new ArrayList<>();
    for (int image : drawn) {
      boolean isSample = sample.images().contains(image) && !state.isPassed(image);
      boolean hasNoLabel = // that could be kept
          state.isSkipped(image) || (state.isPassed(image) && !state.isLabeled(image));
      boolean isMeasured = sample.measured().contains(state.audit().part(image).orElse(0));
      if (hasNoLabel) {
        continue;
      }
      if (state.isLabeled(image) && !isSample) {
        asked.add(image);
      } else if (isMeasured && audit.size() < answered.size()) {
        audit.add(answered.get(audit.size()));
      } else if (!state.isAudit(image)) {
        asked.add(image);
      } else if (other.hasNext()) {
        asked.add(other.next());
      }
    }
    return new JournalEntry.CheckDrawn(drawn.size(), state.paths(asked), state.paths(audit));
  }

  /**
   * Returns true if the images without a label are like the audit: a person who chose images has
   * left the more difficult ones.
   */
  private boolean areAlike() {
    long chosen = count(i -> !state.isAudit(i) && !state.isSettled(i) && state.isAnswered(i));
    return chosen * FEW <= state.images().size();
  }

  private int questionsLeft() {
    return state.checks().last().map(check -> check.left(state::isGone).size()).orElse(0);
  }

  private Optional<Accuracy.Check> check() {
    if (state.checks().last().isEmpty() || questionsLeft() > 0) {
      return Optional.empty();
    }
    FolderCheck check = state.checks().last().get();
    int kept = check.kept() + (int) check.audit().stream().filter(i -> isRight(i, head)).count();
    int images = count(i -> true);
    double tail = Audit.TAIL / (1L << (state.checks().all().size() - 1)); // 0.05, 0.025, ...
    int changed = check.images() - kept;
    double wrong =
        Interval.ofCount(changed, check.images(), Math.max(images, check.images()), 1 - 2 * tail)
                .high()
            - changed
            + check.changed().size();
    return Optional.of(new Accuracy.Check(Math.max(0, 1 - wrong / images), kept, check.images()));
  }

  void close() {
    if (alone != null) {
      alone.close();
    }
  }
}
