package org.kgcoop.data.layout;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;

/** Keywords are written into random sidecars, and nothing else in them changes. */
class SampleSidecarsTest {
  private static final List<String> CLASSES = List.of("cat", "bird", "größe");

  /** The keyword properties in a text. */
  private static final Pattern KEYWORDS =
      Pattern.compile(
          "(?s)\\s*<(dc:subject|lr:hierarchicalSubject|kgcoop:added|digiKam:TagsList)\\b[^>]*?(?:/>|>.*?</\\1>)");

  private static final Pattern EMPTY =
      Pattern.compile("<([\\w:]+)((?:\"[^\"]*\"|'[^']*'|[^<>\"'])*?)>\\s*</\\1>");

  /** The description that a sidecar without one gets. Samples have other quotes. */
  private static final Pattern ADDED_DESCRIPTION =
      Pattern.compile(
          "\\s*<rdf:Description [^>]*rdf:about=\"\"/>|\\s*<rdf:Description rdf:about=\"\"/>");

  @TempDir Path folder;

  /** Returns the text of a sidecar without keywords; empty elements have one form. */
  private static String others(byte[] sidecar) {
    Charset charset =
        sidecar.length > 1 && (sidecar[0] & 0xff) >= 0xfe
            ? StandardCharsets.UTF_16
            : StandardCharsets.ISO_8859_1; // whatever it is: equal bytes are equal letters
    String text = KEYWORDS.matcher(new String(sidecar, charset)).replaceAll("");
    text = EMPTY.matcher(text).replaceAll("<$1$2/>");
    text = ADDED_DESCRIPTION.matcher(text).replaceAll("");
    text = EMPTY.matcher(text).replaceAll("<$1$2/>");
    return text.replaceAll("\\s+(</[\\w:]*(?:Description|RDF)>)", "$1");
  }

  /** Writes a class. Returns false if the sidecar is named and left as it is. */
  private static boolean write(Path image, String... levels) throws IOException {
    Path sidecar = PhotoKeywords.sidecar(image);
    byte[] before = Files.readAllBytes(sidecar);
    try {
      boolean unused =
          PhotoKeywords.write(
              image, image, levels.length == 0 ? List.of() : List.of(List.of(levels)), CLASSES);
      return true;
    } catch (KgCoopException e) {
      assertThat(e.category()).isEqualTo(KgCoopException.Category.DATA);
      assertThat(e).hasMessageStartingWith(sidecar + ": ").hasMessageContaining("left as it is");
      assertThat(sidecar).hasBinaryContent(before);
      return false;
    }
  }

  private Path image(int number) throws IOException {
    Path image = folder.resolve(String.format(Locale.ROOT, "%05d.jpg", number));
    Files.write(PhotoKeywords.sidecar(image), SampleSidecar.of(number));
    return Files.writeString(image, "no image");
  }

  @Test
  void everyByteOutsideOfTheKeywordsStays() throws IOException {
    int written = 0;
    for (int seed = 0; seed < 200; seed++) {
      Path image = image(seed);
      Path sidecar = PhotoKeywords.sidecar(image);
      byte[] sample = Files.readAllBytes(sidecar);
      if (!write(image, "Tiere", "cat")) {
        continue;
      }
      written++;
      byte[] once = Files.readAllBytes(sidecar);
      assertThat(others(once)).as("seed %s", seed).isEqualTo(others(sample));
      Set<String> keywords = PhotoKeywords.of(image);
      assertThat(keywords).as("seed %s", seed).contains("cat");

      assertThat(write(image, "Tiere", "cat")).isTrue();
      assertThat(sidecar).as("seed %s", seed).hasBinaryContent(once);

      assertThat(write(image, "größe")).isTrue();
      assertThat(others(Files.readAllBytes(sidecar))).as("seed %s", seed).isEqualTo(others(sample));
      assertThat(PhotoKeywords.of(image))
          .as("seed %s", seed)
          .contains("größe")
          .containsAll(without(keywords, "cat"));

      assertThat(write(image)).isTrue();
      assertThat(others(Files.readAllBytes(sidecar))).as("seed %s", seed).isEqualTo(others(sample));
      assertThat(PhotoKeywords.of(image)).as("seed %s", seed).containsAll(without(keywords, "cat"));
    }
    assertThat(written).isGreaterThan(130);
  }

  private static Set<String> without(Set<String> keywords, String name) {
    Set<String> others = new TreeSet<>(keywords);
    others.remove(name);
    return others;
  }

  @Test
  @Tag("nightly")
  void exifToolSeesEveryOtherPropertyOf2000SidecarsUnchanged() throws Exception {
    Assumptions.assumeTrue(hasExifTool(), "exiftool is not installed");
    List<Path> images = new ArrayList<>();
    for (int seed = 1000; seed < 3000; seed++) {
      images.add(image(seed));
    }
    Map<String, List<String>> before = exifTool();
    int written = 0;
    List<String> called = new ArrayList<>();
    for (Path image : images) {
      if (write(image, "Tiere", "cat")) {
        written++;
        called.add(PhotoKeywords.sidecar(image).toString());
      }
    }
    Map<String, List<String>> after = exifTool();
    assertThat(after.keySet()).isEqualTo(before.keySet());
    List<String> changed = new ArrayList<>();
    before.forEach(
        (sidecar, properties) -> {
          if (!others(after.getOrDefault(sidecar, List.of())).equals(others(properties))) {
            changed.add(
                "%s: %s; before %s"
                    .formatted(
                        sidecar,
                        others(after.getOrDefault(sidecar, List.of())),
                        others(properties)));
          }
        });
    assertThat(changed).isEmpty();
    // exiftool takes some of the others for texts that are no XMP
    long seen =
        called.stream()
            .map(each -> String.valueOf(after.get(each)))
            .filter(each -> each.contains("Subject") && each.contains("cat"))
            .count();
    assertThat(seen).isGreaterThan(1000);
    assertThat(written).isGreaterThan(1300);
  }

  /**
   * Returns the properties that are not of the file or of keywords. For a text that exiftool cannot
   * divide into properties, it shows one property Rdf with all the text.
   */
  private static List<String> others(List<String> properties) {
    return properties.stream()
        .filter(each -> !each.matches("\\[(File|System|ExifTool)].*"))
        .filter(each -> !each.matches("\\[XMP] +Rdf .*"))
        .filter(each -> !each.matches("\\S+ +\\S*(Subject|TagsList|Added).*"))
        .sorted()
        .toList();
  }

  private static boolean hasExifTool() throws InterruptedException {
    try {
      return new ProcessBuilder("exiftool", "-ver").start().waitFor(1, TimeUnit.MINUTES);
    } catch (IOException e) {
      return false;
    }
  }

  /** Returns what exiftool reads in each sidecar, as lines of group, property and value. */
  private Map<String, List<String>> exifTool() throws Exception {
    Path out = folder.resolve("exiftool.txt");
    Process process =
        new ProcessBuilder("exiftool", "-a", "-G1", "-s", "-ext", "xmp", folder.toString())
            .redirectOutput(out.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(process.waitFor(10, TimeUnit.MINUTES)).isTrue();
    Map<String, List<String>> byFile = new TreeMap<>();
    List<String> ofFile = new ArrayList<>();
    String output = new String(Files.readAllBytes(out), StandardCharsets.UTF_8); // or other bytes
    for (String line : output.lines().toList()) {
      if (line.startsWith("======== ")) {
        ofFile = byFile.computeIfAbsent(line.substring(9), file -> new ArrayList<>());
      } else {
        ofFile.add(line);
      }
    }
    return byFile;
  }
}
