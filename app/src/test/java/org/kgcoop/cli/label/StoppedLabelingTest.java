package org.kgcoop.cli.label;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.cli.ChildProcess;
import org.kgcoop.cli.Cli;
import org.kgcoop.cli.SampleDrawings;
import org.kgcoop.cli.embed.ManyDrawings;
import org.kgcoop.cli.options.PhotoWarning;
import org.kgcoop.clip.untrained.RandomClip;
import org.kgcoop.report.AdaptSentences;
import org.kgcoop.runs.AdaptRecord;

/** A test of the command with its server: an interruption, and the end that the page asks for. */
@Tag("system")
class StoppedLabelingTest {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  @TempDir Path folder;
  private String address = "";

  private ChildProcess start(Object clip, String log) throws Exception {
    ChildProcess child =
        ChildProcess.start(
            folder.resolve(log),
            "label",
            folder.resolve("photos"),
            "--quiet",
            "--no-browser",
            "--audit",
            0,
            "--classes",
            "x,y",
            "--minutes",
            0.02,
            "--clip",
            clip);
    address = child.lineWith("http://").replaceFirst(".*(http://)", "$1");
    while (request("GET", "state", "").has("reading")) {
      Thread.sleep(50);
    }
    return child;
  }

  private JsonNode request(String method, String route, String body) throws Exception {
    String[] parts = address.split("#", 2);
    return new ObjectMapper()
        .readTree(
            CLIENT
                .send(
                    HttpRequest.newBuilder(URI.create(parts[0] + "label/" + route))
                        .header("Authorization", "Bearer " + parts[1].strip())
                        .method(method, BodyPublishers.ofString(body))
                        .build(),
                    BodyHandlers.ofString())
                .body());
  }

  @Test
  void keepsAllAnswersWhenItIsStopped() throws Exception {
    Path clip = folder.resolve("clip");
    RandomClip.write(clip, RandomClip.TINY, 1);
    List<Path> drawings = ManyDrawings.write(folder.resolve("photos"), 12);
    ChildProcess first = start(clip, "first.txt");
    JsonNode page = request("POST", "next", "{\"browser\": \"A\"}").path("page");
    StringBuilder labels = new StringBuilder();
    for (JsonNode image : page.path("images")) {
      labels.append(labels.isEmpty() ? "" : ",").append('"').append(image.path("image"));
      labels.append("\":").append(labels.length() % 2);
    }
    String body =
        "{\"browser\": \"A\", \"number\": %s, \"labels\": {%s}}"
            .formatted(page.path("number"), labels);
    int labeled = request("POST", "answer", body).path("labeled").asInt();
    assertThat(labeled).isPositive();
    assertThat(first.terminate()).as(first.log()).isEqualTo(128 + 15);
    ChildProcess second = start(clip, "second.txt");
    assertThat(request("GET", "state", "").path("labeled").asInt()).isEqualTo(labeled);
    JsonNode results = request("POST", "write", "{\"close\": true}").path("results");
    assertThat(results.toString()).contains("labels.csv");
    assertThat(second.exitCode()).as(second.log()).isZero();
    assertThat(lines("photos.labels/labels.csv")).hasSize(1 + drawings.size());
  }

  /** The page, the terminal, the report and the record say the same about new images. */
  @Test
  void oneFigureForNewImages() throws Exception {
    Path photos = Files.createDirectory(folder.resolve("photos"));
    SampleDrawings.copyTo(folder.resolve("sorted"), 6);
    List<String> truth = new ArrayList<>(List.of("image,class"));
    try (Stream<Path> all = Files.walk(folder.resolve("sorted"))) {
      for (Path file : all.filter(Files::isRegularFile).sorted().toList()) {
        String name = truth.size() + ".png";
        Files.copy(file, photos.resolve(name));
        truth.add(name + "," + file.getParent().getFileName());
      }
    }
    Path answers = Files.write(folder.resolve("truth.csv"), truth);
    assertThat(Cli.run("label", photos, "--simulate", answers).exitCode()).isZero();
    ChildProcess child = start("embedded", "log.txt");
    JsonNode state = request("GET", "state", "");
    assertThat(state.path("say").toString()).doesNotContain("new images");
    JsonNode page = request("POST", "write", "{\"close\": true}").path("results");
    assertThat(child.exitCode()).as(child.log()).isZero();
    Path session = folder.resolve("photos.labels");
    AdaptRecord record = AdaptRecord.read(session).orElseThrow();
    AdaptRecord.Accuracy measured = record.result().expected();
    assertThat(measured).isNotNull();
    String sentence = new AdaptSentences(record).newImages().orElseThrow();
    assertThat(sentence)
        .contains(String.format(Locale.ROOT, "expect %.0f right", measured.accuracy()))
        .contains("from %s random images".formatted(measured.images()));
    String report = Files.readString(session.resolve("report.html"));
    for (String place : List.of(page.toString(), child.log(), report)) {
      assertThat(place).contains(sentence);
      assertThat(place.replace(sentence, "")).doesNotContain("expect ");
    }
  }

  @Test
  void thePageWarnsThatTheEmbeddedClipKnowsNoPhotos() throws Exception {
    Path photos = Files.createDirectory(folder.resolve("photos"));
    Random random = new Random(1);
    for (int i = 0; i < 4; i++) {
      BufferedImage noise = new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB);
      for (int at = 0; at < 64 * 64; at++) {
        noise.setRGB(at % 64, at / 64, random.nextInt(1 << 24));
      }
      ImageIO.write(noise, "png", photos.resolve(i + ".png").toFile());
    }
    ChildProcess child = start("embedded", "log.txt");
    assertThat(request("GET", "state", "").path("welcome").asText())
        .startsWith("Answer ")
        .endsWith(" Warning: " + PhotoWarning.TEXT + ".");
    assertThat(child.terminate()).as(child.log()).isEqualTo(128 + 15);
    assertThat(child.log()).contains("warning: " + PhotoWarning.TEXT);
  }

  private List<String> lines(String file) throws IOException {
    return Files.readAllLines(folder.resolve(file));
  }
}
