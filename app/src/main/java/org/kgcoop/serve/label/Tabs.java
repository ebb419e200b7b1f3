package org.kgcoop.serve.label;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/** The tabs that show the page, and when each was heard of and answered last. */
final class Tabs {
  private static final long SILENT = Duration.ofSeconds(30).toNanos();

  /** Nobody sees an image and answers it in a shorter time. */
  private static final long BETWEEN_ANSWERS = Duration.ofMillis(100).toNanos();

  private record Tab(long seen, long answered) {}

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
        browser, (id, tab) -> new Tab(now, tab == null ? now - BETWEEN_ANSWERS : tab.answered()));
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
      tabs.put(browser, new Tab(now, now));
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
