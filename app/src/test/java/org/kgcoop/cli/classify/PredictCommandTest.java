package org.kgcoop.cli.classify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.api.Classification;
import org.kgcoop.api.Classifier;
import org.kgcoop.classifier.ClassifierFile;
import org.kgcoop.classifier.TrainingDataRecord;
import org.kgcoop.cli.Cli;
import org.kgcoop.cli.JsonPage;
import org.kgcoop.cli.SampleDrawings;
import org.kgcoop.cli.embed.ManyDrawings;
import org.kgcoop.cli.options.FeatureCacheOptions;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.untrained.RandomClip;
import org.kgcoop.data.SortedFolder;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.method.CoOp;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.prompt.ContextSettings;
import org.kgcoop.serve.TinyPrompt;

class PredictCommandTest {
  @TempDir Path folder;

  @Test
  void distinguishesClassesOfOneNameByNumber() throws IOException {
    Path weights = folder.resolve("clip");
    RandomClip.write(weights, RandomClip.TINY, 1);
    SampleDrawings.copyTo(folder.resolve("drawings"));
    Path image = folder.resolve("drawings/bell/0.png");
    List<String> names = List.of("missile", "bell", "missile"); // ImageNet also repeats names
    Path prompt = folder.resolve("classifier.safetensors");
    CoOp method = new CoOp(ContextSettings.shared(4, "a photo of a"));
    try (Clip clip = Clip.load(weights);
        TrainableModel model = method.model(clip, names, 5)) {
      Map<String, StoredTensor> tensors = new LinkedHashMap<>();
      model.parameters().forEach((k, v) -> tensors.put(k, StoredTensor.of(k, v)));
      new ClassifierFile(
              method,
              names,
              "a photo of a {}.",
              clip.fingerprint(),
              TrainingDataRecord.UNKNOWN,
              "1",
              tensors)
          .write(prompt);
    }

    Cli.Result lines = Cli.run("predict", prompt, image, "--top", 3, "--clip", weights);
    assertThat(lines.exitCode()).as(lines.err()).isZero();
    assertThat(lines.out()).contains("\tmissile (class 0)\t", "\tmissile (class 2)\t", "\tbell\t");

    Cli.Result json = Cli.run("predict", prompt, image, "--top", 3, "--json", "--clip", weights);
    JsonNode classes =
        new ObjectMapper().readTree(json.out()).path("images").path(0).path("classes");
    assertThat(classes).hasSize(3);
    for (JsonNode each : classes) {
      assertThat(each.path("class").asText()).isEqualTo(names.get(each.path("index").asInt()));
    }
  }

  // ---- many images

  private static final int MANY = 300;
  private static final List<String> NAMES = List.of("bell", "fox, red", "../=up");

  private Path names() throws IOException {
    return Files.write(folder.resolve("names.txt"), NAMES);
  }

  /** Predicts with class names that need quotes or that look like paths of other folders. */
  private Cli.Result ask(Path images, Object... words) throws IOException {
    Path weights = folder.resolve("tiny");
    if (!Files.exists(weights)) {
      RandomClip.write(weights, RandomClip.TINY, 1);
    }
    Object[] fixed = {"predict", images, "--classes-file", names(), "--clip", weights, "--quiet"};
    return Cli.run(Stream.concat(Arrays.stream(fixed), Arrays.stream(words)).toArray());
  }

  /** Writes drawings and truncates one in fifty. */
  private List<Path> broken(Path images) throws IOException {
    List<Path> files = ManyDrawings.write(images, MANY);
    List<Path> broken = new ArrayList<>();
    for (int i = 7; i < MANY; i += 50) {
      Files.write(files.get(i), Arrays.copyOf(Files.readAllBytes(files.get(i)), 60));
      broken.add(files.get(i));
    }
    return broken;
  }

  private List<Classification> expected(List<Path> files) {
    try (Clip clip = Clip.load(folder.resolve("tiny"));
        Classifier classifier = Classifier.zeroShot(clip, NAMES, "a photo of a {}.")) {
      return classifier.classifyAll(files);
    }
  }

  private static List<CsvRecord> csv(Path file) throws IOException {
    try (CsvReader<CsvRecord> reader = CsvReader.builder().ofCsvRecord(file)) {
      return reader.stream().toList();
    }
  }

  @Test
  void aTableNamesTheBrokenImagesAndAnswersAllOthers() throws IOException {
    Path images = folder.resolve("many");
    List<Path> broken = broken(images);
    Path table = folder.resolve("table.csv");

    Cli.Result refused = ask(images, "--format", "csv", "--out", table);
    assertThat(refused.exitCode()).isEqualTo(3);
    assertThat(refused.err().lines()).hasSize(1);
    assertThat(refused.errorLine()).contains("00007.png", "--skip-bad");
    assertThat(table).doesNotExist();

    Cli.Result result = ask(images, "--format", "csv", "--out", table, "--skip-bad");
    assertThat(result.exitCode()).as(result.err()).isEqualTo(6);
    assertThat(result.out()).isEmpty();
    assertThat(result.err().lines()).hasSameSizeAs(broken);
    List<CsvRecord> lines = csv(table);
    assertThat(lines.get(0).getFields())
        .containsExactly("image", "rank", "class", "index", "probability", "problem", "accepted");
    assertThat(lines.stream().skip(1).map(line -> Path.of(line.getField(0))))
        .containsExactlyElementsOf(below(images));
    List<Path> good = new ArrayList<>();
    for (CsvRecord line : lines.subList(1, lines.size())) {
      Path file = Path.of(line.getField(0));
      if (broken.contains(file)) {
        assertThat(line.getField(2)).isEmpty();
        assertThat(line.getField(5)).contains("PNG", "truncated");
      } else {
        good.add(file);
      }
    }
    assertThat(good).hasSize(MANY - broken.size());
    List<Classification> expected = expected(good);
    int next = 0;
    for (CsvRecord line : lines.subList(1, lines.size())) {
      if (line.getField(5).isEmpty()) {
        Classification.Candidate best = expected.get(next++).best();
        String shown = NAMES.get(best.index());
        assertThat(line.getField(2)).isEqualTo(shown);
        assertThat(line.getField(3)).isEqualTo("" + best.index());
        assertThat(Float.parseFloat(line.getField(4))).isCloseTo(best.probability(), within(1e-5f));
      }
    }

    Cli.Result printed = ask(images, "--format", "csv");
    assertThat(printed.exitCode()).isEqualTo(3); // some images are unreadable
    assertThat(printed.out()).isEqualToNormalizingNewlines(Files.readString(table));
  }

  @Test
  void anImageOfAnUnsupportedFormatIsUnreadable() throws IOException {
    Path images = folder.resolve("few");
    ManyDrawings.write(images, 2);
    Path other = images.resolve("photo.PPM");
    Files.writeString(other, "P6 1 1 255\nabc");
    Path table = folder.resolve("table.csv");

    Cli.Result refused = ask(images, "--format", "csv", "--out", table);
    assertThat(refused.exitCode()).isEqualTo(3);
    assertThat(refused.errorLine()).contains("photo.PPM", "a PNM image", "--skip-bad");
    assertThat(table).doesNotExist();

    assertThat(ask(images, "--format", "csv", "--out", table, "--skip-bad").exitCode())
        .isEqualTo(6);
    assertThat(csv(table))
        .anySatisfy(
            row -> {
              assertThat(row.getField(0)).isEqualTo(other.toString());
              assertThat(row.getField(5)).contains("PNM");
            });
    assertThat(ask(images).exitCode()).isEqualTo(3);
  }

  /** Returns the columns and rows of a Parquet file as text. */
  private static List<List<String>> cells(Path parquet) throws IOException {
    List<List<String>> rows = new ArrayList<>();
    try (ParquetFileReader reader = ParquetFileReader.open(new LocalInputFile(parquet))) {
      MessageType schema = reader.getFileMetaData().getSchema();
      rows.add(schema.getFields().stream().map(Type::getName).toList());
      PageReadStore pages = reader.readNextRowGroup();
      RecordReader<Group> records =
          new ColumnIOFactory()
              .getColumnIO(schema)
              .getRecordReader(pages, new GroupRecordConverter(schema));
      for (long i = 0; i < pages.getRowCount(); i++) {
        Group row = records.read();
        rows.add(
            IntStream.range(0, schema.getFieldCount())
                .mapToObj(
                    f -> row.getFieldRepetitionCount(f) == 0 ? "" : row.getValueToString(f, 0))
                .toList());
      }
    }
    return rows;
  }

  @Test
  void aParquetFileHasTheRowsOfTheCsvFile() throws IOException {
    Path images = folder.resolve("few");
    Files.write(ManyDrawings.write(images, 5).get(2), new byte[9]);
    Path table = folder.resolve("table.csv");
    ask(images, "--format", "csv", "--out", table, "--skip-bad", "--top", 2);
    Path parquet = folder.resolve("table.parquet");

    Object[] words = {"--format", "parquet", "--out", parquet, "--skip-bad", "--top", 2};
    assertThat(ask(images, words).exitCode()).isEqualTo(6);
    assertThat(cells(parquet)).isEqualTo(csv(table).stream().map(CsvRecord::getFields).toList());

    Cli.Result nowhere = ask(images, "--format", "parquet");
    assertThat(nowhere.exitCode()).isEqualTo(2);
    assertThat(nowhere.errorLine()).contains("--out FILE.parquet");
  }

  @Test
  void jsonLinesAreAnObjectAnImage() throws IOException {
    Path images = folder.resolve("many");
    List<Path> broken = broken(images);
    Cli.Result result = ask(images, "--format", "jsonl", "--skip-bad", "--top", 2);
    assertThat(result.exitCode()).isEqualTo(6);
    List<String> lines = result.out().lines().toList();
    assertThat(lines).hasSize(MANY);
    for (String line : lines) {
      JsonNode json = new ObjectMapper().readTree(line);
      boolean bad = broken.contains(Path.of(json.path("image").asText()));
      assertThat(json.has("problem")).isEqualTo(bad);
      assertThat(json.path("classes").size()).isEqualTo(bad ? 0 : 2);
    }
    JsonNode all = new ObjectMapper().readTree(ask(images, "--json", "--skip-bad").out());
    assertThat(all.path("images")).hasSize(MANY - broken.size());
    assertThat(all.path("skipped")).hasSize(broken.size());
  }

  @Test
  void belowTheThresholdAnImageIsNoneOfThese() throws IOException {
    Path images = folder.resolve("few");
    List<Path> files = ManyDrawings.write(images, 12);
    Path all = folder.resolve("all.csv");
    assertThat(ask(images, "--format", "csv", "--out", all).exitCode()).isZero();
    List<Float> best =
        csv(all).stream().skip(1).map(line -> Float.parseFloat(line.getField(4))).toList();
    float middle = best.stream().sorted().skip(6).findFirst().orElseThrow();

    Path some = folder.resolve("some.csv");
    Object[] words = {"--format", "csv", "--top", 3, "--threshold", middle, "--out", some};
    assertThat(ask(images, words).exitCode()).isZero();
    int none = 0;
    for (CsvRecord line : csv(some).subList(1, csv(some).size())) {
      float probability = Float.parseFloat(line.getField(4));
      if (line.getField(2).equals("none of these")) {
        none++;
        assertThat(line.getField(3)).isEqualTo("-1");
        assertThat(probability).isLessThan(middle);
      } else {
        assertThat(probability).isGreaterThanOrEqualTo(middle);
      }
    }
    assertThat(none).isEqualTo((int) best.stream().filter(p -> p < middle).count()).isPositive();
    assertThat(files).hasSize(12);
  }

  /** The threshold is between the two lowest of the largest probabilities of three images. */
  @Test
  void autoIsTheThresholdOfTheFileForItsOwnClasses() throws IOException {
    Path weights = folder.resolve("clip");
    RandomClip.write(weights, RandomClip.TINY, 1);
    List<Path> files = ManyDrawings.write(folder.resolve("few"), 3);
    Path plain = folder.resolve("plain.safetensors");
    Path rejecting = folder.resolve("rejecting.safetensors");
    Set<String> rejected = new TreeSet<>();
    try (Clip clip = Clip.load(weights)) {
      ClassifierFile file = TinyPrompt.of(clip, 1);
      file.write(plain);
      try (Classifier classifier = Classifier.of(file, clip, file.classNames())) {
        List<Float> best =
            classifier.classifyAll(files).stream().map(each -> each.best().probability()).toList();
        List<Float> sorted = best.stream().sorted().toList();
        double threshold = (sorted.get(0) + (double) sorted.get(1)) / 2;
        TinyPrompt.rejecting(file, threshold).write(rejecting);
        for (int i = 0; i < files.size(); i++) {
          if (best.get(i) < threshold) {
            rejected.add(files.get(i).toString());
          }
        }
      }
    }
    assertThat(rejected).isNotEmpty().hasSizeLessThan(3);

    Object[] words = {folder.resolve("few"), "--clip", weights, "--threshold", "auto"};
    Cli.Result found = Cli.run(both("predict", rejecting, words));
    assertThat(found.exitCode()).as(found.err()).isZero();
    assertThat(
            found
                .out()
                .lines()
                .filter(line -> line.contains("\tnone of these\t"))
                .map(line -> line.substring(0, line.indexOf('\t'))))
        .containsExactlyInAnyOrderElementsOf(rejected);

    Object[] marking = {folder.resolve("few"), "--clip", weights, "--top", 2};
    Cli.Result marked = Cli.run(both("predict", rejecting, marking));
    for (String line : marked.out().lines().toList()) {
      String image = line.substring(0, line.indexOf('\t'));
      assertThat(line.endsWith("\tbelow the threshold")).isEqualTo(rejected.contains(image));
      assertThat(line).doesNotContain("none of these");
    }
    JsonNode json =
        new ObjectMapper()
            .readTree(Cli.run(both("predict", rejecting, both("--json", "-q", marking))).out());
    JsonPage.check("predict --json", json);
    for (JsonNode each : json.path("images")) {
      assertThat(each.path("accepted").asBoolean())
          .isEqualTo(!rejected.contains(each.path("image").asText()));
      assertThat(each.path("threshold").isDouble()).isTrue();
      assertThat(each.path("classes")).hasSize(2);
    }
    Path table = folder.resolve("table.csv");
    Cli.run(both("predict", rejecting, both("--format", "csv", both("--out", table, marking))));
    for (CsvRecord line : csv(table).subList(1, 7)) {
      assertThat(line.getField(6)).isEqualTo("" + !rejected.contains(line.getField(0)));
    }
    assertThat(Cli.run(both("predict", plain, marking)).out()).doesNotContain("threshold");

    List<Cli.Result> refused =
        List.of(
            Cli.run(both("predict", plain, words)),
            Cli.run(both("predict", rejecting, both("--classes", "cat,cow", words))),
            ask(folder.resolve("few"), "--threshold", "auto"));
    for (Cli.Result result : refused) {
      assertThat(result.exitCode()).isEqualTo(2);
      assertThat(result.err().lines()).hasSize(1);
      assertThat(result.errorLine())
          .contains("--threshold auto: ", "has no threshold for these classes", "--calibrate");
    }
  }

  private static Object[] both(Object first, Object second, Object... others) {
    return Stream.concat(Stream.of(first, second), Arrays.stream(others)).toArray();
  }

  private static List<Path> below(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(file -> !Files.isDirectory(file) && !file.endsWith(SortedFolder.FILE))
          .sorted()
          .toList();
    }
  }

  @Test
  void imagesAreSortedIntoFoldersAsTheirClassesSay() throws IOException {
    Path images = folder.resolve("few");
    List<Path> files = new ArrayList<>(ManyDrawings.write(images.resolve("a"), 12));
    files.addAll(ManyDrawings.write(images.resolve("b"), 12)); // with the same names
    Path copied = folder.resolve("copied");
    assertThat(ask(images, "--sort-into", copied).exitCode()).isZero();
    assertThat(below(images)).hasSameSizeAs(files);
    List<Classification> expected = expected(files);
    List<String> folders = List.of("bell", "fox, red", "_=up");
    for (int c = 0; c < folders.size(); c++) {
      int wanted = c;
      long count = expected.stream().filter(each -> each.best().index() == wanted).count();
      Path of = copied.resolve(folders.get(c));
      assertThat(Files.exists(of) ? below(of).size() : 0).isEqualTo((int) count);
    }
    assertThat(below(copied))
        .hasSize(24)
        .allMatch(file -> file.getNameCount() == copied.getNameCount() + 2);

    SortedFolder record = SortedFolder.read(copied).orElseThrow();
    assertThat(record.method()).isEqualTo("zero-shot");
    assertThat(record.none()).isNull();
    assertThat(record.proposed().keySet().stream().map(copied::resolve))
        .containsExactlyInAnyOrderElementsOf(below(copied));
    assertThat(record.proposed().values()).allMatch(NAMES::contains);

    Path linked = folder.resolve("linked");
    assertThat(ask(images, "--sort-into", linked, "--sort-by", "link").exitCode()).isZero();
    assertThat(below(linked)).hasSize(24).allMatch(Files::isSymbolicLink);
    assertThat(below(linked).get(0)).hasSameBinaryContentAs(below(copied).get(0));

    Path moved = folder.resolve("moved");
    Object[] none = {"--sort-into", moved, "--sort-by", "move", "--threshold", 1};
    assertThat(ask(images, none).exitCode()).isZero();
    assertThat(below(images)).isEmpty();
    assertThat(below(moved.resolve("none of these"))).hasSize(24);
    assertThat(SortedFolder.read(moved).orElseThrow().none()).isEqualTo("none of these");
  }

  // ---- the feature cache

  @Test
  void manyImagesAreEncodedOnce() throws IOException {
    Path images = folder.resolve("some");
    List<Path> files = ManyDrawings.write(images, 40);
    for (Path file : files) { // no hash of a young file is stored
      Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2020-01-01T00:00:00Z")));
    }
    Path cache = folder.resolve("cache");
    String first = ask(images, "--feature-cache", cache, "--format", "csv").out();
    List<Path> stored = below(cache);
    assertThat(stored).hasSizeGreaterThanOrEqualTo(2); // features and hashes
    assertThat(ask(images, "--feature-cache", cache, "--format", "csv").out()).isEqualTo(first);
    assertThat(below(cache)).isEqualTo(stored);
    assertThat(ask(images, "--feature-cache", "none", "--format", "csv").out()).isEqualTo(first);
    List<Classification> expected = expected(files);
    List<String> lines = first.lines().toList();
    for (int i = 0; i < files.size(); i++) {
      assertThat(lines.get(i + 1))
          .endsWith("," + Float.toString(expected.get(i).best().probability()) + ",,");
    }
  }

  /** The cache may not exist, and an image may be named twice. */
  @Test
  void fewImagesAreNotStored() throws IOException {
    Path images = folder.resolve("few");
    List<Path> files = ManyDrawings.write(images, 3);
    FeatureCacheOptions options = new FeatureCacheOptions();
    assertThat(options.isFor(files)).isFalse();
    assertThat(options.isFor(Collections.nCopies(100, files.get(0)))).isTrue();
    assertThat(options.isFor(Collections.nCopies(100, images))).isFalse();
    List<String> lines = ask(images, files.get(0)).out().lines().toList();
    assertThat(lines).hasSize(4);
    assertThat(lines.get(3)).isEqualTo(lines.get(0));
  }

  @Test
  void rejectsImpossibleRequestsBeforeTheFirstAnswer() throws IOException {
    Path images = folder.resolve("few");
    ManyDrawings.write(images, 2);
    Path taken = Files.writeString(folder.resolve("taken.csv"), "mine");
    Map<String, Object[]> refused = new LinkedHashMap<>();
    refused.put("taken.csv exists", new Object[] {"--format", "csv", "--out", taken});
    refused.put("--out " + folder + ": a folder", new Object[] {"--out", folder});
    refused.put("not empty", new Object[] {"--sort-into", images});
    refused.put("taken.csv: a file", new Object[] {"--sort-into", taken});
    refused.put("expected copy, link or move", words("--sort-into", "new", "--sort-by", "mv"));
    refused.put("--sort-by goes with", words("--sort-by", "move"));
    refused.put("--threshold 1.5: expected", words("--threshold", "1.5"));
    refused.put("--threshold high: expected", words("--threshold", "high"));
    refused.put("--json and --format csv: give one of them", words("--format", "csv", "--json"));
    for (Map.Entry<String, Object[]> each : refused.entrySet()) {
      Cli.Result result = ask(images, each.getValue());
      assertThat(result.exitCode()).as(each.getKey()).isEqualTo(2);
      assertThat(result.err().lines()).hasSize(1);
      assertThat(result.err()).contains(each.getKey());
      assertThat(result.out()).isEmpty();
    }
    Cli.Result unnamed = ask(images, "--format", "csv", "table.csv");
    assertThat(unnamed.exitCode()).isEqualTo(3);
    assertThat(unnamed.errorLine()).contains("table.csv", "no such image", "--out");
    Cli.Result nowhere = ask(images, "--out", taken.resolve("a"));
    assertThat(nowhere.exitCode()).isEqualTo(5);
    Cli.Result below = ask(images, "--sort-into", taken.resolve("a"));
    assertThat(below.exitCode()).isEqualTo(5);
    assertThat(below.errorLine()).contains("--sort-into", "cannot be written");
    assertThat(taken).hasContent("mine");
    assertThat(below(images)).hasSize(2);
    assertThat(Path.of("new")).doesNotExist();
  }

  private static Object[] words(Object... words) {
    return words;
  }

  @Test
  void withoutAClassifierItNeedsClassNames() throws IOException {
    SampleDrawings.copyTo(folder.resolve("drawings"), 1);
    Path image = folder.resolve("drawings/bell/0.png");
    Map<String, Object[]> refused = new LinkedHashMap<>();
    refused.put("zero-shot classification give class names", words("predict", image, image));
    refused.put("no images: expected CLASSIFIER IMAGE", words("predict", folder));
    refused.put(
        "--data-set goes with a CLASSIFIER",
        words("predict", image, "--classes", "bell,owl", "--data-set", "oxford_pets"));
    refused.put(
        "--format xml: expected text, csv, json, jsonl, parquet",
        words("predict", image, "--classes", "bell,owl", "--format", "xml"));
    for (Map.Entry<String, Object[]> each : refused.entrySet()) {
      Cli.Result result = Cli.run(each.getValue());
      assertThat(result.exitCode()).as(each.getKey()).isEqualTo(2);
      assertThat(result.errorLine()).contains(each.getKey());
    }
  }

  @Test
  void aClassNameMayHaveACommaInQuotes() {
    SampleDrawings.copyTo(folder.resolve("drawings"), 1);
    Path image = folder.resolve("drawings");
    String quoted = "\"fox, red\", cat ,\"owl\"";
    Cli.Result result = Cli.run("predict", image, "--classes", quoted, "--top", 3);
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out()).contains("\tfox, red\t", "\tcat\t", "\towl\t");

    for (String wrong : List.of("\"fox, red,cat", "fox \"red\",cat", "\"\",cat", "\"a\"b,cat")) {
      Cli.Result refused = Cli.run("predict", image, "--classes", wrong);
      assertThat(refused.exitCode()).as(wrong).isEqualTo(2);
      assertThat(refused.err().lines()).hasSize(1);
      assertThat(refused.errorLine()).contains(wrong, "double quotes");
    }
  }
}
