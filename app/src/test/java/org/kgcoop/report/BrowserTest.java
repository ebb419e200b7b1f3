package org.kgcoop.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.Chromium;
import org.kgcoop.files.LockedFile;

/**
 * Tests the report in a real browser: no console messages, no requests, and no content wider than
 * the window. Skipped without a browser.
 */
@Tag("system")
class BrowserTest {
  private static final List<String> PAGES = List.of("base2new", "fewshot", "under-way");

  @TempDir static Path folder;
  private static @Nullable Chromium browser;

  @BeforeAll
  static void makePages() throws IOException, InterruptedException {
    browser = Chromium.start(folder.resolve("profile"));
    StoredResults results = new StoredResults();
    Path table = folder.resolve("base2new");
    assertThat(results.baseToNew(table)).isNotEmpty();
    ReportPage.write(List.of(table), List.of(), table.resolve("report.html"));
    Path curve = folder.resolve("fewshot");
    assertThat(results.fewShot(curve)).isNotEmpty();
    ReportPage.write(List.of(curve), List.of(), curve.resolve("report.html"));
    Path run = folder.resolve("under-way");
    try (LockedFile lock = StoredResults.begun(run, 14)) {
      ReportPage.write(List.of(run), List.of(), run.resolve("report.html"));
    }
  }

  @AfterAll
  static void stop() {
    if (browser != null) {
      browser.close();
    }
  }

  private static Chromium browser() {
    return Chromium.orSkip(browser);
  }

  /** Opens a report and returns its address. */
  private static String open(String page) {
    String address = folder.resolve(page).resolve("report.html").toUri().toString();
    browser().open(address);
    return address;
  }

  @Test
  void logsNothingAndRequestsNothing() {
    for (String page : PAGES) {
      String address = open(page);
      assertThat(browser().value("document.querySelectorAll('main .drawing').length").asInt())
          .isPositive();
      assertThat(browser().complaints()).isEmpty();
      assertThat(browser().requests())
          .contains(address)
          .allMatch(url -> url.equals(address) || url.startsWith("data:"));
    }
  }

  @Test
  void noticesARequestAndAnError() throws IOException {
    Path bad =
        Files.writeString(
            folder.resolve("bad.html"),
            "<img src=\"http://images.invalid/1.png\"><script>console.error('oh')</script>");
    browser().open(bad.toUri().toString());
    assertThat(browser().requests()).anyMatch(url -> url.contains("images.invalid"));
    assertThat(browser().complaints()).anyMatch(line -> line.contains("\"oh\""));
  }

  @Test
  void fitsPhonesAndDesktopsInLightAndDarkMode() {
    for (String page : PAGES) {
      for (int width : new int[] {360, 1200}) {
        browser().look(width, 800, false);
        String address = open(page);
        for (boolean dark : new boolean[] {false, true}) {
          browser().look(width, 800, dark);
          assertThat(browser().value("document.documentElement.scrollWidth").asInt())
              .as("%s at %s", address, width)
              .isEqualTo(width);
          assertThat(browser().value("getComputedStyle(document.body).backgroundColor").asText())
              .isEqualTo(dark ? "rgb(20, 23, 26)" : "rgb(255, 255, 255)");
        }
      }
    }
  }
}
