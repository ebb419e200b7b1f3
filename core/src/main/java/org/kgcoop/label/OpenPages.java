package org.kgcoop.label;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** The pages that browsers show at the moment. A page is free again after ten minutes. */
final class OpenPages {
  private static final Duration OPEN = Duration.ofMinutes(10);

  /** An open page. */
  record OpenPage(int number, LabelSession.Proposal proposal, Instant until) {}

  private final Map<String, OpenPage> open = new HashMap<>(); // by browser
  private final Clock clock = Clock.systemUTC();
  private int next = 1;

  /** Closes the page of a browser, and pages that are too old. */
  void release(String browser) {
    open.values().removeIf(page -> page.until.isBefore(clock.instant()));
    open.remove(browser);
  }

  /** Opens a page, and returns its number. */
  int open(String browser, LabelSession.Proposal proposal) {
    open.put(browser, new OpenPage(next, proposal, clock.instant().plus(OPEN)));
    return next++;
  }

  LabelSession.Offered offered() {
    Set<Integer> shown = new HashSet<>();
    Set<Integer> passed = new HashSet<>();
    open.values()
        .forEach(
            page -> {
              shown.addAll(page.proposal.shown());
              passed.addAll(page.proposal.passed());
            });
    return new LabelSession.Offered(shown, passed);
  }

  /**
   * Returns the page with a number.
   *
   * @throws StalePageException if it is not open
   */
  LabelSession.Proposal get(int number) {
    return open.values().stream()
        .filter(page -> page.number == number)
        .map(OpenPage::proposal)
        .findFirst()
        .orElseThrow(StalePageException::new);
  }

  void close(int number) {
    open.values().removeIf(page -> page.number == number);
  }

  void closeAll() {
    open.clear();
  }
}
