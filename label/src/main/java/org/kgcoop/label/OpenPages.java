package org.kgcoop.label;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.kgcoop.label.LabelSession.Offered;
import org.kgcoop.label.LabelSession.Proposal;
import org.kgcoop.label.SessionHead.Guess;

/**
 * The pages that persons have at the moment. The images of a person who was silent for 30 seconds
 * are free, but the page can still be answered.
 */
final class OpenPages {
  private static final Duration SILENCE = Duration.ofSeconds(30);

  /**
   * A page.
   *
   * @param guesses of the program by image, when the page was made
   * @param steps the steps of the last answers by image, when the page was made
   * @param left the images without an answer of this page; answers remove theirs
   */
  record Open(
      int number,
      Proposal page,
      Map<Integer, Guess> guesses,
      Map<Integer, Integer> steps,
      Set<Integer> left) {
    /** Returns the page with the images that are left. */
    Proposal rest() {
      return page.of(List.copyOf(left));
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

  /** Gives a person a page in place of the last one, and returns its number. */
  int open(String name, Proposal page, Map<Integer, Guess> guesses, Map<Integer, Integer> steps) {
    person(name).open = new Open(next, page, guesses, steps, new LinkedHashSet<>(page.shown()));
    seen(name);
    return next++;
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
    return open(name).filter(page -> page.number() == number).orElseThrow(StalePageException::new);
  }

  /** Shows images again, and then the rest of the open page. */
  void showAgain(String name, Again again) {
    Person person = person(name);
    Open open = person.open;
    if (open != null && !open.left().isEmpty()) {
      person.again.push(new Again(open.rest(), Map.of(), open.steps()));
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
    Offered offered = Offered.NOTHING;
    for (Map.Entry<String, Person> other : persons.entrySet()) {
      Person person = other.getValue();
      if (other.getKey().equals(name) || person.seen.isBefore(since)) {
        continue;
      }
      if (person.open != null) {
        offered = offered.with(person.open.rest());
      }
      for (Again again : person.again) {
        offered = offered.with(again.page());
      }
    }
    return offered;
  }
}
