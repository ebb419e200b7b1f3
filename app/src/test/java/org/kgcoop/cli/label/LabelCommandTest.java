package org.kgcoop.cli.label;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.cli.Cli;
import org.kgcoop.cli.SampleDrawings;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.EmbeddedClip;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.Item;
import org.kgcoop.data.open.EmbeddedDataSets;
import org.kgcoop.journal.Kind;
import org.kgcoop.label.Accuracy;
import org.kgcoop.label.Labeling;
import org.kgcoop.label.Share;

/** Tests of the command without its page. */
public class LabelCommandTest {
  private static final int CLASSES = 6;
  private static final int IMAGES = 48;

  @TempDir Path folder;
  private Path sorted;
  private Path photos;
  private Path truth;
  private Path session;
  private final List<String> meaning = new ArrayList<>();

  /** Writes drawings of known classes into one folder, and their classes into a file. */
  @BeforeEach
  void drawings() throws IOException {
    sorted = folder.resolve("sorted");
    photos = Files.createDirectories(folder.resolve("photos"));
    session = folder.resolve("photos.labels");
    SampleDrawings.copyTo(sorted, CLASSES);
    List<String> lines = new ArrayList<>(List.of("image,class"));
    List<Path> files;
    try (Stream<Path> all = Files.walk(sorted)) {
      files = all.filter(Files::isRegularFile).sorted().toList();
    }
    for (int i = 0; i < files.size(); i++) {
      String name = String.format(Locale.ROOT, "%03d.png", (i * 31) % 97);
      Files.copy(files.get(i), photos.resolve(name));
      lines.add(name + "," + files.get(i).getParent().getFileName());
    }
    truth = Files.write(folder.resolve("truth.csv"), lines);
  }

  private static void refused(int exitCode, String reason, Object... arguments) {
    Cli.Result result = Cli.run(arguments);
    assertThat(result.errorLine()).contains(reason).doesNotContain("a bug");
    assertThat(result.exitCode()).isEqualTo(exitCode);
  }

  private Cli.Result label(Object... arguments) {
    List<Object> all = new ArrayList<>(List.of("label", photos));
    all.addAll(List.of(arguments));
    return Cli.run(all.toArray());
  }

  private static List<String> rows(Path csv) throws IOException {
    List<String> rows = Files.readAllLines(csv);
    assertThat(rows.get(0)).isEqualTo("image,class,source,probability");
    return rows.subList(1, rows.size());
  }

  @Test
  void simulatesEveryStep() throws IOException {
    Cli.Result result = label("--simulate", truth, "--format", "json");
    assertThat(result.exitCode()).as(result.err()).isZero();
    List<JsonNode> steps = new ArrayList<>();
    for (String line : result.out().lines().toList()) {
      steps.add(new ObjectMapper().readTree(line));
    }
    JsonNode last = steps.get(steps.size() - 1);
    assertThat(last.path("right").asDouble()).isEqualTo(100);
    assertThat(last.path("labeled").asInt()).isEqualTo(IMAGES);
    assertThat(last.has("folder")).isFalse(); // nothing is estimated when all images are labeled
    assertThat(steps.stream().map(step -> step.path("kind").asText()).toList())
        .contains("questions", "page", "audit");
    assertThat(result.err()).contains("the audit has 12 images: a quarter of the folder");
    assertThat(session).isDirectory();
    assertThat(session.resolve("labels.csv")).doesNotExist();
  }

  @Test
  void aStepSaysAtLeastAndNeverMoreThanWasMeasured() {
    Cli.Result result = label("--simulate", truth, "--until", 99);
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out()).contains(" labeled, ");
    result
        .out()
        .lines()
        .filter(line -> line.contains("at least"))
        .forEach(line -> assertThat(line).matches(".* % right, at least \\d+ %"));
  }

  @Test
  void writesLabelsAClassifierAndFolders() throws IOException {
    Path into = folder.resolve("into");
    Cli.Result result =
        label("--simulate", truth, "--write", "--sort-into", into, "--minutes", 0.02);
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out())
        .contains("labels: ", "classifier: ", "report: ", "48 images copied into " + into)
        .contains("labeled by you: 48 of 48 images", "You labeled all 48 images.");
    List<String> rows = rows(session.resolve("labels.csv"));
    assertThat(rows).hasSize(IMAGES);
    assertThat(rows).anyMatch(row -> row.contains(",audit,1.0000"));
    assertThat(rows).anyMatch(row -> row.contains(",person,1.0000"));
    assertThat(Files.readString(session.resolve("report.html")))
        .contains(
            "<title>Labels of photos</title>", "You labeled all 48 images.", "by the program");
    assertThat(session.resolve(".training")).doesNotExist();
    Cli.Result predicted = Cli.run("predict", session, photos);
    assertThat(predicted.exitCode()).as(predicted.err()).isZero();
    assertThat(predicted.out().lines()).hasSize(IMAGES);
    // The journal travels with the folders, so that adapt knows how the labels were chosen.
    assertThat(into.resolve("labels.jsonl")).isRegularFile();
    Cli.Result adapted = Cli.run("adapt", into, "--minutes", 1e-5, "--out", folder.resolve("run"));
    assertThat(adapted.exitCode()).as(adapted.err()).isZero();
    assertThat(adapted.out()).contains("random images");
    Cli.Result again = label("--write", "--minutes", 0.02);
    assertThat(again.exitCode()).as(again.err()).isZero();
    assertThat(rows(session.resolve("labels.csv"))).isEqualTo(rows);
  }

  @Test
  void labeledImagesOfAnotherFolderTrain() throws IOException {
    Path one = folder.resolve("one");
    List<String> names = new ArrayList<>(); // without a meaning, so that only images can teach them
    try (Stream<Path> all = Files.list(sorted)) {
      for (Path of : all.sorted().toList()) {
        names.add("c" + names.size());
        Path to = Files.createDirectories(one.resolve(names.get(names.size() - 1)));
        Files.copy(of.resolve("0.png"), to.resolve("x.png"));
        meaning.add(of.getFileName().toString());
      }
    }
    Cli.Result without =
        label("--write", "--out", folder.resolve("a"), "--classes", String.join(",", names));
    assertThat(without.exitCode()).as(without.err()).isZero();
    assertThat(without.out()).contains("classifier: not trained, because images of at least two");
    for (String name : names) { // an image of the folder is asked, even if it is labeled elsewhere
      Path copy = one.resolve(name).resolve("x.png");
      byte[] bytes = Files.readAllBytes(copy);
      try (Stream<Path> all = Files.list(photos)) {
        for (Path file : all.toList()) {
          if (Arrays.equals(Files.readAllBytes(file), bytes)) {
            Files.delete(file);
          }
        }
      }
    }
    Cli.Result with =
        label("--write", "--out", folder.resolve("b"), "--labeled", one, "--minutes", 0.02);
    assertThat(with.exitCode()).as(with.err()).isZero();
    assertThat(rows(folder.resolve("b/labels.csv"))).hasSize(IMAGES - CLASSES);
    assertThat(right(folder.resolve("b"))).isGreaterThan(2 * right(folder.resolve("a")));
    assertThat(folder.resolve("b/classifier.safetensors")).isRegularFile();
    refused(3, "no class folder with images", "label", photos, "--write", "--labeled", photos);
  }

  private long right(Path from) throws IOException {
    List<String> lines = Files.readAllLines(truth);
    return rows(from.resolve("labels.csv")).stream()
        .map(row -> row.split(",", -1))
        .filter(
            row ->
                lines.contains(row[0] + "," + meaning.get(Integer.parseInt(row[1].substring(1)))))
        .count();
  }

  @Test
  void aFolderOfClassFoldersIsForAdapt() throws IOException {
    refused(
        2,
        "6 class folders (bell, book, briefcase, building, calendar and 1 more), so they are"
            + " labeled. Use `./kgcoop adapt "
            + sorted,
        "label",
        sorted,
        "--no-browser");
    Files.copy(photos.resolve("000.png"), sorted.resolve("one.png")); // is labeled by nobody
    Cli.Result mixed = Cli.run("label", sorted, "--write");
    assertThat(mixed.errorLine()).contains("expected two classes; name them with --classes");
  }

  @Test
  void badInputIsRefused() throws IOException {
    Path empty = Files.createDirectories(folder.resolve("empty"));
    refused(3, "no image below this folder", "label", empty, "--write");
    refused(3, "expected a folder of images", "label", folder.resolve("none"), "--write");
    refused(2, "expected a folder of images, or --try", "label");
    refused(2, "expected two classes", "label", photos, "--write", "--classes", "a");
    refused(2, "expected copy, link or move", "label", photos, "--write", "--sort-by", "copie");
    refused(2, "--port 70000", "label", photos, "--no-browser", "--port", 70000);
    refused(2, "target: expected 1 to 100 percent", "label", photos, "--write", "--target", 0);
    Path some = Files.write(folder.resolve("some.csv"), List.of("image,class", "a.png,x"));
    refused(3, "has no class in the list", "label", photos, "--simulate", some);
    Path other = Files.write(folder.resolve("other.csv"), List.of("file,label", "a.png,x"));
    refused(3, "expected the columns image and class", "label", photos, "--simulate", other);
    Path full = Files.createDirectories(folder.resolve("full"));
    Files.writeString(full.resolve("x"), "x");
    refused(2, "not empty", "label", photos, "--write", "--sort-into", full);
  }

  @Test
  void unreadableImagesAreLeftOutAndListed() throws IOException {
    Files.writeString(photos.resolve("bad.png"), "no image");
    Cli.Result result = label("--write", "--classes", "bell,book");
    assertThat(result.exitCode()).isEqualTo(6);
    assertThat(result.err()).contains("1 .png cannot be read and is left out: bad.png");
    assertThat(rows(session.resolve("labels.csv"))).hasSize(IMAGES);
  }

  @Test
  void aSessionBelongsToOneClipAndOneProcess() throws IOException {
    assertThat(label("--simulate", truth, "--until", 50).exitCode()).isZero();
    Path journal = session.resolve("labels.jsonl");
    String text = Files.readString(journal);
    String fingerprint = text.replaceFirst("(?s).*?\"clip\":\"([^\"]+)\".*", "$1");
    Files.writeString(journal, text.replace(fingerprint, "another"));
    Cli.Result other = label("--write");
    assertThat(other.exitCode()).isEqualTo(2);
    assertThat(other.errorLine()).contains("made with another CLIP", "--clip");
    Files.writeString(journal, text);
    Files.writeString(journal, "{\"op\":\"page\",\"st", StandardOpenOption.APPEND);
    Cli.Result cut = label("--write", "--minutes", 0.02);
    assertThat(cut.exitCode()).as(cut.err()).isZero();
    assertThat(cut.err()).contains("the last line was cut by an interruption");
    assertThat(Labeling.folderOfSession(photos, null)).isEqualTo(session);
  }

  @Test
  void imagesOfOtherFormatsAreCountedByTheirKind() throws IOException {
    for (String name : List.of("1.jxl", "2.JXL", "3.jp2")) {
      Files.writeString(photos.resolve(name), "a photo");
    }
    Cli.Result result = label("--write", "--classes", "bell,book");
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.err()).contains("1 .jp2, 2 .jxl");
    for (String name : List.of("1.png", "2.png", "3.png", "4.jpg")) {
      Files.writeString(photos.resolve("bad" + name), "no image");
    }
    assertThat(label("--write").err())
        .contains("1 .jpg, 3 .png cannot be read and are left out: bad1.png, bad2.png");
  }

  /** Lines of the terminal and the report, and the record, say the same about new images. */
  @Test
  void oneFigureForNewImages() throws IOException {
    Cli.Result result =
        label("--simulate", truth, "--write", "--minutes", 0.05, "--format", "json");
    assertThat(result.exitCode()).as(result.err()).isZero();
    JsonNode expected =
        new ObjectMapper()
            .readTree(session.resolve("adapt.json").toFile())
            .path("result")
            .path("expected");
    String sentence =
        String.format(
            Locale.ROOT,
            "Of 100 new images of these classes%s, expect %.0f right (95 %%: %.0f to %.0f), from %s"
                + " random images.",
            result.out().contains("as frequent as here")
                ? ", with classes as frequent as here"
                : "",
            expected.path("accuracy").asDouble(),
            Math.floor(expected.path("low").asDouble()),
            Math.ceil(expected.path("high").asDouble()),
            expected.path("images").asInt());
    List<String> said =
        Stream.of(result.out().split("\"", -1)).filter(line -> line.contains("expect ")).toList();
    assertThat(said).containsExactly(sentence);
    assertThat(result.out()).doesNotContain("new_images");
    String report = Files.readString(session.resolve("report.html"));
    assertThat(report).contains(sentence);
    assertThat(report.replace(sentence, "")).doesNotContain("expect ");
  }

  @Test
  void theTrialHasADrawingForEachOfEightKeys() throws IOException {
    Path into = folder.resolve("trial");
    Cli.Result result = Cli.run("label", into, "--try", "--write");
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(rows(folder.resolve("trial.labels/labels.csv"))).hasSize(200);
    Files.delete(into.resolve("007.png")); // as an interrupted copy leaves it
    assertThat(Cli.run("label", into, "--try", "--write").exitCode()).isZero();
    assertThat(into.resolve("007.png")).isRegularFile();
    refused(2, "000.png: is not one of the drawings of --try", "label", photos, "--try", "--write");
    Path file = Files.writeString(folder.resolve("file"), "x");
    refused(5, "cannot be made for the drawings", "label", file, "--try", "--write");
    refused(5, "cannot be made", "label", folder.resolve("x".repeat(300)), "--try", "--write");
  }

  /** Answers the trial rightly, as a newcomer who sees the drawings does. */
  @Test
  void aNewcomerConfirmsAPageAfterTenAnswersAndSoonReadsATrueFigure() throws IOException {
    Path into = folder.resolve("trial");
    TrialDrawings.copy(into, warning -> {});
    Map<Path, String> classes = new HashMap<>();
    List<Item> drawings =
        EmbeddedDataSets.open("objects", DataSetOptions.defaults(warning -> {})).items().toList();
    try (Stream<Path> copies = Files.list(into)) {
      for (Path copy : copies.toList()) {
        for (Item each : drawings) {
          if (Files.mismatch(each.file(), copy) < 0) {
            classes.put(copy.getFileName(), each.className().replace('_', ' '));
          }
        }
      }
    }
    assertThat(classes).hasSize(200);
    assertThat(TrialDrawings.classNames()).hasSize(8).containsAll(classes.values());
    try (Clip clip = Clip.load(EmbeddedClip.folder());
        Labeling labeling = Labeling.of(into, clip).classes(TrialDrawings.classNames()).open()) {
      labeling.awaitImages();
      SimulatedPerson person = new SimulatedPerson(classes);
      int answers = 0;
      boolean hasConfirmed = false;
      SimulatedPerson.Act last;
      do {
        last =
            person
                .answer(
                    labeling,
                    page ->
                        page.images().stream()
                            .collect(Collectors.toMap(image -> image, classes::get)))
                .orElseThrow();
        hasConfirmed |= last.kind() == Kind.PAGE;
        answers += hasConfirmed ? 0 : last.images();
      } while (last.accuracy().state() != Accuracy.State.MEASURED);
      assertThat(answers).isPositive().isLessThanOrEqualTo(10);
      assertThat(hasConfirmed).isTrue();
      assertThat(last.actions()).isLessThanOrEqualTo(40);
      assertThat(last.seconds()).isLessThanOrEqualTo(120);
      Share share = last.accuracy().folder().orElseThrow();
      assertThat(100 * share.atLeast()).isPositive().isLessThanOrEqualTo(last.right());
    }
  }
}
