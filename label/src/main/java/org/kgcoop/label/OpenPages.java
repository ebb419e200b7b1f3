package org.kgcoop.label;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.kgcoop.journal.Kind;
import org.kgcoop.label.LabelSession.Offered;
import org.kgcoop.label.LabelSession.Proposal;
import org.kgcoop.label.SessionHead.Guess;

/**
 * The pages that persons have at the moment. The images of a person who was silent for 30 seconds
 * are free, but the page can still be answered.
 */
final class OpenPages {
  private static final Duration SILENCE = Duration.ofSeconds(30);
  private static final int LIKELY_CLASSES = 9;

  /**
   * A page.
   *
   * @param guesses of the program by image, when the page was made
   * @param steps the steps of the last answers by image, when the page was made
   * @param left the images without an answer of this page; answers remove theirs
   * @param former the answers of its images that were taken back
   * @param isAgain true if it shows images again
   */
  record OpenPage(
      int number,
      Proposal page,
      Map<Integer, Guess> guesses,
      Map<Integer, Integer> steps,
      Set<Integer> left,
      Map<Integer, Integer> former,
      boolean isAgain) {
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
  private record Again(Proposal page, Map<Integer, Integer> former, Map<Integer, Integer> steps) {}

  private static final class Person {
    private @Nullable OpenPage page;
    private final Deque<Again> again = new ArrayDeque<>();
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
    Deque<Again> taken = person.again;
    if (person.page != null && person.page.isAgain() && !person.page.left().isEmpty()) {
      taken.push(again(person.page)); // what was taken back must be answered again
    }
    while (wanted == Kind.PAGE && !taken.isEmpty()) {
      Again again = taken.pop();
      List<Integer> shown = left(again.page().shown(), again.steps());
      if (!shown.isEmpty()) {
        return give(name, again.page().of(shown), again.former(), true);
      }
    }
    return give(name, session.next(wanted, offered(name)), Map.of(), false);
  }

  private Page give(String name, Proposal page, Map<Integer, Integer> former, boolean isAgain) {
    List<Integer> shown = page.shown();
    OpenPage open =
        new OpenPage(
            next++,
            page,
            session.head().guesses(shown),
            steps(shown),
            new LinkedHashSet<>(shown),
            former,
            isAgain);
    person(name).page = open;
    seen(name);
    return page(open, shown);
  }

  /**
   * Returns the page of a person with the images that nobody has answered, or nothing if there is
   * none.
   */
  Optional<Page> current(String name) {
    seen(name);
    return find(name)
        .map(open -> page(open, left(open.left(), open.steps())))
        .filter(page -> !page.images().isEmpty());
  }

  /** Returns the images that were not answered since. */
  private List<Integer> left(Collection<Integer> images, Map<Integer, Integer> steps) {
    return images.stream()
        .filter(image -> !state.isGone(image))
        .filter(image -> state.step(image) == steps.getOrDefault(image, 0))
        .toList();
  }

  private Page page(OpenPage open, List<Integer> shown) {
    Proposal page = open.page();
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

  private Map<Integer, Integer> steps(List<Integer> images) {
    Map<Integer, Integer> steps = new HashMap<>();
    images.forEach(image -> steps.put(image, state.step(image)));
    return steps;
  }

  /** Returns the images of the next pages if the answers change nothing, and those of the audit. */
  List<Integer> upcoming(String name) {
    Offered taken = offered(name);
    if (find(name).isPresent()) {
      taken = taken.with(find(name).get().page());
    }
    List<Integer> upcoming = new ArrayList<>();
    for (Kind kind : List.of(Kind.PAGE, Kind.PAGE, Kind.AUDIT)) {
      Proposal step = session.next(kind, taken);
      upcoming.addAll(step.shown());
      taken = taken.with(step);
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
      person.again.push(again(open));
    }
    person.page = null;
    person.again.push(new Again(page, former, steps(page.shown())));
  }

  private static Again again(OpenPage open) {
    return new Again(open.rest(), open.former(), open.steps());
  }

  /** Returns true if images are shown to a person, or will be shown again. */
  boolean isBusy(String name) {
    Person person = persons.get(name);
    return person != null && (person.page != null || !person.again.isEmpty());
  }

  /** Returns the images that other persons have, without those of silent ones. */
  private Offered offered(String name) {
    Instant since = clock.instant().minus(SILENCE);
    Offered offered = Offered.NOTHING;
    for (Map.Entry<String, Person> other : persons.entrySet()) {
      Person person = other.getValue();
      if (other.getKey().equals(name) || person.seen.isBefore(since)) {
        continue;
      }
      if (person.page != null) {
        offered = offered.with(person.page.rest());
      }
      for (Again again : person.again) {
        offered = offered.with(again.page());
      }
    }
    return offered;
  }
}
