package org.kgcoop.serve.label;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/** The tabs that show the page: when each was heard of and answered last, and its last request. */
final class Tabs {
  private static final long SILENT = Duration.ofSeconds(30).toNanos();

  /** Nobody sees an image and answers it in a shorter time. */
  private static final long BETWEEN_ANSWERS = Duration.ofMillis(100).toNanos();

  /**
   * A tab.
   *
   * @param asked the number of its last request for a page, or 0
   */
  private record Tab(long seen, long answered, long asked) {}

  private final Map<String, Tab> tabs = new HashMap<>();
  private final LongSupplier clock;

  /**
   * Creates an empty list.
   *
   * @param clock returns nanoseconds, as {@link System#nanoTime}
   */
  Tabs(LongSupplier clock) {
    this.clock = clock;
  }

  synchronized void seen(String browser) {
    long now = clock.getAsLong();
    tabs.compute(
        browser,
        (id, tab) ->
            tab == null
                ? new Tab(now, now - BETWEEN_ANSWERS, 0)
                : new Tab(now, tab.answered(), tab.asked()));
  }

  /** Takes note of a request with a number that got a page. */
  synchronized void asked(String browser, long number) {
    seen(browser);
    tabs.computeIfPresent(
        browser, (id, tab) -> new Tab(tab.seen(), tab.answered(), Math.max(tab.asked(), number)));
  }

  /**
   * Returns false if a request for a page was sent again, or arrives after a later one.
   *
   * @param number that of the request; 0 without one: such a request is always a new one
   */
  synchronized boolean isNew(String browser, long number) {
    Tab tab = tabs.get(browser);
    return number == 0 || tab == null || number > tab.asked();
  }

  /**
   * Takes note of an answer. Returns false if it comes too early after the one before.
   *
   * @param now when it arrived, before it waited for others
   */
  synchronized boolean answers(String browser, long now) {
    Tab tab = tabs.get(browser);
    boolean counts = tab == null || now - tab.answered() >= BETWEEN_ANSWERS;
    if (counts) {
      tabs.put(browser, new Tab(now, now, tab == null ? 0 : tab.asked()));
    }
    return counts;
  }

  synchronized void leave(String browser) {
    tabs.remove(browser);
  }

  /** Returns true if no tab shows the page. */
  synchronized boolean isEmpty() {
    long now = clock.getAsLong();
    tabs.values().removeIf(tab -> now - tab.seen() > SILENT);
    return tabs.isEmpty();
  }
}
