package org.kgcoop.cli.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.api.Embedder;
import org.kgcoop.cli.ChildProcess;
import org.kgcoop.cli.Cli;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.untrained.RandomClip;
import org.kgcoop.files.AtomicFile;
import org.kgcoop.io.Safetensors;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.io.WeightFile;

class EmbedCommandTest {
  private static final Path TURNED = Path.of("../core/src/test/resources/pictures/jexif17x33.jpg");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MANY = 300;

  @TempDir static Path shared;
  private static Path clip;
  private static Path drawings;
  private static List<Path> files;

  @TempDir Path folder;

  @BeforeAll
  static void write() {
    clip = shared.resolve("clip");
    drawings = shared.resolve("drawings");
    RandomClip.write(clip, RandomClip.TINY, 1);
    files = ManyDrawings.write(drawings, MANY);
  }

  private static Object[] words(Path cache, Object... words) {
    Object[] fixed = {"embed", "--clip", clip, "--feature-cache", cache, "--quiet"};
    return Stream.concat(Arrays.stream(fixed), Arrays.stream(words)).toArray();
  }

  private static Cli.Result embed(Object... words) {
    return Cli.run(words(shared.resolve("cache"), words));
  }

  private static void done(Cli.Result result) {
    assertThat(result.exitCode()).as(result.err()).isZero();
  }

  private static void refused(Cli.Result result, int exitCode, String... parts) {
    assertThat(result.errorLine()).contains(parts).doesNotContain("a bug");
    assertThat(result.err().lines()).hasSize(1);
    assertThat(result.exitCode()).as(result.err()).isEqualTo(exitCode);
  }

  /** Returns the rows of a file as numpy reads it: a header, then float32 numbers. */
  private static List<float[]> npy(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    byte[] magic = new byte[8];
    bytes.get(magic);
    assertThat(magic).containsExactly(0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0);
    byte[] header = new byte[bytes.getShort()];
    bytes.get(header);
    assertThat(bytes.position() % 64).isZero();
    String text = new String(header, StandardCharsets.US_ASCII);
    assertThat(text)
        .startsWith("{'descr': '<f4', 'fortran_order': False, 'shape': (")
        .endsWith("\n");
    String[] shape = text.replaceFirst(".*\\(", "").replaceFirst("\\).*\\s*", "").split(", ", 2);
    return rows(bytes, Integer.parseInt(shape[0]), Integer.parseInt(shape[1]));
  }

  private static List<float[]> rows(ByteBuffer bytes, int count, int width) {
    assertThat(bytes.remaining()).isEqualTo(4 * count * width);
    List<float[]> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      float[] row = new float[width];
      for (int j = 0; j < width; j++) {
        row[j] = bytes.getFloat();
      }
      rows.add(row);
    }
    return rows;
  }

  private static List<String> names(JsonNode list) {
    List<String> names = new ArrayList<>();
    list.forEach(name -> names.add(name.asText()));
    return names;
  }

  private static List<String> paths() {
    return files.stream().map(Path::toString).toList();
  }

  private static void same(List<float[]> found, List<float[]> expected) {
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < found.size(); i++) {
      assertThat(found.get(i)).isEqualTo(expected.get(i));
    }
  }

  @Test
  @Tag("equality")
  void everyFormHasTheFeaturesOfTheLibraryInTheOrderOfPaths() throws IOException {
    List<float[]> expected;
    try (Clip loaded = Clip.load(clip)) {
      expected = Embedder.unit(loaded).embedAll(files);
    }
    Path npy = folder.resolve("a.npy");
    done(embed(drawings, drawings.resolve("00003.png"), "--out", npy)); // one of them twice
    same(npy(npy), expected);
    assertThat(names(JSON.readTree(folder.resolve("a.paths.json").toFile()))).isEqualTo(paths());

    Path safetensors = folder.resolve("a.safetensors");
    done(embed(drawings, "--out", safetensors));
    WeightFile read = Safetensors.read(safetensors);
    int width = expected.get(0).length;
    StoredTensor features = Objects.requireNonNull(read.tensors().get("features"));
    assertThat(features.shape()).containsExactly(MANY, width);
    same(rows(features.data(), MANY, width), expected);
    assertThat(names(JSON.readTree(read.metadata().get("paths")))).isEqualTo(paths());

    Path csv = folder.resolve("a.csv");
    done(embed(drawings, "--out", csv));
    try (CsvReader<CsvRecord> reader = CsvReader.builder().ofCsvRecord(csv)) {
      List<CsvRecord> lines = reader.stream().toList();
      assertThat(lines.get(0).getFields()).startsWith("path", "feature_1").hasSize(1 + width);
      assertThat(lines).hasSize(1 + MANY);
      for (int i = 0; i < MANY; i++) {
        assertThat(lines.get(1 + i).getField(0)).isEqualTo(files.get(i).toString());
        for (int j = 0; j < width; j++) {
          assertThat(Float.parseFloat(lines.get(1 + i).getField(1 + j)))
              .isEqualTo(expected.get(i)[j]);
        }
      }
    }

    Path parquet = folder.resolve("a.parquet");
    Cli.Result last = embed(drawings, "--out", parquet, "--json");
    done(last);
    assertThat(JSON.readTree(last.out()).path("rows").asInt()).isEqualTo(MANY);
    assertThat(Files.readAllBytes(parquet)).startsWith('P', 'A', 'R', '1');
  }

  @Test
  @Tag("equality")
  void rawFeaturesHaveTheirLengthAndATurnedImageIsUpright() throws IOException {
    Path npy = folder.resolve("raw.npy");
    done(embed(TURNED, files.get(0), "--raw", "--out", npy));
    try (Clip loaded = Clip.load(clip)) {
      List<Path> sorted = Stream.of(TURNED, files.get(0)).sorted().toList();
      same(npy(npy), Embedder.raw(loaded).embedAll(sorted));
    }
  }

  @Test
  @Tag("equality")
  void textsAreEmbeddedLineByLine() throws IOException {
    Path texts =
        Files.writeString(folder.resolve("texts.txt"), "a red fox\n\n  two owls, \"so\"\n");
    Path npy = folder.resolve("t.npy");
    done(embed("--texts", texts, "--out", npy));
    List<String> expected = List.of("a red fox", "two owls, \"so\"");
    try (Clip loaded = Clip.load(clip)) {
      List<float[]> rows = npy(npy);
      List<float[]> features = Embedder.unit(loaded).embedTexts(expected);
      for (int i = 0; i < 2; i++) {
        assertThat(rows.get(i)).containsExactly(features.get(i), within(1e-5f));
      }
    }
    assertThat(names(JSON.readTree(folder.resolve("t.texts.json").toFile()))).isEqualTo(expected);
  }

  @Test
  void stopsAtAnUnreadableImageUnlessItIsLeftOut() throws IOException {
    Path some = folder.resolve("some");
    ManyDrawings.write(some, 5);
    Files.writeString(some.resolve("00002.png"), "no image");
    Path npy = folder.resolve("a.npy");

    refused(embed(some, "--out", npy), 3, "00002.png", "a text file", "--skip-bad");
    assertThat(npy).doesNotExist();

    Cli.Result skipped = embed(some, "--out", npy, "--skip-bad", "--json");
    assertThat(skipped.exitCode()).as(skipped.err()).isEqualTo(6);
    assertThat(skipped.err().lines()).hasSize(1);
    assertThat(npy(npy)).hasSize(4);
    JsonNode json = JSON.readTree(skipped.out());
    assertThat(json.path("skipped").path(0).path("image").asText()).endsWith("00002.png");
    assertThat(json.path("skipped")).hasSize(1);
  }

  @Test
  void imagesOfAnUnsupportedFormatShareALine() throws IOException {
    Path some = folder.resolve("some");
    ManyDrawings.write(some, 1);
    for (String name : List.of("1.jxl", "2.JXL", "3.jp2")) {
      Files.writeString(some.resolve(name), "not read");
    }
    Cli.Result result = embed(some, "--out", folder.resolve("a.npy"), "--skip-bad");
    assertThat(result.exitCode()).isEqualTo(6);
    assertThat(result.err().lines().filter(line -> line.contains(".jxl")))
        .singleElement()
        .asString()
        .contains("3 images are left out", "1 .jp2, 2 .jxl");
  }

  @Test
  void rejectsImpossibleRequests() throws IOException {
    Path texts = Files.writeString(folder.resolve("t.txt"), "short\n" + "word ".repeat(99) + "\n");
    Path out = folder.resolve("a.npy");
    refused(embed("--texts", texts, "--out", out), 3, "t.txt, line 2", "the model reads 77");
    Path empty = Files.createDirectory(folder.resolve("empty"));
    refused(embed(empty, "--out", out), 3, "no image below this folder");
    Path blank = Files.writeString(folder.resolve("blank.txt"), "\n \n");
    refused(embed("--texts", blank, "--out", out), 3, "no text in it");
    refused(embed("--texts", folder.resolve("no.txt"), "--out", out), 5, "no such file");
    refused(embed("--out", out), 2, "expected images, or --texts FILE");
    refused(embed(drawings, "--texts", texts, "--out", out), 2, "not both");
    refused(embed(drawings, "--to", "npz"), 2, "--to npz (did you mean npy?)", "safetensors");
    refused(embed(drawings, "--out", folder), 2, "a folder");
    refused(
        embed(drawings, "--out", folder.resolve("a.npz")), 2, "a.npz", "ends in .npy, ", "--to");
    refused(embed(drawings, "--out", folder.resolve("no/a.npy")), 5, "create its folder first");
    refused(embed(drawings, "--out", texts.resolve("a.npy")), 5, "cannot be written");
    Files.writeString(folder.resolve("b.paths.json"), "mine");
    refused(embed(drawings, "--out", folder.resolve("b.npy")), 2, "b.paths.json exists");
    Files.writeString(out, "mine");
    refused(embed(drawings, "--out", out), 2, "a.npy exists", "--overwrite");
    assertThat(out).hasContent("mine");
    done(embed(files.get(0), "--out", out, "--overwrite"));
    assertThat(npy(out)).hasSize(1);
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void aPipeOrDeviceTakesAFormatOfOneFile() throws IOException {
    Path device = Files.createSymbolicLink(folder.resolve("device.npy"), Path.of("/dev/null"));
    refused(embed(drawings, "--out", device), 2, "other files", "--to csv");
    done(embed(drawings, "--out", device, "--to", "csv", "--overwrite"));
    assertThat(device).isSymbolicLink();
    assertThat(AtomicFile.isPipeOrDevice(device)).isTrue();
    Files.delete(device); // JUnit would warn of a link that leads out of its folder
  }

  @Test
  @Tag("equality")
  @Tag("system")
  void resumesByteIdenticallyAfterAKill() throws IOException, InterruptedException {
    Path once = folder.resolve("once.npy");
    Path killed = folder.resolve("killed.npy");
    Path cache = folder.resolve("bank2");
    done(Cli.run(words(folder.resolve("bank1"), drawings, "--out", once)));
    Object[] words = words(cache, drawings, "--out", killed);
    ChildProcess process = ChildProcess.start(folder.resolve("log.txt"), words);
    process.makes(cache, "**");
    process.kill();
    done(Cli.run(words));

    assertThat(killed).hasSameBinaryContentAs(once);
    assertThat(folder.resolve("killed.paths.json"))
        .hasSameBinaryContentAs(folder.resolve("once.paths.json"));
  }

  @Test
  @Tag("system")
  void isReadByNumpy() throws IOException, InterruptedException {
    assumeTrue(python("import numpy"), "this test needs Python with numpy");
    Path npy = folder.resolve("a.npy");
    done(embed(files.get(0), files.get(1), "--out", npy));
    assertThat(
            python(
                "import numpy, json",
                "a = numpy.load('" + npy + "')",
                "p = json.load(open('" + folder.resolve("a.paths.json") + "'))",
                "assert a.dtype == numpy.float32 and a.shape[0] == len(p) == 2",
                "assert abs((a * a).sum(1) - 1).max() < 1e-5"))
        .isTrue();
  }

  private static boolean python(String... lines) throws InterruptedException {
    try {
      ProcessBuilder program = new ProcessBuilder("python3", "-c", String.join("\n", lines));
      return ChildProcess.run(
              program.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD))
          == 0;
    } catch (IOException e) { // Python is not installed
      return false;
    }
  }
}
