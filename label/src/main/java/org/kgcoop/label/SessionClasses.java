package org.kgcoop.label;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.runs.JournalEntry;

/**
 * The classes of a session by their names, and their changes.
 *
 * @param texts rejects names that the model cannot tell apart
 * @param journal writes entries, and applies them
 */
record SessionClasses(
    LabelState state,
    SessionHead head,
    SessionHead.ClassTexts texts,
    Consumer<List<? extends JournalEntry>> journal) {
  private static final int MAX_CLASSES = 10_000;

  List<String> names() {
    return Arrays.stream(state.classes()).mapToObj(state::name).toList();
  }

  /**
   * Adds classes, or none of them if one name is rejected.
   *
   * @throws KgCoopException if a name is not valid, or there are too many
   */
  void add(String person, List<String> added) {
    Set<String> known = known();
    List<JournalEntry.ClassAdded> entries = new ArrayList<>();
    for (String name : added) {
      String checked = NameRules.checked(name);
      if (!known.add(NameRules.folded(checked))) {
        throw KgCoopException.configuration(
            "class \"%s\": there is one already".formatted(checked));
      }
      entries.add(
          new JournalEntry.ClassAdded(
              state.nextClass() + entries.size(),
              checked,
              state.nextStep() + entries.size(),
              by(person)));
    }
    if (known.size() > MAX_CLASSES) {
      throw KgCoopException.configuration(
          "expected at most %s classes, got %s".formatted(MAX_CLASSES, known.size()));
    }
    check(entries);
    journal.accept(entries);
  }

  /**
   * Returns the entries that add those of the first names that the session never had. Otherwise the
   * same command would add merged, renamed and deleted classes again. A deleted class with examples
   * is added again.
   */
  List<JournalEntry.ClassAdded> first(Collection<String> given, Collection<String> ofExamples) {
    Set<String> known = known();
    List<JournalEntry.ClassAdded> entries = new ArrayList<>();
    Set<String> first = new LinkedHashSet<>(given);
    first.addAll(ofExamples);
    for (String name : first) {
      String checked = NameRules.checked(name);
      Optional<Integer> former = state.everNamed(checked);
      boolean isNew =
          former.isEmpty() || (ofExamples.contains(name) && !state.isClass(former.get()));
      if (known.add(NameRules.folded(checked)) && isNew) {
        entries.add(
            new JournalEntry.ClassAdded(state.nextClass() + entries.size(), checked, null, null));
      }
    }
    check(entries);
    return entries;
  }

  /** Returns the person in an entry: nothing for a program. */
  static @Nullable String by(String person) {
    return person.isEmpty() ? null : person;
  }

  private Set<String> known() {
    return names().stream().map(NameRules::folded).collect(Collectors.toCollection(HashSet::new));
  }

  private void check(List<JournalEntry.ClassAdded> added) {
    texts.check(
        Stream.concat(names().stream(), added.stream().map(JournalEntry.ClassAdded::name))
            .toList());
  }

  void rename(String person, String name, String newName) {
    int number = number(name);
    String checked = NameRules.checked(newName);
    Optional<Integer> other = state.named(checked);
    if (other.isPresent() && other.get() != number) {
      throw KgCoopException.configuration(
          "class \"%s\": there is one already; merge the two".formatted(checked));
    }
    String before = state.name(number);
    texts.check(names().stream().map(each -> each.equals(before) ? checked : each).toList());
    journal.accept(
        List.of(new JournalEntry.ClassRenamed(number, checked, state.nextStep(), by(person))));
  }

  void merge(String person, String name, String into) {
    int from = number(name);
    int to = number(into);
    if (from == to) {
      throw KgCoopException.configuration(
          "class \"%s\": expected another class to merge it into".formatted(name));
    }
    journal.accept(List.of(new JournalEntry.ClassMerged(from, to, state.nextStep(), by(person))));
  }

  void delete(String person, String name) {
    int number = number(name);
    if (state.isUsed(number) || head.hasExample(number)) {
      throw KgCoopException.configuration(
          "class \"%s\": has images; merge it into another class".formatted(name));
    }
    journal.accept(List.of(new JournalEntry.ClassDeleted(number, state.nextStep(), by(person))));
  }

  /**
   * Returns the number of a class.
   *
   * @throws KgCoopException if there is none with this name
   */
  int number(String name) {
    return state
        .named(name)
        .orElseThrow(
            () ->
                KgCoopException.configuration(
                    "there is no class \"%s\"; expected one of %s"
                        .formatted(name, String.join(", ", names()))));
  }
}
