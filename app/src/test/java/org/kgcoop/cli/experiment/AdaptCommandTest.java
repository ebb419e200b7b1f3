package org.kgcoop.cli.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.classifier.ClassifierFile;
import org.kgcoop.cli.ChildProcess;
import org.kgcoop.cli.Cli;
import org.kgcoop.cli.JsonPage;
import org.kgcoop.cli.SampleDrawings;
import org.kgcoop.cli.StoredJson;
import org.kgcoop.clip.EmbeddedClip;
import org.kgcoop.clip.untrained.RandomClip;

@Tag("system")
class AdaptCommandTest {
  private static final int DISTURBANCES = 20;

  @TempDir static Path shared;

  @TempDir Path folder;

  @BeforeAll
  static void writeInput() {
    RandomClip.write(shared.resolve("ViT-B-16.pt"), RandomClip.TINY, 1);
    SampleDrawings.copyTo(shared.resolve("drawings"), 4);
  }

  /** Writes a plan with all images and few methods, which the load of the machine cannot change. */
  private Path plan(String... methods) throws IOException {
    Path plan = Files.createDirectories(folder.resolve("plan"));
    Files.writeString(
        plan.resolve("adapt.json"),
        """
        {"plan": {"methods": ["%s"]}, "labels": {"origin": "unstated"},
         "images": {"copies": {}}, "result": {}}
        """
            .formatted(String.join("\",\"", methods)));
    return plan;
  }

  private static Object[] words(Path out, Object... more) {
    Object[] words = {
      "adapt",
      shared.resolve("drawings"),
      "--clip",
      shared.resolve("ViT-B-16.pt"),
      "--out",
      out,
      "--feature-cache",
      "none",
      "--shots",
      "2"
    };
    return with(words, more);
  }

  @Test
  void writesAClassifierAPageAndTheExpectation() throws IOException {
    Path out = folder.resolve("out");
    Cli.Result result = Cli.run(words(out));
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out())
        .contains("8 images of 4 classes, 2 per class")
        .containsPattern("chosen: .+\\. ")
        .contains(
            "There are too few images to say how many of 100 new images like these are right.")
        .contains("This holds if you labeled all images, or a random sample.")
        .containsPattern("If the top probability is below [\\d.]+ %, reject the image.")
        .containsPattern("Probabilities are calibrated by the temperature|No temperature was found")
        .containsPattern("CLIP classifies [\\d.]+ % of held-out images correctly without training")
        .containsOnlyOnce("Newer weights may help, such as --clip ViT-B/32-256.");
    assertThat(result.out().lines().toList())
        .endsWith(
            "classifier: " + out.resolve("classifier.safetensors"),
            "report: " + out.resolve("report.html"),
            "next: ./kgcoop serve " + out);
    assertThat(Files.readString(out.resolve("report.html")))
        .contains("The choice of the method", "Tip-Adapter-F", "expected accuracy")
        .containsOnlyOnce("Newer weights may help, such as --clip ViT-B/32-256.")
        .contains("Mistakes on held-out images", "taken for");
    assertThat(Cli.run("runs", "--runs", folder).out()).containsPattern("expected [\\d.]+");
    Cli.Result again = Cli.run(words(out, "--json"));
    JsonNode record = new ObjectMapper().readTree(again.out());
    assertThat(record.path("candidates")).hasSize(11);
    assertThat(record.path("choice").path("method").asText()).isNotEmpty();
    Path image;
    try (var files = Files.walk(shared.resolve("drawings"))) {
      image = files.filter(Files::isRegularFile).findFirst().orElseThrow();
    }
    Cli.Result predicted =
        Cli.run(
            "predict",
            out.resolve("classifier.safetensors"),
            image,
            "--clip",
            shared.resolve("ViT-B-16.pt"));
    assertThat(predicted.exitCode()).as(predicted.err()).isZero();
  }

  @Test
  void findsAMislabeledImageAndLeavesItOut() throws IOException {
    Path images = folder.resolve("fifty");
    SampleDrawings.copyTo(images, 7); // 56 images of 7 classes
    List<Path> classes;
    try (var folders = Files.list(images)) {
      classes = folders.filter(Files::isDirectory).sorted().toList();
    }
    for (Path each : classes.subList(1, 7)) {
      Files.delete(each.resolve("7.png")); // 50 images remain
    }
    Path other = classes.get(1);
    Files.move(classes.get(0).resolve("0.png"), other.resolve("stray.png"));
    String stray = other.getFileName() + "/stray.png";
    Object[] words = {"adapt", images, "--feature-cache", "none", "--shots", 8};

    Path plan = plan("clip", "gda", "proker");
    Cli.Result found = Cli.run(with(words, "--plan", plan, "--out", folder.resolve("a")));

    assertThat(found.exitCode()).as(found.err()).isZero();
    JsonNode record = new ObjectMapper().readTree(Files.readString(folder.resolve("a/adapt.json")));
    JsonPage.check("adapt.json", record);
    assertThat(record.path("images").path("count").asInt()).isEqualTo(50);
    assertThat(record.path("result").path("suspects").path(0).path("image").asText())
        .isEqualTo(stray);
    assertThat(found.out()).contains("labels that may be wrong: ");
    assertThat(Files.readString(folder.resolve("a/report.html")))
        .contains("Labels that may be wrong", stray, "data:image/");

    Path judged = Files.writeString(folder.resolve("judged.txt"), stray + "\n");
    Cli.Result without =
        Cli.run(with(words, "--plan", plan, "--out", folder.resolve("b"), "--exclude", judged));
    assertThat(without.out()).contains("49 images of");
    Files.writeString(judged, "no.png\n");
    assertThat(Cli.run(with(words, "--out", folder.resolve("c"), "--exclude", judged)).err())
        .contains("name no image of", "no.png");
    for (JsonNode suspect : record.path("result").path("suspects")) {
      assertThat(images.resolve(suspect.path("image").asText())).exists();
      assertThat(suspect.path("likely").asText()).isNotEqualTo(suspect.path("given").asText());
    }
  }

  @Test
  void imagesOfNoClassAreComparedWithTheThreshold() {
    Path others = folder.resolve("others");
    SampleDrawings.copyTo(others, 1);
    Cli.Result result =
        Cli.run(words(folder.resolve("out"), "--minutes", 1e-5, "--unknown", others));
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out())
        .containsPattern(
            "Of 8 images of none of your classes, the threshold accepts [\\d.]+ %; AUROC");
    assertThat(
            Cli.run(words(folder.resolve("no"), "--unknown", folder.resolve("nothing")))
                .errorLine())
        .contains("there is no such image or folder");
  }

  @Test
  void imagesThatPredictSortedAsNoneAreNoClass() throws IOException {
    Path sorted = folder.resolve("sorted");
    Object[] clip = {"--clip", shared.resolve("ViT-B-16.pt"), "--feature-cache", "none"};
    Cli.Result result =
        Cli.run(
            with(
                new Object[] {
                  "predict",
                  shared.resolve("drawings"),
                  "--classes",
                  "bell,fox,cup",
                  "--threshold",
                  threshold(),
                  "--sort-into",
                  sorted
                },
                clip));
    assertThat(result.exitCode()).as(result.err()).isZero();
    long none = files(sorted.resolve("none of these"));
    assertThat(none).isPositive();
    Path other = Files.createDirectories(sorted.resolve("other"));
    SampleDrawings.copyTo(other, 1);

    Cli.Result adapted =
        Cli.run(
            with(
                new Object[] {
                  "adapt", sorted, "--out", folder.resolve("out"), "--minutes", 1e-5, "--shots", 2
                },
                clip));
    assertThat(adapted.exitCode()).as(adapted.err()).isZero();
    assertThat(adapted.err().lines().filter(line -> line.contains("none of these")))
        .singleElement()
        .asString()
        .contains("not a class", "--unknown");
    assertThat(adapted.err().lines().filter(line -> line.contains("\"other\"")))
        .singleElement()
        .asString()
        .contains("images of no class?", "--unknown");
    assertThat(adapted.out())
        .contains("Of " + none + " images of none of your classes")
        .doesNotContain("none of these/"); // the key of an image
  }

  /** Returns the median of the largest probabilities of the drawings. */
  private String threshold() throws IOException {
    Cli.Result all =
        Cli.run(
            "predict",
            shared.resolve("drawings"),
            "--classes",
            "bell,fox,cup",
            "--format",
            "jsonl",
            "--clip",
            shared.resolve("ViT-B-16.pt"));
    List<Double> best = new ArrayList<>();
    for (String line : all.out().lines().toList()) {
      JsonNode json = new ObjectMapper().readTree(line);
      best.add(json.path("classes").path(0).path("probability").asDouble());
    }
    return String.valueOf(best.stream().sorted().skip(best.size() / 2).findFirst().orElseThrow());
  }

  private static long files(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).count();
    }
  }

  @Test
  void unreadableImagesAreLeftOutIfAskedFor() throws IOException {
    Path images = folder.resolve("images");
    SampleDrawings.copyTo(images, 4);
    Path first;
    try (var files = Files.walk(images)) {
      first = files.filter(Files::isRegularFile).sorted().findFirst().orElseThrow();
    }
    Files.writeString(first.resolveSibling("broken.png"), "no image");
    Object[] words = {
      "adapt",
      images,
      "--clip",
      shared.resolve("ViT-B-16.pt"),
      "--feature-cache",
      "none",
      "--minutes",
      1e-5,
      "--shots",
      9
    };
    Cli.Result refused = Cli.run(with(words, "--out", folder.resolve("a")));
    assertThat(refused.exitCode()).isEqualTo(3);
    assertThat(refused.err()).contains("broken.png", "--skip-bad");
    Cli.Result skipped = Cli.run(with(words, "--out", folder.resolve("a"), "--skip-bad"));
    assertThat(skipped.exitCode()).as(skipped.err()).isEqualTo(6);
    assertThat(skipped.err()).contains("broken.png");
    assertThat(Cli.run(with(words, "--out", "")).err()).contains("--out: expected a folder");
    assertThat(Cli.run(with(words, "--out", images)).err()).contains("outside of the data");
    assertThat(Cli.run(with(words, "--out", folder.resolve("c"), "--group-by", "folder")).err())
        .contains("are in one folder");
  }

  /** Zero-shot CLIP uses the same template if neither the data nor an option sets one. */
  @Test
  void theTemplateIsThatOfTheEmbeddedClip() throws IOException {
    Path images = folder.resolve("plain");
    SampleDrawings.copyTo(images, 2);
    Files.deleteIfExists(images.resolve("template.txt"));
    Path out = folder.resolve("embedded");
    Cli.Result result =
        Cli.run("adapt", images, "--feature-cache", "none", "--minutes", 1e-5, "--out", out);
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(ClassifierFile.read(out.resolve("classifier.safetensors")).template())
        .isEqualTo(EmbeddedClip.TEMPLATE);
  }

  private static Object[] with(Object[] words, Object... more) {
    return Stream.concat(Stream.of(words), Stream.of(more)).toArray();
  }

  @Test
  @Tag("nightly")
  void repeatsAPlan() throws IOException {
    Path first = folder.resolve("first");
    Path again = folder.resolve("again");
    assertThat(Cli.run(words(first, "--minutes", 0.05, "--labels", "random")).exitCode()).isZero();
    Cli.Result repeated = Cli.run(words(again, "--plan", first, "--threads", 1));
    assertThat(repeated.exitCode()).as(repeated.err()).isZero();
    assertThat(repeated.out()).doesNotContain("not reproducible");
    assertThat(repeated.err()).doesNotContain("another classifier");
    assertThat(Cli.run(words(folder.resolve("c"), "--plan", first, "--seed", 2)).err())
        .contains("made with other settings (seed), so this is another classifier");
    assertThat(again.resolve("classifier.safetensors"))
        .hasSameBinaryContentAs(first.resolve("classifier.safetensors"));
    assertThat(Cli.run(words(folder.resolve("b"), "--plan", first, "--minutes", 5)).errorLine())
        .contains("leave out --minutes");
  }

  @Test
  void rejectsWrongOptions() {
    assertThat(Cli.run(words(folder.resolve("b"), "--plan", folder.resolve("no"))).errorLine())
        .contains("expected the folder of an adaptation, with adapt.json");
    assertThat(Cli.run(words(folder.resolve("b"), "--labels", "guessed")).errorLine())
        .contains("--labels: expected random or chosen, got 'guessed'");
    assertThat(Cli.run(words(folder.resolve("a"), "--minutes", "0")).err())
        .contains("minutes: expected above 0, got 0.0");
    assertThat(Cli.run("adapt", folder.resolve("nothing"), "--out", folder.resolve("b")).exitCode())
        .isNotZero();
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void resumesByteIdenticallyAfterAKill() throws IOException, InterruptedException {
    Path calm = folder.resolve("calm");
    Path disturbed = folder.resolve("disturbed");
    assertThat(Cli.run(words(calm, "--unseen", "wolf")).exitCode()).isZero();
    ChildProcess process =
        ChildProcess.start(folder.resolve("log.txt"), words(disturbed, "--unseen", "wolf"));
    process.makes(disturbed, "**/results.json");
    process.kill();
    assertThat(Cli.run(words(disturbed, "--unseen", "wolf")).exitCode()).isZero();
    theSame(disturbed, calm);
  }

  @Test
  @Tag("nightly")
  @DisabledOnOs(OS.WINDOWS)
  void resumesByteIdenticallyAfterManyKills() throws IOException, InterruptedException {
    Path calm = folder.resolve("calm");
    long begun = System.nanoTime();
    assertThat(Cli.run(words(calm, "--unseen", "wolf")).exitCode()).isZero();
    long length = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
    Path disturbed = folder.resolve("disturbed");
    Random random = new Random(5);
    for (int i = 0; i < DISTURBANCES; i++) {
      ChildProcess process =
          ChildProcess.start(folder.resolve("log.txt"), words(disturbed, "--unseen", "wolf"));
      while (!Files.exists(disturbed) && !process.endsWithin(10)) {} // wait for the new JVM
      if (process.endsWithin(random.nextLong(2 * length))) {
        assertThat(process.exitCode()).as(process.log()).isZero();
      } else {
        process.kill();
      }
    }
    assertThat(Cli.run(words(disturbed, "--unseen", "wolf")).exitCode()).isZero();
    theSame(disturbed, calm);
  }

  private static void theSame(Path disturbed, Path calm) throws IOException {
    for (String file : new String[] {"classifier.safetensors", "predictions.json"}) {
      if (Files.exists(calm.resolve(file))) {
        assertThat(disturbed.resolve(file)).hasSameBinaryContentAs(calm.resolve(file));
      }
    }
    assertThat(StoredJson.withoutTimes(disturbed.resolve("adapt.json")))
        .isEqualTo(StoredJson.withoutTimes(calm.resolve("adapt.json")));
    assertThat(StoredJson.withoutTimes(disturbed.resolve("results.json")))
        .isEqualTo(StoredJson.withoutTimes(calm.resolve("results.json")));
  }
}
