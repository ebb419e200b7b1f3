package org.kgcoop.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jsoup.Jsoup;
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
  private static final int PATIENCE_SECONDS = 300;

  private static final List<String> PAGES = List.of("base2new", "fewshot", "under-way");

  @TempDir static Path folder;
  private static Path browser = Path.of("chromium");

  /** The page, the log and the requests of a browser. */
  private record Visit(String dom, String log, List<String> requests) {}

  @BeforeAll
  static void makePages() throws IOException, InterruptedException {
    Optional<Path> found = Chromium.find();
    assumeTrue(found.isPresent(), "Chromium is not on the PATH; this test is skipped");
    browser = found.orElseThrow();
    Path blank = Files.writeString(folder.resolve("blank.html"), "<p>it runs</p>");
    assumeTrue(
        visit(blank).dom().contains("it runs"),
        "Chromium does not run on this machine; this test is skipped");
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

  private static Visit visit(Path page, String... more) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(browser.toString());
    command.addAll(
        List.of(
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-default-apps",
            "--allow-file-access-from-files",
            "--enable-logging=stderr",
            // Block the network: the proxy is the port of the discard service, which never answers.
            "--proxy-server=127.0.0.1:9",
            "--hide-scrollbars",
            "--log-net-log=" + folder.resolve("net.json"),
            "--user-data-dir=" + folder.resolve("profile"),
            "--dump-dom"));
    command.addAll(List.of(more));
    command.add(page.toUri().toString());
    Files.deleteIfExists(folder.resolve("net.json"));
    Path dom = Files.createTempFile(folder, "dom", ".html");
    Path log = Files.createTempFile(folder, "log", ".txt");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(dom.toFile())
            .redirectError(log.toFile())
            .start();
    Path netLog = folder.resolve("net.json");
    boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (!ended) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
    return new Visit(
        Files.readString(dom),
        Files.readString(log, StandardCharsets.ISO_8859_1),
        // The log is incomplete if the browser did not end, and missing if it did not start.
        ended && Files.exists(netLog) ? requests(netLog) : List.of());
  }

  /**
   * Returns the addresses that the page requested. Requests of the browser itself have no origin.
   */
  private static List<String> requests(Path log) throws IOException {
    List<String> requests = new ArrayList<>();
    for (JsonNode event : new ObjectMapper().readTree(log.toFile()).path("events")) {
      JsonNode request = event.path("params");
      String initiator = request.path("initiator").asText("not an origin");
      if (request.has("url") && !initiator.equals("not an origin")) {
        requests.add(request.path("url").asText());
      }
    }
    return requests;
  }

  /**
   * Shows pages in frames of two widths. Returns the width and the background color of each page.
   */
  private static String measured(String... more) throws IOException, InterruptedException {
    StringBuilder frames = new StringBuilder();
    for (String page : PAGES) {
      for (int width : new int[] {360, 1200}) {
        frames.append(
            "<iframe src='%s/report.html' style='width:%spx;height:800px;border:0'></iframe>"
                .formatted(page, width));
      }
    }
    Path outer =
        Files.writeString(
            folder.resolve("outer.html"),
            frames
                + """
                <p id="out"></p>
                <script>
                onload = () => {
                  for (const frame of document.querySelectorAll('iframe')) {
                    const page = frame.contentDocument;
                    document.getElementById('out').textContent +=
                        page.documentElement.scrollWidth + ' in ' + frame.clientWidth + ' on '
                        + getComputedStyle(page.body).backgroundColor + '; ';
                  }
                };
                </script>
                """);
    return Jsoup.parse(visit(outer, more).dom()).expectFirst("#out").text();
  }

  @Test
  void thePageIsSilentAndAsksForNothing() throws IOException, InterruptedException {
    for (String page : PAGES) {
      Visit visit = visit(folder.resolve(page).resolve("report.html"));
      assertThat(visit.dom()).contains("<main", "class=\"drawing\"");
      assertThat(visit.log()).doesNotContain("CONSOLE");
      assertThat(visit.requests()).isEmpty();
    }
  }

  @Test
  void theCheckWouldSeeARequestAndARefusal() throws IOException, InterruptedException {
    Path bad =
        Files.writeString(
            folder.resolve("bad.html"),
            "<img src=\"http://images.invalid/1.png\"><script>console.error('oh')</script>");
    Visit visit = visit(bad);
    assertThat(visit.requests()).anyMatch(request -> request.contains("images.invalid"));
    assertThat(visit.log()).contains("CONSOLE");
  }

  @Test
  void onAPhoneAndOnADeskItIsAsWideAsTheWindowByDayAndByNight()
      throws IOException, InterruptedException {
    String white = "360 in 360 on rgb(255, 255, 255); 1200 in 1200 on rgb(255, 255, 255);";
    assertThat(measured()).isEqualTo(String.join(" ", white, white, white));
    String dark = "360 in 360 on rgb(20, 23, 26); 1200 in 1200 on rgb(20, 23, 26);";
    assertThat(measured("--blink-settings=preferredColorScheme=0"))
        .isEqualTo(String.join(" ", dark, dark, dark));
  }
}
