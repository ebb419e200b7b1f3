package org.kgcoop.label;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.journal.JournalEntry;
import org.kgcoop.journal.JournalEntry.Action;
import org.kgcoop.journal.JournalEntry.Answer;
import org.kgcoop.journal.JournalEntry.Arrival;
import org.kgcoop.journal.JournalEntry.CheckDrawn;
import org.kgcoop.journal.JournalEntry.ClassAdded;
import org.kgcoop.journal.JournalEntry.ClassDeleted;
import org.kgcoop.journal.JournalEntry.ClassMerged;
import org.kgcoop.journal.JournalEntry.ClassRenamed;
import org.kgcoop.journal.JournalEntry.Draw;
import org.kgcoop.journal.JournalEntry.Sent;
import org.kgcoop.journal.JournalEntry.Undo;
import org.kgcoop.journal.Kind;

/**
 * The classes and answers of a labeling session. It is a pure function of the entries of the
 * journal. Images have the index of their sorted relative paths.
 *
 * <p>An image is <i>settled</i> when the program chose it, and every image of its page is answered
 * or settled. Until then a person chose it: images that a person answered first may be easier than
 * those that were left. Audit images in front of a page are passed when its images are settled.
 */
final class LabelState {
  /** The answer of an image that the person has not answered. */
  static final int UNLABELED = -3;

  /** What the entries say about an image. */
  private static final class ImageState {
    private int answer = UNLABELED;
    private int step; // of the last answer, 0 without one
    private int since; // the position of the last answer in the entries
    private @Nullable Answer first; // the answer that labeled the image first
    private boolean isPassed;
  }

  private final List<String> images;
  private final Map<String, Integer> index;
  private final boolean[] gone; // (N), true for images that cannot be read
  private final UndoHistory history = new UndoHistory(this::fits);
  private int lastStep; // of all actions, also of those that were taken back
  private final RepeatedActions repeated = new RepeatedActions();

  private final ClassTable classes = new ClassTable();
  private final ImageState[] states; // (N)
  private final AuditImages audit;
  private final Set<Integer> labeled = new LinkedHashSet<>(); // without the audit, in order
  private final Set<Integer> seen = new HashSet<>(); // classes not known from the audit alone
  private final List<Answer> unsettled = new ArrayList<>();
  private final Set<Answer> settled = Collections.newSetFromMap(new IdentityHashMap<>());
  private final FolderChecks checks = new FolderChecks(classes);
  private final Set<Integer> askedAgain = new HashSet<>(); // classes of pages none-again
  private int answered; // the number of answers

  /**
   * Creates the state of a session without entries.
   *
   * @param images the sorted relative paths
   * @param copies the paths of the files with the bytes of an image, by image. A session may have
   *     named the image by the path of its copy.
   */
  LabelState(List<String> images, Map<String, List<String>> copies) {
    this(List.copyOf(images), index(images, copies), new boolean[images.size()]);
  }

  private LabelState(List<String> images, Map<String, Integer> index, boolean[] gone) {
    this.images = images;
    this.index = index;
    this.gone = gone;
    states = new ImageState[images.size()];
    audit = new AuditImages(gone);
    clear();
  }

  private static Map<String, Integer> index(List<String> images, Map<String, List<String>> copies) {
    Map<String, Integer> index = new HashMap<>();
    for (int i = 0; i < images.size(); i++) {
      for (String path : copies.getOrDefault(images.get(i), List.of(images.get(i)))) {
        index.put(path, i);
      }
    }
    return index;
  }

  private void clear() {
    history.clear();
    classes.clear();
    Arrays.setAll(states, image -> new ImageState());
    audit.clear();
    labeled.clear();
    seen.clear();
    unsettled.clear();
    settled.clear();
    checks.clear();
    askedAgain.clear();
    answered = 0;
  }

  // ---- entries

  /**
   * Adds an entry. Images that are no longer in the folder are ignored.
   *
   * @return the action that the entry took back, if it is an undo
   * @throws IllegalArgumentException if the entry does not fit the entries before, with the reason
   */
  Optional<Action> apply(JournalEntry entry) {
    Optional<Action> undone = Optional.empty();
    if (entry instanceof Undo undo) {
      undone = Optional.of(history.taken(undo));
      List<JournalEntry> others = history.without(undo);
      clear();
      others.forEach(this::add);
      settle();
    } else {
      add(entry);
      if (entry instanceof Answer) {
        settle();
      }
    }
    if (entry instanceof Sent sent) {
      repeated.add(sent, undone.orElse(null));
    }
    return undone;
  }

  /** Returns the last numbered actions. */
  RepeatedActions repeated() {
    return repeated;
  }

  /** Returns true if entries fit together. */
  private boolean fits(List<JournalEntry> some) {
    LabelState trial = new LabelState(images, index, gone);
    try {
      some.forEach(trial::add);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** See {@link UndoHistory#last}. */
  Optional<Action> lastAction(String person) {
    return history.last(person);
  }

  private void add(JournalEntry entry) {
    if (entry instanceof Action action) {
      change(action);
      checks.acted(action);
      lastStep = Math.max(lastStep, Objects.requireNonNullElse(action.step(), 0));
    } else if (entry instanceof Arrival arrival) {
      audit.arrive(
          arrival.images().size(),
          present(arrival.images()),
          arrival.audit().size(),
          present(arrival.audit()),
          labeled.size());
    } else if (entry instanceof Draw draw) {
      audit.draw(present(draw.images()));
    } else if (entry instanceof CheckDrawn check) {
      checks.add(
          new FolderCheck(
              check.images(),
              present(check.asked()),
              present(check.audit()),
              Arrays.stream(states).map(state -> state.answer).toList(),
              new HashMap<>(),
              new HashSet<>(),
              new HashSet<>()));
    }
    history.add(entry);
  }

  /** Returns the images of paths, without those that are no longer in the folder. */
  List<Integer> present(Collection<String> paths) {
    return paths.stream().map(index::get).filter(Objects::nonNull).toList();
  }

  private void change(Action action) {
    if (action instanceof Answer answer) {
      answer(answer);
    } else if (action instanceof ClassAdded added) {
      classes.add(added.number(), added.name(), history.size());
      if (answered == 0) {
        seen.add(added.number());
      }
    } else if (action instanceof ClassRenamed renamed) {
      classes.rename(renamed.number(), renamed.name());
    } else if (action instanceof ClassMerged merged) {
      classes.merge(merged.number(), merged.into());
      if (seen.remove(merged.number())) {
        seen.add(merged.into());
      }
    } else if (action instanceof ClassDeleted deleted) {
      if (isUsed(deleted.number())) {
        throw new IllegalArgumentException("class %s: has images".formatted(deleted.number()));
      }
      classes.delete(deleted.number());
    }
  }

  /** Returns true if an image has the class. */
  boolean isUsed(int number) {
    return Arrays.stream(states).anyMatch(state -> current(state.answer) == number);
  }

  private void answer(Answer answer) {
    answer.added().forEach((number, name) -> classes.add(number, name, history.size()));
    for (int label : answer.labels().values()) {
      if (label < JournalEntry.SKIP || (label >= 0 && !isClass(label))) {
        throw new IllegalArgumentException("there is no class %s".formatted(label));
      }
    }
    answer
        .labels()
        .forEach(
            (path, label) -> {
              Integer image = index.get(path);
              if (image != null) {
                answer(answer, image, label, answer.corrected().contains(path));
              }
            });
    answered++;
    if (answer.kind() == Kind.NONE_AGAIN && answer.number() != null) {
      askedAgain.add(answer.number());
    }
    if (answer.kind() != Kind.CHOSEN) {
      unsettled.add(answer);
    }
  }

  private void answer(Answer answer, int image, int label, boolean isCorrected) {
    ImageState state = states[image];
    state.step = answer.step();
    if (!checks.answer(answer.kind(), image, state.answer, label, isCorrected)) {
      return;
    }
    state.answer = label;
    state.since = history.size();
    state.first = state.first == null ? answer : state.first;
    if (!isAudit(image) && label != JournalEntry.SKIP) {
      labeled.add(image);
      if (label >= 0) {
        seen.add(current(label));
      }
    }
  }

  /** Finds the answers whose page is settled. */
  private void settle() {
    while (unsettled.removeIf(this::settle)) {}
  }

  private boolean settle(Answer answer) {
    boolean isSettled =
        present(answer.rest()).stream().allMatch(image -> gone[image] || isSettled(image));
    if (isSettled) {
      settled.add(answer);
      present(answer.passed()).forEach(image -> states[image].isPassed = true);
    }
    return isSettled;
  }

  // ---- images

  List<String> images() {
    return images;
  }

  /** Returns the index of a path, or nothing if it is not in the folder. */
  Optional<Integer> image(String path) {
    return Optional.ofNullable(index.get(path));
  }

  /**
   * Returns the index of an image.
   *
   * @throws KgCoopException if it is not in the folder
   */
  int image(Path path) {
    String key = key(path);
    return image(key)
        .orElseThrow(() -> KgCoopException.configuration(key + ": is not in the folder"));
  }

  /** Returns a path with '/', as in the journal. */
  static String key(Path path) {
    return path.toString().replace('\\', '/');
  }

  Path path(int image) {
    return Path.of(images.get(image));
  }

  List<String> paths(Collection<Integer> some) {
    return some.stream().map(images::get).toList();
  }

  /** Returns the answer of an image, of merged classes the other one. */
  int answer(int image) {
    return current(states[image].answer);
  }

  /** Returns the step of the last answer of an image, or 0. */
  int step(int image) {
    return states[image].step;
  }

  /** Returns true if the person answered, also without a decision. */
  boolean isAnswered(int image) {
    return states[image].answer != UNLABELED;
  }

  /** Returns true for an image of the audit without an answer. Its label must stay unknown. */
  boolean isHidden(int image) {
    return isAudit(image) && !isAnswered(image);
  }

  /** Returns true if the person gave a class or none of these. */
  boolean isLabeled(int image) {
    return states[image].answer >= JournalEntry.NONE;
  }

  /** Returns true if the person has not decided. */
  boolean isSkipped(int image) {
    return states[image].answer == JournalEntry.SKIP;
  }

  boolean isAudit(int image) {
    return audit.contains(image);
  }

  boolean isPassed(int image) {
    return states[image].isPassed;
  }

  /**
   * Returns true for an answered image that the program chose, on a page that is settled. The audit
   * measures the images that are not settled.
   */
  boolean isSettled(int image) {
    ImageState state = states[image];
    return isAudit(image) ? state.isPassed : state.first != null && settled.contains(state.first);
  }

  /** Leaves out an image that cannot be read. It is no part of the folder any more. */
  void leave(int image) {
    gone[image] = true;
    settle();
  }

  boolean isGone(int image) {
    return gone[image];
  }

  /** Returns the labeled images outside the audit, in the order of their labels. */
  List<Integer> labeled() {
    return labeled.stream().filter(image -> !gone[image] && isLabeled(image)).toList();
  }

  // ---- the audit and the checks

  AuditImages audit() {
    return audit;
  }

  /** See {@link AuditImages#first}. */
  List<Integer> firstDraw() {
    return audit.first();
  }

  /** Returns the checks of the whole folder. */
  FolderChecks checks() {
    return checks;
  }

  // ---- classes

  /** Returns the numbers of the classes that were not merged or deleted, ascending. */
  int[] classes() {
    return classes.numbers();
  }

  /** Returns true if there are enough classes to tell images apart. */
  boolean canFit() {
    return classes().length >= 2;
  }

  /** See {@link ClassTable#named}. */
  Optional<Integer> named(String name) {
    return classes.named(name);
  }

  /** See {@link ClassTable#merged}. */
  Optional<Integer> merged(String name) {
    return classes.merged(name);
  }

  /** See {@link ClassTable#everNamed}. */
  Optional<Integer> everNamed(String name) {
    return classes.everNamed(name);
  }

  /** Returns the name of a class, of a merged one that of the other. */
  String name(int number) {
    return classes.name(classes.current(number));
  }

  /** Returns the text of an answer: a class, {@link Labeling#NONE} or {@link Labeling#SKIP}. */
  String text(int label) {
    return label == JournalEntry.SKIP ? Labeling.SKIP : label < 0 ? Labeling.NONE : name(label);
  }

  /** Returns the own name of a class, also of a merged or deleted one. */
  String ownName(int number) {
    return classes.name(number);
  }

  /** See {@link ClassTable#isClass}. */
  boolean isClass(int number) {
    return classes.isClass(number);
  }

  /** Returns true for an answer that can be given: its class was not taken back or deleted. */
  boolean isAnswer(int label) {
    return label < 0 || isClass(label);
  }

  /** Returns the class into which a class was merged, or the label itself. */
  int current(int label) {
    return classes.current(label);
  }

  /** Returns a number that no class ever had. */
  int nextClass() {
    return classes.next();
  }

  /** Returns a number that no action ever had. */
  int nextStep() {
    return lastStep + 1;
  }

  /** Returns the number of answers that count. */
  int answers() {
    return answered;
  }

  /**
   * Returns true if a class was named before the first answer, or an image outside the audit has
   * shown it. Until then, all audit images of this class count as wrong: its name comes from the
   * audit.
   */
  boolean isSeen(int number) {
    return number < 0 || seen.contains(number);
  }

  /** Returns true if the class was added after the last answer of the image. */
  boolean isLater(int number, int image) {
    return classes.since(number) > states[image].since;
  }

  /** Returns the images that show none of the classes, if a class was added after the answer. */
  List<Integer> noneBeforeAClass() {
    int newest = Arrays.stream(classes()).map(classes::since).max().orElse(0);
    return IntStream.range(0, states.length)
        .filter(i -> answer(i) == JournalEntry.NONE && states[i].since < newest && !gone[i])
        .boxed()
        .toList();
  }

  /** Returns true if a page of {@link Kind#NONE_AGAIN} was answered for a class. */
  boolean wasAskedAgain(int number) {
    return askedAgain.stream().anyMatch(asked -> current(asked) == number);
  }
}
