package org.kgcoop.cli.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.api.Embedder;
import org.kgcoop.cli.Cli;
import org.kgcoop.cli.SampleDrawings;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.EmbeddedClip;
import org.kgcoop.clip.untrained.RandomClip;

@Tag("system")
class SearchCommandTest {
  private static final int MANY = 40;
  private static final String TEXT = "an icon of a tree.";

  @TempDir static Path shared;
  private static Path drawings;
  private static List<Path> files;
  private static List<float[]> features;
  private static float[] text;

  @TempDir Path folder;

  @BeforeAll
  static void write() {
    drawings = shared.resolve("drawings");
    files = ManyDrawings.write(drawings, MANY);
    try (Clip clip = Clip.load(EmbeddedClip.folder())) {
      Embedder embedder = Embedder.unit(clip);
      text = embedder.embedText(TEXT);
      features = embedder.embedAll(files);
    }
  }

  private static Cli.Result search(Object... words) {
    Object[] fixed = {"search", "--feature-cache", shared.resolve("cache"), "--quiet"};
    return Cli.run(Stream.concat(Arrays.stream(fixed), Arrays.stream(words)).toArray());
  }

  private static void refused(Cli.Result result, int exitCode, String... parts) {
    assertThat(result.errorLine()).contains(parts).doesNotContain("a bug");
    assertThat(result.err().lines()).hasSize(1);
    assertThat(result.exitCode()).as(result.err()).isEqualTo(exitCode);
  }

  @Test
  void findsTheSameInTheFileThatEmbedWrote() throws IOException {
    Path file = folder.resolve("features.npy");
    for (boolean raw : new boolean[] {false, true}) {
      List<Object> embed =
          new ArrayList<>(List.of("embed", drawings, "--out", file, "--overwrite", "--quiet"));
      embed.addAll(List.of("--feature-cache", shared.resolve("cache")));
      if (raw) {
        embed.add("--raw");
      }
      assertThat(Cli.run(embed.toArray()).exitCode()).isZero();
      assertThat(search(file, TEXT, "--top", 20).out())
          .isEqualTo(search(drawings, TEXT, "--top", 20).out());
    }
    byte[] bytes = Files.readAllBytes(file);
    for (byte[] wrong :
        List.of(new byte[0], Arrays.copyOf(bytes, bytes.length - 1), Arrays.copyOf(bytes, 9))) {
      Files.write(file, wrong);
      refused(search(file, TEXT), 3, "features.npy: ");
    }
    Files.write(file, bytes);
    Files.delete(folder.resolve("features.paths.json"));
    refused(search(file, TEXT), 3, "features.paths.json: missing");
  }

  @Test
  void featuresOfAnotherClipAreRejected() throws IOException {
    Path file = folder.resolve("features.npy");
    Path icons = folder.resolve("icons");
    SampleDrawings.copyTo(icons);
    List<Path> clips = List.of(folder.resolve("one"), folder.resolve("other"));
    for (Path clip : clips) {
      RandomClip.write(clip, RandomClip.TINY, clips.indexOf(clip));
    }
    Path one = clips.get(0);
    assertThat(Cli.run("embed", icons, "--out", file, "--clip", one, "--quiet").exitCode())
        .isZero();
    assertThat(search(file, TEXT, "--clip", one).err()).isEmpty();
    refused(
        search(file, TEXT, "--clip", clips.get(1)),
        3,
        "features.npy: features of another CLIP",
        "give the --clip");
    Files.delete(folder.resolve("features.clip.json"));
    Cli.Result unknown = search(file, TEXT, "--clip", clips.get(1));
    assertThat(unknown.exitCode()).isZero();
    assertThat(unknown.err()).contains("features.clip.json is missing").hasLineCount(1);
  }

  @Test
  void findsTheSameAsAPlainLoop() throws IOException {
    double[] cosines = new double[MANY];
    for (int i = 0; i < MANY; i++) {
      for (int j = 0; j < text.length; j++) {
        cosines[i] += (double) text[j] * features.get(i)[j];
      }
    }
    List<Integer> order =
        IntStream.range(0, MANY)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> -cosines[i])) // the sort is stable
            .limit(20)
            .toList();

    Cli.Result result = search(drawings, TEXT, "--top", 20, "--json");

    assertThat(result.exitCode()).as(result.err()).isZero();
    JsonNode json = new ObjectMapper().readTree(result.out());
    assertThat(json.path("images").asInt()).isEqualTo(MANY);
    List<String> found = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      found.add(json.path("found").path(i).path("image").asText());
      assertThat(json.path("found").path(i).path("cosine").asDouble())
          .isCloseTo(cosines[order.get(i)], within(1e-6));
    }
    assertThat(found).isEqualTo(order.stream().map(i -> files.get(i).toString()).toList());
  }

  @Test
  void theNearestDrawingsOfClassesShowTheClass() {
    Path classes = folder.resolve("classes");
    SampleDrawings.copyTo(classes);
    for (String name : List.of("bell", "book")) {
      Cli.Result result = search(classes, "an icon of a " + name + ".", "--top", 3);
      assertThat(result.exitCode()).as(result.err()).isZero();
      assertThat(result.out().lines())
          .hasSize(3)
          .allMatch(line -> line.matches(".*/" + name + "/\\d\\.png\t0\\.\\d{4}"));
    }
  }

  @Test
  void findsTheClassOfAnImageButNotTheImage() throws IOException {
    Path classes = folder.resolve("classes");
    SampleDrawings.copyTo(classes);
    Path example = classes.resolve("bell/1.png");
    Path bell = folder.resolve("bell.png");
    Files.copy(example, bell);

    Cli.Result result = search(classes, "--image", example, "--top", 2);

    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out().lines())
        .hasSize(2)
        .noneMatch(line -> line.startsWith(example.toString()))
        .allMatch(line -> line.matches(".*/bell/\\d\\.png\t0\\.\\d{4}"));
    // An identical image in another folder is found with a cosine of 1.
    assertThat(search(classes, "--image", bell, "--top", 1).out()).startsWith(example + "\t1.0000");
  }

  @Test
  void textAndImageSearchWithTheMeanOfTheirUnitFeatures() throws IOException {
    double[] cosines = new double[MANY];
    float[] image = features.get(7);
    double length = 0;
    for (int j = 0; j < text.length; j++) {
      length += Math.pow((text[j] + image[j]) / 2, 2);
    }
    for (int i = 0; i < MANY; i++) {
      for (int j = 0; j < text.length; j++) {
        cosines[i] += (text[j] + image[j]) / 2 * features.get(i)[j] / Math.sqrt(length);
      }
    }
    List<Integer> order =
        IntStream.range(0, MANY)
            .filter(i -> i != 7)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> -cosines[i]))
            .limit(10)
            .toList();

    Cli.Result result = search(drawings, TEXT, "--image", files.get(7), "--json");

    assertThat(result.exitCode()).as(result.err()).isZero();
    JsonNode json = new ObjectMapper().readTree(result.out());
    assertThat(json.path("text").asText()).isEqualTo(TEXT);
    assertThat(json.path("like").path(0).asText()).isEqualTo(files.get(7).toString());
    for (int i = 0; i < 10; i++) {
      JsonNode found = json.path("found").path(i);
      assertThat(found.path("image").asText()).isEqualTo(files.get(order.get(i)).toString());
      assertThat(found.path("cosine").asDouble()).isCloseTo(cosines[order.get(i)], within(1e-5));
    }
  }

  @Test
  void showsTheFoundImagesOnAContactSheet() throws IOException {
    Path sheet = folder.resolve("found.png");
    Object[] words = {drawings, "a \u001b[2Jbell", "--top", 7, "--contact-sheet", sheet};
    assertThat(search(words).exitCode()).isZero();

    BufferedImage image = ImageIO.read(sheet.toFile());
    assertThat(image.getWidth()).isEqualTo(5 * 180);
    assertThat(image.getHeight()).isEqualTo(24 + 2 * (180 + 24)); // two rows
    // The sheet has five images per row. The eighth position is empty, and the seventh is not.
    assertThat(isWhite(image, 2 * 180)).isTrue();
    assertThat(isWhite(image, 180)).isFalse();
    refused(search(words), 2, "found.png exists", "--contact-sheet", "--overwrite");
  }

  private static boolean isWhite(BufferedImage image, int left) {
    return IntStream.range(0, 180 * 180)
        .map(i -> image.getRGB(left + i % 180, 24 + 180 + 24 + i / 180))
        .allMatch(rgb -> (rgb & 0xffffff) == 0xffffff);
  }

  @Test
  void rejectsImpossibleRequests() throws IOException {
    refused(search(drawings), 2, "expected IMAGE... TEXT: at least 2");
    refused(search(drawings, " "), 2, "the text is empty");
    refused(search(drawings, drawings), 2, drawings + " is a folder, so there is no text");
    refused(search(drawings, "--image", folder.resolve("no.png")), 3, "no.png");
    refused(search(drawings, "a dog", "--top", 0), 2, "--top: expected at least 1");
    refused(search(folder, "a dog"), 3, "no image below this folder");
    refused(search(folder.resolve("no"), "a dog"), 3, "no such image or folder");
    refused(search(drawings, "word ".repeat(99)), 2, "the model reads");
    Path some = folder.resolve("some");
    ManyDrawings.write(some, 3);
    Files.writeString(some.resolve("00001.png"), "no image");
    Cli.Result others = search(some, "a dog");
    assertThat(others.exitCode()).isEqualTo(3);
    assertThat(others.err()).contains("00001.png");
    assertThat(others.out().lines()).hasSize(2);
    Cli.Result skipped = search(some, "a dog", "--skip-bad");
    assertThat(skipped.exitCode()).isEqualTo(6);
    assertThat(skipped.out().lines()).hasSize(2);
  }
}
