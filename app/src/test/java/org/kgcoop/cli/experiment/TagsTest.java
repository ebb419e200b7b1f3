package org.kgcoop.cli.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.api.Classifier;
import org.kgcoop.classifier.ClassifierFile;
import org.kgcoop.cli.Cli;
import org.kgcoop.data.layout.PhotoKeywords;

/** Tags from the labels to the keywords: adapt, predict and the Java API. */
@Tag("system")
class TagsTest {
  private static final int IMAGES = 120;

  @TempDir static Path shared;
  @TempDir Path folder;

  private static Path photos;
  private static Path table;
  private static Path run;

  /** Draws images with a color and with stripes, each by chance, and a rare cross. */
  @BeforeAll
  static void learn() throws IOException {
    photos = Files.createDirectories(shared.resolve("photos"));
    Random random = new Random(1);
    List<String> rows = new ArrayList<>(List.of("image,tag"));
    for (int i = 0; i < IMAGES; i++) {
      boolean red = random.nextInt(5) < 2;
      boolean striped = random.nextInt(3) == 0;
      boolean crossed = i < 3;
      String name = "%03d.png".formatted(i);
      ImageIO.write(picture(red, striped, crossed, random), "png", photos.resolve(name).toFile());
      if (red) {
        rows.add(name + ",red");
      }
      if (striped) {
        rows.add(name + ",\"stripes, black\"");
      }
      if (crossed) {
        rows.add(name + ",cross");
      }
      if (random.nextBoolean()) {
        rows.add(name + ",chance");
      }
    }
    table = Files.write(shared.resolve("tags.csv"), rows);
    run = shared.resolve("run");
    Cli.Result result = adapt(run);
    assertThat(result.exitCode()).as(result.err()).isZero();
  }

  private static BufferedImage picture(
      boolean red, boolean striped, boolean crossed, Random random) {
    BufferedImage image = new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB);
    Graphics2D draw = image.createGraphics();
    draw.setColor(red ? new Color(200 + random.nextInt(50), 30, 30) : Color.WHITE);
    draw.fillRect(0, 0, 64, 64);
    draw.setColor(Color.BLACK);
    for (int y = random.nextInt(4); striped && y < 64; y += 8) {
      draw.fillRect(0, y, 64, 3);
    }
    if (crossed) {
      draw.drawLine(0, 0, 63, 63);
      draw.drawLine(63, 0, 0, 63);
    }
    for (int i = 0; i < 6; i++) { // so that no two images are near copies
      draw.setColor(new Color(random.nextInt(1 << 24)));
      draw.fillOval(random.nextInt(56), random.nextInt(56), 4 + random.nextInt(14), 12);
    }
    draw.dispose();
    return image;
  }

  private static Cli.Result adapt(Path out, Object... more) {
    List<Object> words =
        new ArrayList<>(
            List.of(
                "adapt",
                photos,
                "--tags",
                "--tags-file",
                table,
                "--complete",
                "--out",
                out,
                "--feature-cache",
                shared.resolve("cache")));
    words.addAll(Arrays.asList(more));
    return Cli.run(words.toArray());
  }

  private static Cli.Result predict(Object... more) {
    List<Object> words = new ArrayList<>(List.of("predict", run));
    words.addAll(Arrays.asList(more));
    return Cli.run(words.toArray());
  }

  private static JsonNode json(String text) throws IOException {
    return new ObjectMapper().readTree(text);
  }

  @Test
  void saysWhatEachTagPromisesWorstFirst() throws IOException {
    Cli.Result result = adapt(folder.resolve("run"));
    List<String> lines = result.out().lines().toList();
    assertThat(lines.get(0)).startsWith("120 labeled images").endsWith("of 120 in the folder");
    assertThat(lines.get(1)).isEqualTo("cross: not measured: 3 images have it, 5 are needed");
    assertThat(lines.get(2))
        .matches(
            "chance: not written: at least \\d+ of 100 would be right, you wish 80; check 30 images");
    assertThat(lines.subList(3, 5))
        .allMatch(
            line ->
                line.matches(
                    "(red|stripes, black): of 100 images that get it, at least \\d\\d are right; it"
                        + " finds at least \\d\\d of 100"));
    assertThat(result.out())
        .contains("\"Right\" means: as you would tag it, for images like these.")
        .contains(
            "2 of 4 tags are written. Expect a number to be too high for at most 1 tag in 20.");
    assertThat(Files.readAllLines(folder.resolve("run/tags.csv")).get(1))
        .startsWith("cross,false,not-measured,,,");
    assertThat(json(Files.readString(folder.resolve("run/tags.json"))).at("/settings/wish").asInt())
        .isEqualTo(80);
    assertThat(Files.readString(folder.resolve("run/report.html"))).contains("stripes, black");
  }

  @Test
  void equalCallsWriteEqualBytes() throws IOException {
    List<byte[]> first = bytes();
    assertThat(adapt(run).exitCode()).isZero();
    assertThat(bytes()).usingRecursiveComparison().isEqualTo(first);
  }

  private static List<byte[]> bytes() throws IOException {
    List<byte[]> all = new ArrayList<>();
    for (String name : List.of("classifier.safetensors", "tags.csv", "report.html")) {
      all.add(Files.readAllBytes(run.resolve(name)));
    }
    return all;
  }

  @Test
  void aTagIsWrittenOnlyIfItReachesTheWish() {
    Cli.Result strict = adapt(folder.resolve("run"), "--wish", "99");
    assertThat(strict.out()).contains("0 of 4 tags are written.");
    Cli.Result easy = adapt(folder.resolve("run"), "--wish", "1");
    assertThat(easy.out()).contains("3 of 4 tags are written.");
    assertThat(adapt(folder.resolve("run"), "--wish", "100").errorLine())
        .contains("--wish: expected 1 to 99, got 100");
  }

  @Test
  void printsTheTagsOfEachImage() throws IOException {
    Cli.Result text = predict(photos);
    assertThat(text.out().lines())
        .allMatch(line -> line.matches(".*\\.png\t(no tag|(red|stripes, black)\t-?\\d\\.\\d\\d)"))
        .anyMatch(line -> line.contains("\tred\t"))
        .anyMatch(line -> line.endsWith("\tno tag"));
    Cli.Result csv = predict(photos, "--format", "csv");
    assertThat(csv.out().lines().findFirst()).hasValue("image,tag,score");
    assertThat(csv.out().lines())
        .anyMatch(line -> line.endsWith(".png,,"))
        .anyMatch(line -> line.contains(",\"stripes, black\","));
    Cli.Result all = predict(photos.resolve("000.png"), "--format", "csv", "--all-tags");
    assertThat(all.out().lines().findFirst()).hasValue("image,tag,score,written");
    assertThat(all.out().lines().count()).isEqualTo(5);
    JsonNode json =
        json(predict(photos.resolve("000.png"), "--format", "json", "--all-tags").out());
    assertThat(json.at("/images/0/tags")).hasSize(4);
    assertThat(json.at("/tags/1/tag").asText()).isEqualTo("cross");
    assertThat(json.at("/tags/1/by").asText()).isEqualTo("none");
    assertThat(json.at("/tags/1/promise").isNull()).isTrue();
    assertThat(json.at("/tags/2/by").asText()).isEqualTo("folds");
    assertThat(predict(photos, "--out", folder.resolve("all.csv"), "--format", "csv").exitCode())
        .isZero();
    assertThat(Files.readString(folder.resolve("all.csv"))).isEqualTo(csv.out());
  }

  @Test
  void anAnswerDoesNotDependOnTheOtherImages() {
    String together = predict(photos, "--all-tags", "--format", "csv").out();
    String alone =
        predict(
                photos.resolve("007.png"),
                "--all-tags",
                "--format",
                "csv",
                "--feature-cache",
                "none")
            .out();
    assertThat(together.lines().toList()).containsAll(alone.lines().toList());
  }

  @Test
  void theJavaApiGivesTheSameTags() throws IOException {
    try (Classifier classifier = Classifier.load(run)) {
      assertThat(classifier.hasTags()).isTrue();
      assertThat(classifier.classNames()).isEmpty();
      String expected = predict(photos.resolve("005.png"), "--format", "jsonl").out();
      JsonNode tags = json(expected).path("tags");
      List<org.kgcoop.api.Tag> found = classifier.tags(photos.resolve("005.png"));
      assertThat(found).hasSize(tags.size());
      assertThat(classifier.tags(Files.readAllBytes(photos.resolve("005.png")))).isEqualTo(found);
      assertThat(classifier.tagPromises()).hasSize(4);
      assertThatThrownBy(() -> classifier.classify(photos.resolve("005.png")))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("an image can have several tags");
    }
  }

  @Test
  void refusesOptionsAndCommandsForOneClass() {
    for (Object[] words :
        List.of(
            new Object[] {"--top", "2"},
            new Object[] {"--threshold", "0.5"},
            new Object[] {"--sort-into", folder.resolve("sorted")},
            new Object[] {"--groups", table})) {
      List<Object> all = new ArrayList<>(List.of(photos));
      all.addAll(Arrays.asList(words));
      Cli.Result result = predict(all.toArray());
      assertThat(result.exitCode()).as(result.err()).isEqualTo(2);
      assertThat(result.errorLine()).contains(words[0] + "").contains("several tags");
    }
    assertThat(Cli.run("eval", run, "--data", "embedded:objects").errorLine())
        .contains("an image can have several tags");
    assertThat(
            Cli.run("export", run, "--to", "onnx", "--out", folder.resolve("x.onnx")).errorLine())
        .contains("an image can have several tags");
    assertThat(adapt(folder.resolve("run"), "--methods", "kgcoop").errorLine())
        .contains("--methods")
        .contains("several tags");
    assertThat(Cli.run("adapt", photos, "--wish", "90").errorLine()).contains("goes with --tags");
    assertThat(Cli.run("adapt", photos, "--tags").errorLine()).contains("got neither");
    assertThat(Cli.run("adapt", photos, "--out", run).exitCode()).isNotZero();
    Cli.Result inspected = Cli.run("inspect", run);
    assertThat(inspected.out()).contains("kind: classifier file of tags");
    assertThat(inspected.out()).contains("training images: 120");
  }

  @Test
  void keywordsFollowTheTagsAndOthersStay() throws IOException {
    Path copies = Files.createDirectories(folder.resolve("copies"));
    for (int i = 0; i < 12; i++) {
      String name = "%03d.png".formatted(i);
      Files.copy(photos.resolve(name), copies.resolve(name));
    }
    Path own = copies.resolve("000.png");
    boolean unused =
        PhotoKeywords.write(own, own, List.of(List.of("mine"), List.of("red")), Set.of("mine"));
    assertThat(predict(copies, "--keywords").exitCode()).isZero();
    for (JsonNode image : json(predict(copies, "--format", "json").out()).path("images")) {
      Set<String> keywords = PhotoKeywords.of(Path.of(image.path("image").asText()));
      for (JsonNode tag : image.path("tags")) {
        assertThat(keywords).contains(tag.path("tag").asText());
      }
    }
    assertThat(PhotoKeywords.of(own)).contains("mine");
    List<Path> sidecars;
    try (Stream<Path> files = Files.list(copies)) {
      sidecars = files.filter(file -> file.toString().endsWith(".xmp")).sorted().toList();
    }
    List<String> before = texts(sidecars);
    Cli.Result again = predict(copies, "--keywords");
    assertThat(again.err() + again.out()).contains("keywords: 0 sidecars written");
    assertThat(texts(sidecars)).isEqualTo(before);
    // With the largest wish nothing is written, so the added keywords leave, and only those.
    Path strict = folder.resolve("strict");
    assertThat(adapt(strict, "--wish", "99").exitCode()).isZero();
    assertThat(Cli.run("predict", strict, copies, "--keywords").exitCode()).isZero();
    for (Path sidecar : sidecars) {
      Path image = Path.of(sidecar.toString().replace(".xmp", ""));
      assertThat(PhotoKeywords.of(image))
          .isSubsetOf("mine", "red")
          .doesNotContain("stripes, black");
    }
    assertThat(PhotoKeywords.of(own)).contains("mine");
  }

  private static List<String> texts(List<Path> files) throws IOException {
    List<String> all = new ArrayList<>();
    for (Path file : files) {
      all.add(Files.readString(file, StandardCharsets.UTF_8));
    }
    return all;
  }

  @Test
  void aCheckAdmitsATagOrEndsAtTheThirdNo() throws IOException {
    Path out = folder.resolve("run");
    Cli.Result drawn = adapt(out, "--check", "chance");
    assertThat(drawn.exitCode()).as(drawn.err()).isZero();
    assertThat(drawn.out())
        .contains("chance: not written: 30 of 30 images are not checked")
        .contains("next: write yes or no into");
    Path checks = out.resolve("checks.csv");
    List<String> rows = Files.readAllLines(checks);
    assertThat(rows).hasSize(31);
    assertThat(rows.get(0)).isEqualTo("tag,image,answer,threshold");
    String drawnImage = rows.get(1).split(",", -1)[1];
    assertThat(Files.readString(out.resolve("report.html")))
        .contains("data:image/", "<figcaption>" + drawnImage + "</figcaption>");
    answer(checks, rows, 29, "yes");
    assertThat(adapt(out).out()).contains("1 of 30 images are not checked");
    answer(checks, rows, 30, "yes");
    Cli.Result right = adapt(out);
    assertThat(right.out())
        .contains(
            "chance: of 100 images of this folder that get it, at least 90 are right (you checked 30)")
        .contains("3 of 4 tags are written.");
    assertThat(Cli.run("predict", out, photos).out()).contains("\tchance\t");
    assertThat(adapt(out, "--check", "chance").out()).contains("you checked 30");
    assertThat(Files.readAllLines(checks)).hasSize(31);
    answer(checks, rows, 3, "No");
    Cli.Result wrong = adapt(out);
    assertThat(wrong.out())
        .contains(
            "chance: not written: you checked 3 images, and 3 are wrong; that is too many, you wish 80");
    assertThat(adapt(out, "--wish", "95").out())
        .doesNotContain("at least 76")
        .contains("chance: not written: you checked 3 images, and 3 are wrong; that is too many");
    answer(checks, rows, 30, "");
    assertThat(adapt(out, "--wish", "95").out())
        .contains("chance: not written: 30 checked images promise at most 90 of 100, you wish 95");
    Cli.Result admitted = adapt(out, "--wish", "1");
    assertThat(admitted.out())
        .contains("chance: of 100 images that get it, at least")
        .doesNotContain("next: write yes or no into");
    answer(checks, rows, 1, "perhaps");
    Cli.Result odd = adapt(out);
    assertThat(odd.exitCode()).isEqualTo(3);
    assertThat(odd.errorLine()).contains("line 2: the answer is 'perhaps'; expected yes or no");
  }

  private static void answer(Path checks, List<String> rows, int count, String word)
      throws IOException {
    List<String> answered = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      answered.add(i == 0 || i > count ? rows.get(i) : rows.get(i).replace(",,", "," + word + ","));
    }
    Files.write(checks, answered);
  }

  @Test
  void aCheckOfAnotherTagSaysWhy() {
    Path out = folder.resolve("run");
    assertThat(adapt(out, "--check", "chanse").errorLine()).contains("did you mean chance?");
    assertThat(adapt(out, "--check", "red").errorLine()).contains("written already");
  }

  @Test
  void damagedFilesAreRefused() throws IOException {
    Path file =
        Files.createDirectories(folder.resolve("damaged")).resolve("classifier.safetensors");
    byte[] bytes = Files.readAllBytes(ClassifierFile.in(run));
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
    Cli.Result result = Cli.run("predict", file, photos);
    assertThat(result.exitCode()).isEqualTo(4);
    assertThat(result.errorLine()).contains("damaged");
  }
}
