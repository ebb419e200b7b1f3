package org.kgcoop.label;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The classes of a session by their numbers, which are never given twice. Two classes of the moment
 * have different names, also in another case. A merged class stays, and leads to the other one.
 */
final class ClassTable {
  /** A class: its name, the class that has its images (itself, or the one it was merged into). */
  private record SessionClass(String name, int into, boolean isDeleted, int since) {}

  private final TreeMap<Integer, SessionClass> classes = new TreeMap<>(); // by number
  private final Map<String, Integer> byName = new HashMap<>(); // without merged and deleted ones
  private final Map<String, Integer> everNamed = new HashMap<>(); // the last class of each name
  private int last = -1;

  /** Removes all classes. Their numbers and names stay known. */
  void clear() {
    classes.clear();
    byName.clear();
  }

  // ---- changes

  /**
   * Adds a class.
   *
   * @param since the number of entries before it
   * @throws IllegalArgumentException if a class has the number or the name
   */
  void add(int number, String name, int since) {
    if (number < 0 || classes.containsKey(number)) {
      throw new IllegalArgumentException("class %s: exists already".formatted(number));
    }
    take(number, name);
    classes.put(number, new SessionClass(name, number, false, since));
    last = Math.max(last, number);
  }

  private void take(int number, String name) {
    everNamed.put(NameRules.folded(name), number);
    Integer other = byName.putIfAbsent(NameRules.folded(name), number);
    if (other != null && other != number) {
      throw new IllegalArgumentException("class %s: its name is taken".formatted(number));
    }
  }

  void rename(int number, String name) {
    SessionClass old = active(number);
    byName.remove(NameRules.folded(old.name())); // the new name may differ in case only
    take(number, name);
    classes.put(number, new SessionClass(name, old.into(), false, old.since()));
  }

  void merge(int from, int to) {
    String name = active(from).name();
    SessionClass unused = active(to);
    if (from == to) {
      throw new IllegalArgumentException("class %s: cannot be merged into itself".formatted(from));
    }
    byName.remove(NameRules.folded(name));
    classes.replaceAll(
        (number, old) ->
            old.into() == from
                ? new SessionClass(old.name(), to, old.isDeleted(), old.since())
                : old);
  }

  void delete(int number) {
    SessionClass old = active(number);
    byName.remove(NameRules.folded(old.name()));
    classes.put(number, new SessionClass(old.name(), old.into(), true, old.since()));
  }

  private SessionClass active(int number) {
    SessionClass found = classes.get(number);
    if (found == null || found.into() != number || found.isDeleted()) {
      throw new IllegalArgumentException("there is no class %s".formatted(number));
    }
    return found;
  }

  // ---- questions

  /** Returns the numbers of the classes that were not merged or deleted, ascending. */
  int[] numbers() {
    return classes.entrySet().stream()
        .filter(each -> each.getValue().into() == each.getKey() && !each.getValue().isDeleted())
        .mapToInt(Map.Entry::getKey)
        .toArray();
  }

  /** Returns a number that no class ever had. */
  int next() {
    return last + 1;
  }

  /** Returns the class with a name, also in another case, or nothing. */
  Optional<Integer> named(String name) {
    return Optional.ofNullable(byName.get(NameRules.folded(name)));
  }

  /** Returns the newest merged class with a name, or nothing. */
  Optional<Integer> merged(String name) {
    return classes.descendingMap().entrySet().stream()
        .filter(each -> NameRules.folded(each.getValue().name()).equals(NameRules.folded(name)))
        .map(Map.Entry::getKey)
        .filter(number -> isClass(number) && current(number) != number)
        .findFirst();
  }

  /** Returns the class that had a name last, also a merged or renamed one, or nothing. */
  Optional<Integer> everNamed(String name) {
    return Optional.ofNullable(everNamed.get(NameRules.folded(name))).map(this::current);
  }

  /** Returns the own name of a class, also of a merged or deleted one. */
  String name(int number) {
    return Objects.requireNonNull(classes.get(number)).name();
  }

  /** Returns true if a class was added and not deleted. Merged ones stay. */
  boolean isClass(int number) {
    SessionClass found = classes.get(current(number));
    return found != null && !found.isDeleted();
  }

  /** Returns the class into which a class was merged, or the label itself. */
  int current(int label) {
    SessionClass found = classes.get(label);
    return found == null ? label : found.into();
  }

  /** Returns the number of entries before a class was added; 0 for other labels. */
  int since(int number) {
    SessionClass found = classes.get(number);
    return found == null ? 0 : found.since();
  }
}
