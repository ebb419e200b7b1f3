package org.kgcoop.label;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.kgcoop.KgCoopException;
import org.kgcoop.journal.JournalEntry;
import org.kgcoop.journal.JournalEntry.Sent;

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
  void add(Sender from, List<String> added) {
    if (isRepeated(
        from,
        action ->
            action instanceof JournalEntry.ClassAdded stored
                && !added.isEmpty()
                && added.get(added.size() - 1).strip().equals(stored.name()))) {
      return;
    }
    Set<String> taken = known();
    for (String name : added) {
      if (!taken.add(NameRules.folded(NameRules.checked(name)))) {
        throw KgCoopException.configuration(
            "class \"%s\": there is one already".formatted(name.strip()));
      }
    }
    List<JournalEntry.ClassAdded> entries = new ArrayList<>();
    missing(added)
        .forEach(
            (number, name) ->
                entries.add(
                    new JournalEntry.ClassAdded(
                        number,
                        name,
                        state.nextStep() + entries.size(),
                        from.by(),
                        from.request())));
    journal.accept(entries);
  }

  /**
   * Returns the classes to add, by their numbers: those of the names that no class has.
   *
   * @throws KgCoopException if a name is not valid, or there are too many
   */
  Map<Integer, String> missing(List<String> added) {
    Set<String> known = known();
    Map<Integer, String> missing = new LinkedHashMap<>();
    for (String name : added) {
      String checked = NameRules.checked(name);
      if (known.add(NameRules.folded(checked))) {
        missing.put(state.nextClass() + missing.size(), checked);
      }
    }
    if (known.size() > MAX_CLASSES) {
      throw KgCoopException.configuration(
          "expected at most %s classes, got %s".formatted(MAX_CLASSES, known.size()));
    }
    check(missing.values());
    return missing;
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
            new JournalEntry.ClassAdded(
                state.nextClass() + entries.size(), checked, null, null, null));
      }
    }
    check(entries.stream().map(JournalEntry.ClassAdded::name).toList());
    return entries;
  }

  private Set<String> known() {
    return names().stream().map(NameRules::folded).collect(Collectors.toCollection(HashSet::new));
  }

  private void check(Collection<String> added) {
    texts.check(Stream.concat(names().stream(), added.stream()).toList());
  }

  /** Returns true if a change is stored already, and the person has sent it again. */
  private boolean isRepeated(Sender from, Predicate<Sent> isSame) {
    return state.repeated().find(from, isSame).isPresent();
  }

  void rename(Sender from, String name, String newName) {
    if (isRepeated(
        from,
        action ->
            action instanceof JournalEntry.ClassRenamed stored
                && newName.strip().equals(stored.name()))) {
      return;
    }
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
        List.of(
            new JournalEntry.ClassRenamed(
                number, checked, state.nextStep(), from.by(), from.request())));
  }

  void merge(Sender from, String name, String into) {
    if (isRepeated(
        from, action -> action instanceof JournalEntry.ClassMerged stored && has(stored, name))) {
      return;
    }
    int number = number(name);
    int to = number(into);
    if (number == to) {
      throw KgCoopException.configuration(
          "class \"%s\": expected another class to merge it into".formatted(name));
    }
    journal.accept(
        List.of(
            new JournalEntry.ClassMerged(number, to, state.nextStep(), from.by(), from.request())));
  }

  void delete(Sender from, String name) {
    if (isRepeated(
        from, action -> action instanceof JournalEntry.ClassDeleted stored && has(stored, name))) {
      return;
    }
    int number = number(name);
    if (state.isUsed(number) || head.hasExample(number)) {
      throw KgCoopException.configuration(
          "class \"%s\": has images; merge it into another class".formatted(name));
    }
    journal.accept(
        List.of(
            new JournalEntry.ClassDeleted(number, state.nextStep(), from.by(), from.request())));
  }

  private boolean has(JournalEntry.ClassChange change, String name) {
    return state.ownName(change.number()).equals(name);
  }

  /**
   * Returns the number of an answer: a class, {@link Labeling#NONE} or {@link Labeling#SKIP}. That
   * of a merged class is its own one: if the merge is taken back, the image has the class that was
   * meant.
   *
   * @throws KgCoopException if there is none with this name
   */
  int label(String answer) {
    return answer.equals(Labeling.NONE)
        ? JournalEntry.NONE
        : answer.equals(Labeling.SKIP)
            ? JournalEntry.SKIP
            : state.named(answer).or(() -> state.merged(answer)).orElseGet(() -> number(answer));
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
