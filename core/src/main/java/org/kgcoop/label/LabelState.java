package org.kgcoop.label;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.kgcoop.runs.JournalEntry;
import org.kgcoop.runs.JournalEntry.ClassAdded;
import org.kgcoop.runs.JournalEntry.ClassMerged;
import org.kgcoop.runs.JournalEntry.ClassRenamed;
import org.kgcoop.runs.JournalEntry.ClassUndo;
import org.kgcoop.runs.JournalEntry.Draw;
import org.kgcoop.runs.JournalEntry.Page;
import org.kgcoop.runs.JournalEntry.Undo;
import org.kgcoop.runs.Kind;

/**
 * The classes and answers of a labeling session. It is a pure function of the entries of the
 * journal. Images have the index of their sorted relative paths.
 */
final class LabelState {
  /** The answer of an image that the person has not seen. */
  static final int UNLABELED = -3;

  private final List<String> images;
  private final Map<String, Integer> index = new HashMap<>();
  private final List<JournalEntry> entries = new ArrayList<>();

  private final List<String> names = new ArrayList<>(); // by class, also merged ones
  private final List<Integer> into = new ArrayList<>(); // itself, or the class it was merged into
  private final int[] answers; // (N)
  private final int[] firstAnswers; // (N), before a label was asked again
  private final boolean[] asked; // (N), true if the label was asked again
  private final boolean[] audit; // (N)
  private final boolean[] passed; // (N)
  private final boolean[] gone; // (N), true for images that cannot be read
  private final List<Integer> firstDraw = new ArrayList<>();
  private final List<Integer> moreDraw = new ArrayList<>();
  private final Set<Integer> labeled = new LinkedHashSet<>(); // without the audit, in order
  private final Set<Integer> seen = new LinkedHashSet<>(); // classes not known from the audit alone
  private final List<Page> steps = new ArrayList<>();

  /**
   * Creates the state of a session without entries.
   *
   * @param images the sorted relative paths
   * @param copies the path of an image in {@code images} by that of its copy. A session may have
   *     named the image by the path of its copy.
   */
  LabelState(List<String> images, Map<String, String> copies) {
    this.images = List.copyOf(images);
    for (int i = 0; i < images.size(); i++) {
      index.put(images.get(i), i);
    }
    copies.forEach((copy, first) -> index.put(copy, Objects.requireNonNull(index.get(first))));
    gone = new boolean[images.size()];
    answers = new int[images.size()];
    firstAnswers = new int[images.size()];
    asked = new boolean[images.size()];
    audit = new boolean[images.size()];
    passed = new boolean[images.size()];
    clear();
  }

  private void clear() {
    Arrays.fill(answers, UNLABELED);
    Arrays.fill(firstAnswers, UNLABELED);
    Arrays.fill(asked, false);
    Arrays.fill(audit, false);
    Arrays.fill(passed, false);
    names.clear();
    into.clear();
    firstDraw.clear();
    moreDraw.clear();
    labeled.clear();
    seen.clear();
    steps.clear();
  }

  /**
   * Adds an entry. Images that are no longer in the folder are ignored.
   *
   * @throws IllegalArgumentException if the entry does not fit the entries before, with the reason
   */
  void apply(JournalEntry entry) {
    if (entry instanceof Undo undo) {
      Page last = steps.isEmpty() ? null : steps.get(steps.size() - 1);
      if (last == null || last.step() != undo.step()) {
        throw new IllegalArgumentException("step %s is not the last one".formatted(undo.step()));
      }
      remove(entries.lastIndexOf(last));
      return;
    }
    if (entry instanceof ClassUndo undo) {
      OptionalInt last = lastClassChange();
      if (last.isEmpty() || classOf(entries.get(last.getAsInt())) != undo.number()) {
        throw new IllegalArgumentException(
            "class %s: has no change that can be undone".formatted(undo.number()));
      }
      remove(last.getAsInt());
      return;
    }
    change(entry);
    entries.add(entry);
  }

  private void remove(int position) {
    List<JournalEntry> others = new ArrayList<>(entries);
    others.remove(position);
    entries.clear();
    clear();
    others.forEach(this::apply);
  }

  /**
   * Returns the position of the last change of a class in {@link #entries}, or nothing if a step
   * came after it, or if there was no step: the first classes are no change.
   */
  OptionalInt lastClassChange() {
    if (steps.isEmpty()) {
      return OptionalInt.empty();
    }
    for (int i = entries.size() - 1; i >= 0; i--) {
      if (entries.get(i) instanceof Page) {
        return OptionalInt.empty();
      }
      if (classOf(entries.get(i)) >= 0) {
        return OptionalInt.of(i);
      }
    }
    return OptionalInt.empty();
  }

  /** Returns the class that an entry changes, or -1. */
  private static int classOf(JournalEntry entry) {
    if (entry instanceof ClassAdded added) {
      return added.number();
    }
    if (entry instanceof ClassRenamed renamed) {
      return renamed.number();
    }
    return entry instanceof ClassMerged merged ? merged.number() : -1;
  }

  /** Returns the class of the last change, or nothing if {@link #lastClassChange} is nothing. */
  OptionalInt lastChangedClass() {
    OptionalInt last = lastClassChange();
    return last.isEmpty() ? last : OptionalInt.of(classOf(entries.get(last.getAsInt())));
  }

  private void change(JournalEntry entry) {
    if (entry instanceof ClassAdded added) {
      if (added.number() != names.size()) {
        throw new IllegalArgumentException(
            "class %s: expected the number %s".formatted(added.number(), names.size()));
      }
      names.add(added.name());
      into.add(added.number());
      if (steps.isEmpty()) {
        seen.add(added.number());
      }
    } else if (entry instanceof ClassRenamed renamed) {
      names.set(active(renamed.number()), renamed.name());
    } else if (entry instanceof ClassMerged merged) {
      int from = active(merged.number());
      int to = active(merged.into());
      if (from == to) {
        throw new IllegalArgumentException(
            "class %s: cannot be merged into itself".formatted(from));
      }
      into.replaceAll(each -> each == from ? to : each);
      if (seen.remove(from)) {
        seen.add(to);
      }
    } else if (entry instanceof Draw draw) {
      for (String path : draw.images()) {
        Integer image = index.get(path);
        if (image != null && !audit[image]) {
          audit[image] = true;
          (draw.more() ? moreDraw : firstDraw).add(image);
        }
      }
    } else if (entry instanceof Page page) {
      page.labels().values().forEach(this::checkAnswer);
      page.labels().forEach((path, answer) -> answer(page.kind(), path, answer));
      for (String path : page.passed()) {
        Integer image = index.get(path);
        if (image != null) {
          passed[image] = true;
        }
      }
      steps.add(page);
    }
  }

  private void answer(Kind kind, String path, int answer) {
    Integer image = index.get(path);
    if (image == null) {
      return;
    }
    if (kind == Kind.AGAIN) {
      asked[image] = true;
      if (answer == JournalEntry.SKIP) {
        return; // the label stays
      }
    } else {
      firstAnswers[image] = answer;
    }
    answers[image] = answer;
    if (!audit[image] && answer != JournalEntry.SKIP) {
      labeled.add(image);
      if (answer >= 0) {
        seen.add(into.get(answer));
      }
    }
  }

  private void checkAnswer(int answer) {
    if (answer < JournalEntry.SKIP || answer >= names.size()) {
      throw new IllegalArgumentException("there is no class %s".formatted(answer));
    }
  }

  private int active(int number) {
    if (number < 0 || number >= names.size() || into.get(number) != number) {
      throw new IllegalArgumentException("there is no class %s".formatted(number));
    }
    return number;
  }

  List<String> images() {
    return images;
  }

  /** Returns the index of a path, or nothing if it is not in the folder. */
  OptionalInt image(String path) {
    Integer image = index.get(path);
    return image == null ? OptionalInt.empty() : OptionalInt.of(image);
  }

  /** Returns the numbers of the classes that were not merged into others, ascending. */
  int[] classes() {
    return IntStream.range(0, names.size()).filter(c -> into.get(c) == c).toArray();
  }

  /** Returns the number of all classes, also of merged ones. */
  int classCount() {
    return names.size();
  }

  String name(int number) {
    return names.get(number);
  }

  /** Returns the answer of an image, of merged classes the other one. */
  int answer(int image) {
    return current(answers[image]);
  }

  /** Returns the class into which a class was merged, or the class itself. */
  int current(int label) {
    return label < 0 ? label : into.get(label);
  }

  /** Returns true if the person gave a class or none of these. */
  boolean isLabeled(int image) {
    return answers[image] >= JournalEntry.NONE;
  }

  boolean isAudit(int image) {
    return audit[image];
  }

  boolean isPassed(int image) {
    return passed[image];
  }

  /** Leaves out an image that cannot be read. It is no part of the folder any more. */
  void leave(int image) {
    gone[image] = true;
  }

  boolean isGone(int image) {
    return gone[image];
  }

  private List<Integer> present(Collection<Integer> some) {
    return some.stream().filter(image -> !gone[image]).toList();
  }

  /** Returns the images of the first draw, in their random order. */
  List<Integer> firstDraw() {
    return present(firstDraw);
  }

  /** Returns the images that were drawn later, in their random order. */
  List<Integer> moreDraw() {
    return present(moreDraw);
  }

  /** Returns the images of all draws. */
  List<Integer> audit() {
    return Stream.concat(firstDraw.stream(), moreDraw.stream()).filter(i -> !gone[i]).toList();
  }

  /** Returns the labeled images outside the audit, in the order of their labels. */
  List<Integer> labeled() {
    return present(labeled);
  }

  /**
   * Returns true if a class was named before the first step, or an image outside the audit has
   * shown it. Until then, all audit images of this class count as wrong: its name comes from the
   * audit.
   */
  boolean isSeen(int number) {
    return number < 0 || seen.contains(number);
  }

  List<Page> steps() {
    return steps;
  }

  /** Returns the images whose label was asked again. */
  List<Integer> askedAgain() {
    return IntStream.range(0, asked.length).filter(i -> asked[i]).boxed().toList();
  }

  /** Returns true if the repeated answer of an image equals its first one. */
  boolean isRepeated(int image) {
    return current(firstAnswers[image]) == answer(image);
  }
}
