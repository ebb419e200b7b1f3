package org.kgcoop.label;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.kgcoop.label.LabelSession.Offered;
import org.kgcoop.label.LabelSession.Proposal;

/**
 * The pages that persons have at the moment. The images of a person who was silent for 30 seconds
 * are free, but the page can still be answered.
 */
final class OpenPages {
  private static final Duration SILENCE = Duration.ofSeconds(30);

  /** A page. */
  static final class Open {
    final int number;
    final Proposal page;
    final Map<Integer, Integer> predicted; // by image, when the page was made
    final Map<Integer, Integer> steps; // of the last answers, when the page was made
    private final Set<Integer> left; // without an answer of this page

    Open(int number, Proposal page, Map<Integer, Integer> predicted, Map<Integer, Integer> steps) {
      this.number = number;
      this.page = page;
      this.predicted = Map.copyOf(predicted);
      this.steps = Map.copyOf(steps);
      left = new LinkedHashSet<>(page.shown());
    }

    /** Returns the images without an answer of this page. */
    List<Integer> left() {
      return List.copyOf(left);
    }

    void answer(Set<Integer> images) {
      left.removeAll(images);
    }
  }

  /**
   * Images to show again to a person.
   *
   * @param former the answers that were taken back
   * @param steps of the last answers
   */
  record Again(Proposal page, Map<Integer, Integer> former, Map<Integer, Integer> steps) {}

  private static final class Person {
    private @Nullable Open open;
    private final Deque<Again> again = new ArrayDeque<>();
    private Instant seen;

    private Person(Instant seen) {
      this.seen = seen;
    }
  }

  private final Map<String, Person> persons = new HashMap<>();
  private final InstantSource clock;
  private int next = 1;

  OpenPages(InstantSource clock) {
    this.clock = clock;
  }

  private Person person(String name) {
    return persons.computeIfAbsent(name, key -> new Person(clock.instant()));
  }

  void seen(String name) {
    Person person = persons.get(name);
    if (person != null) {
      person.seen = clock.instant();
    }
  }

  void leave(String name) {
    persons.remove(name);
  }

  int nextNumber() {
    return next++;
  }

  /** Gives a person a page in place of the last one. */
  void open(String name, Open page) {
    person(name).open = page;
    seen(name);
  }

  Optional<Open> open(String name) {
    Person person = persons.get(name);
    return person == null ? Optional.empty() : Optional.ofNullable(person.open);
  }

  /**
   * Returns the page of a person.
   *
   * @throws StalePageException if the person has another page
   */
  Open get(String name, int number) {
    seen(name);
    return open(name).filter(page -> page.number == number).orElseThrow(StalePageException::new);
  }

  /** Shows images again, and then the rest of the open page. */
  void showAgain(String name, Again again) {
    Person person = person(name);
    Open open = person.open;
    if (open != null && !open.left().isEmpty()) {
      person.again.push(new Again(open.page.of(open.left()), Map.of(), open.steps));
    }
    person.open = null;
    person.again.push(again);
  }

  /** Returns the images to show again, and forgets them. */
  Optional<Again> pollAgain(String name) {
    Person person = persons.get(name);
    return person == null ? Optional.empty() : Optional.ofNullable(person.again.poll());
  }

  /** Returns the images that other persons have, without those of silent ones. */
  Offered offered(String name) {
    Instant since = clock.instant().minus(SILENCE);
    Set<Integer> shown = new HashSet<>();
    Set<Integer> passed = new HashSet<>();
    persons.forEach(
        (other, person) -> {
          if (other.equals(name) || person.seen.isBefore(since)) {
            return;
          }
          if (person.open != null) {
            shown.addAll(person.open.left());
            passed.addAll(person.open.page.passed());
          }
          person.again.forEach(
              again -> {
                shown.addAll(again.page().shown());
                passed.addAll(again.page().passed());
              });
        });
    return new Offered(shown, passed);
  }
}
