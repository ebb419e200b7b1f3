package org.kgcoop.label;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.kgcoop.journal.Kind;
import org.kgcoop.label.LabelSession.Proposal;
import org.kgcoop.label.SessionHead.Guess;

/**
 * The pages that persons have at the moment. The images of a person who was silent for 30 seconds
 * are free, but the page can still be answered.
 */
final class OpenPages {
  private static final Duration SILENCE = Duration.ofSeconds(30);
  private static final int LIKELY_CLASSES = 9;

  private static final class Person {
    private @Nullable OpenPage page;
    private final Deque<OpenPage> again = new ArrayDeque<>(); // pages to show again
    private Instant seen;

    private Person(Instant seen) {
      this.seen = seen;
    }
  }

  private final LabelSession session;
  private final LabelState state;
  private final Map<String, Person> persons = new HashMap<>();
  private final InstantSource clock;
  private int next = 1;

  OpenPages(LabelSession session, InstantSource clock) {
    this.session = session;
    this.clock = clock;
    state = session.state();
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

  /**
   * Gives a person a page in place of the last one: images that the person took back and that
   * nobody answered meanwhile, or the next ones of a kind.
   */
  Page next(String name, Kind wanted) {
    Person person = person(name);
    if (person.page != null && person.page.isAgain() && !person.page.left().isEmpty()) {
      person.again.push(person.page); // what was taken back must be answered again
    }
    while (wanted == Kind.PAGE && !person.again.isEmpty()) {
      OpenPage again = person.again.pop();
      List<Integer> shown = left(again);
      if (!shown.isEmpty()) {
        return give(name, again.proposal().of(shown), again.former(), true);
      }
    }
    return give(name, session.next(wanted, ofOthers(name)), Map.of(), false);
  }

  private Page give(String name, Proposal page, Map<Integer, Integer> former, boolean isAgain) {
    OpenPage open = opened(page, session.head().guesses(page.shown()), former, isAgain);
    person(name).page = open;
    seen(name);
    return shown(open, page.shown());
  }

  private OpenPage opened(
      Proposal page, Map<Integer, Guess> guesses, Map<Integer, Integer> former, boolean isAgain) {
    Map<Integer, Integer> steps = new HashMap<>();
    page.shown().forEach(image -> steps.put(image, state.step(image)));
    return new OpenPage(
        next++, page, guesses, steps, new LinkedHashSet<>(page.shown()), former, isAgain);
  }

  /**
   * Returns the page of a person with the images that nobody has answered, or nothing if there is
   * none.
   */
  Optional<Page> current(String name) {
    seen(name);
    return find(name).map(open -> shown(open, left(open))).filter(page -> !page.images().isEmpty());
  }

  /** Returns the images of a page that nobody answered since. */
  private List<Integer> left(OpenPage open) {
    return open.left().stream()
        .filter(image -> !state.isGone(image))
        .filter(image -> state.step(image) == open.steps().getOrDefault(image, 0))
        .toList();
  }

  private Page shown(OpenPage open, List<Integer> shown) {
    Proposal page = open.proposal();
    Integer proposed = page.proposed();
    Map<Path, String> marks = new LinkedHashMap<>();
    open.former()
        .forEach(
            (image, label) -> {
              if (shown.contains(image) && state.isAnswer(label)) {
                marks.put(state.path(image), state.text(label));
              }
            });
    return new Page(
        open.number(),
        page.kind(),
        proposed == null || !state.isAnswer(proposed) ? null : state.text(proposed),
        shown.stream().map(state::path).toList(),
        shown.stream()
            .map(image -> page.kind().isBlind() ? List.<String>of() : likely(image))
            .toList(),
        marks);
  }

  private List<String> likely(int image) {
    return session.head().likely(image, LIKELY_CLASSES).stream().map(state::text).toList();
  }

  /** Returns the images of the next pages if the answers change nothing, and those of the audit. */
  List<Integer> upcoming(String name) {
    List<Proposal> taken = ofOthers(name);
    find(name).ifPresent(open -> taken.add(open.proposal()));
    List<Integer> upcoming = new ArrayList<>();
    for (Kind kind : List.of(Kind.PAGE, Kind.PAGE, Kind.AUDIT)) {
      Proposal step = session.next(kind, taken);
      upcoming.addAll(step.shown());
      taken.add(step);
    }
    return upcoming;
  }

  private Optional<OpenPage> find(String name) {
    Person person = persons.get(name);
    return person == null ? Optional.empty() : Optional.ofNullable(person.page);
  }

  /**
   * Returns the page of a person.
   *
   * @throws StalePageException if the person has another page
   */
  OpenPage get(String name, int number) {
    seen(name);
    return find(name).filter(page -> page.number() == number).orElseThrow(StalePageException::page);
  }

  /**
   * Shows images again, and then the rest of the open page.
   *
   * @param former the answers that were taken back
   */
  void showAgain(String name, Proposal page, Map<Integer, Integer> former) {
    Person person = person(name);
    OpenPage open = person.page;
    if (open != null && !open.left().isEmpty()) {
      person.again.push(open);
    }
    person.page = null;
    person.again.push(opened(page, Map.of(), former, true));
  }

  /** Returns true if images are shown to a person, or will be shown again. */
  boolean isBusy(String name) {
    Person person = persons.get(name);
    return person != null && (person.page != null || !person.again.isEmpty());
  }

  /** Returns the pages that other persons have or will see again, without those of silent ones. */
  private List<Proposal> ofOthers(String name) {
    Instant since = clock.instant().minus(SILENCE);
    List<Proposal> pages = new ArrayList<>();
    for (Map.Entry<String, Person> other : persons.entrySet()) {
      Person person = other.getValue();
      if (other.getKey().equals(name) || person.seen.isBefore(since)) {
        continue;
      }
      if (person.page != null) {
        pages.add(person.page.rest());
      }
      person.again.forEach(again -> pages.add(again.rest()));
    }
    return pages;
  }
}
