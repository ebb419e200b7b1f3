package org.kgcoop.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.clip.untrained.RandomClip;

/** Runs a command under a locale with other digits. */
class LocaleTest {
  private final Locale usual = Locale.getDefault();

  @TempDir Path folder;

  @AfterEach
  void usualLocale() {
    Locale.setDefault(usual);
  }

  @Test
  void aRunIsTheSameUnderALocaleOfOtherDigits() throws IOException {
    RandomClip.write(folder.resolve("clip"), RandomClip.TINY, 1);
    SampleDrawings.copyTo(folder.resolve("drawings"));
    makeOld(folder.resolve("drawings"));
    Locale.setDefault(Locale.ROOT);
    String plain = train(folder.resolve("plain"));
    Locale.setDefault(Locale.forLanguageTag("fa"));
    assertThat(String.format(Locale.getDefault(), "%d", 12)).isNotEqualTo("12");
    String persian = train(folder.resolve("persian"));

    assertThat(persian).isEqualTo(plain);
    assertThat(files(folder.resolve("persian"))).isEqualTo(files(folder.resolve("plain")));
    assertThat(folder.resolve("persian/classifier.safetensors"))
        .hasSameBinaryContentAs(folder.resolve("plain/classifier.safetensors"));
  }

  /**
   * Makes the files old. The program caches the hash of a new file only sometimes, depending on the
   * clock.
   */
  private static void makeOld(Path drawings) throws IOException {
    try (Stream<Path> files = Files.walk(drawings)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path unused = Files.setLastModifiedTime(file, FileTime.from(Instant.EPOCH));
      }
    }
  }

  /**
   * Trains, and returns the output without times and paths, and without the progress that a slow
   * machine prints.
   */
  private String train(Path out) {
    String words =
        "train --clip CLIP --data DRAWINGS --shots 2 --epochs 3 --set context_tokens=2"
            + " --augment cache:2 --feature-cache OUT/bank --threads 1 --out OUT";
    Cli.Result trained =
        Cli.run(
            (Object[])
                words
                    .replace("CLIP", folder.resolve("clip").toString())
                    .replace("DRAWINGS", folder.resolve("drawings").toString())
                    .replace("OUT", out.toString())
                    .split(" "));
    assertThat(trained.exitCode()).as(trained.err()).isZero();
    return (trained.out() + trained.err())
        .replace(out.toString(), "OUT")
        .replaceAll("[0-9.]+ (s|ms)\\b", "TIME")
        .replaceAll("(?m)^.*: \\d+( of \\d+)?(, about .*| in TIME)\\R", "");
  }

  private static List<String> files(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .filter(file -> !file.getFileName().toString().startsWith("events.out"))
          .map(file -> root.relativize(file).toString())
          .sorted()
          .toList();
    }
  }

  /** The locale was blamed, whatever was wrong. */
  @Test
  void aPathThatNoLocaleAllowsDoesNotBlameTheLocale() {
    assertThat(Cli.run("inspect", "a\0b").errorLine())
        .contains("not a valid path here: ")
        .doesNotContain("LC_ALL");
  }
}
