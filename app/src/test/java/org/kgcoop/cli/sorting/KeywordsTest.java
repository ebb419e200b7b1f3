package org.kgcoop.cli.sorting;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.commons.codec.digest.DigestUtils;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.cli.ChildProcess;
import org.kgcoop.cli.Cli;
import org.kgcoop.cli.SampleDrawings;
import org.kgcoop.data.layout.PhotoKeywords;

/** Tests of commands that write keywords, or read them as labels. */
public class KeywordsTest {
  private static final int CLASSES = 3;

  /** A sidecar with another keyword, and with a property of another program. */
  private static final String SIDECAR =
      """
      <x:xmpmeta xmlns:x="adobe:ns:meta/">
       <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
        <rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"
            xmlns:lr="http://ns.adobe.com/lightroom/1.0/"
            xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="4" xmp:Label="größe 日本">
         <dc:subject><rdf:Bag><rdf:li>Köln %1$s</rdf:li></rdf:Bag></dc:subject>
         <lr:hierarchicalSubject>
          <rdf:Bag><rdf:li>Orte|Köln %1$s</rdf:li></rdf:Bag>
         </lr:hierarchicalSubject>
        </rdf:Description>
       </rdf:RDF>
      </x:xmpmeta>
      """;

  @TempDir Path folder;
  private Path photos;
  private List<String> names;

  @BeforeEach
  void drawings() throws IOException {
    photos = folder.resolve("photos");
    SampleDrawings.copyTo(photos, CLASSES);
    try (Stream<Path> classes = Files.list(photos)) {
      names = classes.map(each -> each.getFileName().toString()).sorted().toList();
    }
  }

  private List<Path> images() throws IOException {
    try (Stream<Path> files = Files.walk(photos)) {
      return files.filter(each -> each.toString().endsWith(".png")).sorted().toList();
    }
  }

  private String classes() {
    return String.join(",", names);
  }

  private static Map<Path, String> hashes(List<Path> files) throws IOException {
    Map<Path, String> hashes = new TreeMap<>();
    for (Path file : files) {
      hashes.put(file, DigestUtils.sha256Hex(Files.readAllBytes(file)));
    }
    return hashes;
  }

  private static void give(Path image, String... keywords) throws IOException {
    String items = "<rdf:li>" + String.join("</rdf:li><rdf:li>", keywords) + "</rdf:li>";
    Files.writeString(
        PhotoKeywords.sidecar(image),
        SIDECAR.formatted("1").replace("<rdf:li>Köln 1</rdf:li>", items));
  }

  @Test
  void predictWritesTheClassNextToOtherKeywordsAndNamesAnUnreadableSidecar() throws IOException {
    List<Path> images = images();
    Map<Path, String> before = hashes(images);
    Files.writeString(PhotoKeywords.sidecar(images.get(0)), SIDECAR.formatted("1"));
    Path foreign = Files.writeString(PhotoKeywords.sidecar(images.get(1)), "foreign");

    Cli.Result result = Cli.run("predict", photos, "--classes", classes(), "--keywords");

    assertThat(result.exitCode()).isEqualTo(6);
    assertThat(result.err())
        .contains(foreign + ": not an XMP sidecar")
        .contains(
            "keywords: %s sidecars written for %s images, 1 left as they are"
                .formatted(images.size() - 1, images.size()));
    assertThat(foreign).hasContent("foreign");
    assertThat(hashes(images)).isEqualTo(before);
    assertThat(PhotoKeywords.of(images.get(0)))
        .hasSize(2)
        .contains("Köln 1")
        .containsAnyElementsOf(names);
    assertThat(PhotoKeywords.sidecar(images.get(0))).content().contains("größe 日本");
    assertThat(PhotoKeywords.of(images.get(2))).hasSize(1).isSubsetOf(names);
  }

  /** One of them ended the call before, and the other images got nothing. */
  @Test
  @DisabledOnOs(OS.WINDOWS)
  void aSidecarThatCannotBeChangedDoesNotStopTheOthers() throws Exception {
    List<Path> images = images();
    Path unused = Files.createDirectory(PhotoKeywords.sidecar(images.get(0)));
    String deep = "<a>".repeat(20_000) + "</a>".repeat(20_000);
    Files.writeString(PhotoKeywords.sidecar(images.get(1)), deep);
    Files.writeString(
        PhotoKeywords.sidecar(images.get(2)), "<?xml version='1.0' encoding='none'?><a/>");
    Files.createSymbolicLink(PhotoKeywords.sidecar(images.get(3)), Path.of("/dev/zero"));
    Path sorted = folder.resolve("sorted");

    Cli.Result result =
        Cli.run(
            "predict",
            photos,
            "--classes",
            classes(),
            "--keywords",
            "--sort-into",
            sorted,
            "--sort-by",
            "move");

    assertThat(result.exitCode()).as(result.err()).isEqualTo(6);
    for (Path image : images.subList(0, 4)) {
      assertThat(result.err()).contains(PhotoKeywords.sidecar(image) + ": ");
    }
    assertThat(result.err())
        .contains("%s sidecars written".formatted(images.size() - 4), "4 left as they are");
    assertThat(images()).isEmpty(); // all are moved
  }

  @Test
  void aClassOfKeywordsExceptIsNoKeyword() throws IOException {
    List<Path> images = images();
    Cli.Result all = Cli.run("predict", photos, "--classes", classes(), "--keywords");
    assertThat(all.exitCode()).isZero();
    String except = PhotoKeywords.of(images.get(0)).iterator().next();

    Cli.Result result =
        Cli.run(
            "predict", photos, "--classes", classes(), "--keywords", "--keywords-except", except);

    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(PhotoKeywords.of(images.get(0))).isEmpty(); // also the one of the first call
    assertThat(images).noneMatch(image -> PhotoKeywords.of(image).contains(except));
    assertThat(images).anyMatch(image -> !PhotoKeywords.of(image).isEmpty());
    assertThat(
            Cli.run(
                    "predict",
                    photos,
                    "--classes",
                    classes(),
                    "--keywords",
                    "--keywords-except",
                    except + "x")
                .errorLine())
        .contains("--keywords-except " + except + "x: not a class (did you mean " + except + "?)");
    assertThat(
            Cli.run("predict", photos, "--classes", classes(), "--keywords-except", except)
                .errorLine())
        .contains("--keywords-except goes with --keywords");
  }

  @Test
  void aSortedImageHasTheContentOfItsSidecarAndItsClass() throws IOException {
    Path first = images().get(0);
    Files.writeString(PhotoKeywords.sidecar(first), SIDECAR.formatted("1"));
    Path sorted = folder.resolve("sorted");

    Cli.Result result =
        Cli.run(
            "predict",
            first,
            "--classes",
            classes(),
            "--keywords",
            "--sort-into",
            sorted,
            "--sort-by",
            "move");

    assertThat(result.exitCode()).isZero();
    try (Stream<Path> files = Files.walk(sorted)) {
      Path moved = files.filter(each -> each.endsWith("0.png")).findFirst().orElseThrow();
      assertThat(PhotoKeywords.of(moved))
          .containsExactlyInAnyOrder("Köln 1", moved.getParent().getFileName().toString());
    }
    assertThat(PhotoKeywords.sidecar(first)).hasContent(SIDECAR.formatted("1"));
  }

  @Test
  void keywordsAreClasses() throws IOException {
    List<Path> images = images();
    for (Path image : images) {
      give(image, "holiday", image.getParent().getFileName().toString());
    }
    give(images.get(0), "holiday");
    give(images.get(1), names.get(0), names.get(1));

    Cli.Result result =
        Cli.run("eval", "--data", photos, "--labels-from", "keywords", "--classes", classes());

    assertThat(result.exitCode()).isZero();
    assertThat(result.out()).startsWith("accuracy ");
    assertThat(result.err())
        .contains(
            "1 image left out, with keywords of several classes: %s/1.png (%s, %s)"
                .formatted(names.get(0), names.get(0), names.get(1)))
        .contains("1 image left out, without a keyword of a class");
  }

  @Test
  void keywordsOfKgcoopAreNoMeasure() {
    Cli.run("predict", photos, "--classes", classes(), "--keywords");

    Cli.Result result = Cli.run("eval", "--data", photos, "--labels-from", "keywords");

    assertThat(result.err()).contains("24 of 24 keywords are from kgcoop and nobody changed them");
  }

  @Test
  void anotherOriginOfLabelsIsRefused() {
    assertThat(Cli.run("adapt", photos, "--labels-from", "tags").errorLine())
        .contains("--labels-from tags: expected keywords");
    assertThat(Cli.run("adapt", photos, "--classes", "a,b").errorLine())
        .contains("--classes goes with --labels-from keywords");
    assertThat(
            Cli.run("adapt", photos, "--labels-from", "keywords", "--classes", "a,b").errorLine())
        .contains("the classes of images with one keyword are: none; expected two or more");
  }

  @Test
  void labelTrainsWithKeywordsAndNeverAsksTheirImages() throws IOException {
    List<Path> images = images();
    List<String> truth = new ArrayList<>(List.of("image,class"));
    for (int i = 0; i < images.size(); i++) {
      String name = images.get(i).getParent().getFileName().toString();
      truth.add(photos.relativize(images.get(i)).toString().replace('\\', '/') + "," + name);
      if (i % 2 == 0) {
        give(images.get(i), name);
      }
    }
    Path answers = Files.write(folder.resolve("truth.csv"), truth);

    Cli.Result result =
        Cli.run(
            "label",
            photos,
            "--classes",
            classes(),
            "--labels-from",
            "keywords",
            "--keywords",
            "--simulate",
            answers,
            "--write",
            "--minutes",
            "0.01");

    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out()).contains("keywords: 12 sidecars written for 12 images");
    for (Path image : images) {
      assertThat(PhotoKeywords.of(image)).contains(image.getParent().getFileName().toString());
    }
  }

  /** Fails if a kill loses a keyword, a property or a photo. */
  @Tag("nightly")
  @Test
  void aThousandPhotosSurviveTwentyKills() throws Exception {
    Assumptions.assumeTrue(hasExifTool(), "exiftool is not installed");
    int count = 1000;
    Path many = Files.createDirectories(folder.resolve("many"));
    List<Path> drawings = images();
    for (int i = 0; i < count; i++) {
      Path image = many.resolve(String.format(Locale.ROOT, "größe %04d.png", i));
      Files.copy(drawings.get(i % drawings.size()), image);
      Files.writeString(PhotoKeywords.sidecar(image), SIDECAR.formatted(i));
    }
    List<Path> photosOfMany;
    try (Stream<Path> files = Files.list(many)) {
      photosOfMany = files.filter(each -> each.toString().endsWith(".png")).sorted().toList();
    }
    Map<Path, String> before = hashes(photosOfMany);
    int kills = 0;
    int ended = 0;
    for (int i = 0; kills < 20 && i < 100; i++) {
      // Two lists of classes, so that each call has to change all sidecars again.
      String list = i % 2 == 0 ? classes() : classes() + ",spoon";
      ChildProcess process =
          ChildProcess.start(
              folder.resolve("log" + i),
              "predict",
              many,
              "--classes",
              list,
              "--keywords",
              "--template",
              i % 2 == 0 ? "a {}" : "no {} but something else");
      Path changed = PhotoKeywords.sidecar(photosOfMany.get((37 * i) % count));
      Object stamp = Files.getLastModifiedTime(changed);
      while (!process.endsWithin(5) && Files.getLastModifiedTime(changed).equals(stamp)) {}
      if (process.endsWithin(0)) {
        ended++;
      } else {
        process.kill();
        kills++;
      }
      assertThat(photosOfMany).allSatisfy(image -> PhotoKeywords.of(image)); // all can be read
    }
    assertThat(kills).as("kills; %s calls ended before", ended).isEqualTo(20);
    assertThat(
            ChildProcess.start(
                    folder.resolve("last"), "predict", many, "--classes", classes(), "--keywords")
                .exitCode())
        .isZero();
    assertThat(hashes(photosOfMany)).isEqualTo(before);
    try (Stream<Path> files = Files.list(many)) {
      assertThat(files).hasSize(2 * count); // without what a killed call left
    }
    List<String> lines = exifTool(many);
    assertThat(lines).hasSize(count);
    for (int i = 0; i < count; i++) {
      String[] fields = lines.get(i).split("\t");
      assertThat(fields[0]).isEqualTo(String.format(Locale.ROOT, "größe %04d.png.xmp", i));
      assertThat(fields[1]).isEqualTo("4");
      assertThat(fields[2]).isEqualTo("größe 日本");
      assertThat(fields[3].split(";"))
          .hasSize(2)
          .contains("Köln " + i)
          .containsAnyElementsOf(names);
      assertThat(fields[4].split(";")).hasSize(2).contains("Orte|Köln " + i);
    }
  }

  private static boolean hasExifTool() throws InterruptedException {
    try {
      return new ProcessBuilder("exiftool", "-ver").start().waitFor(1, TimeUnit.MINUTES);
    } catch (IOException e) {
      return false;
    }
  }

  /** Returns a line for each sidecar: name, rating, label, keywords and keywords with levels. */
  private List<String> exifTool(Path sidecars) throws Exception {
    Path out = folder.resolve("exiftool.txt");
    Process process =
        new ProcessBuilder(
                "exiftool",
                "-T",
                "-sep",
                ";",
                "-ext",
                "xmp",
                "-fileOrder",
                "FileName",
                "-FileName",
                "-XMP:Rating",
                "-XMP:Label",
                "-XMP-dc:Subject",
                "-XMP-lr:HierarchicalSubject",
                sidecars.toString())
            .redirectOutput(out.toFile())
            .start();
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
    return Files.readAllLines(out, StandardCharsets.UTF_8);
  }
}
