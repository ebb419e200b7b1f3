package org.kgcoop.label;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.FailingDisk;

/** Sessions that end at any step of the disk: by a kill, a power failure or a full disk. */
class EndedSessionTest {
  private static final int ANSWERS = 4;

  @TempDir Path folder;
  private final TreeMap<String, float[]> features = new TreeMap<>();

  EndedSessionTest() {
    Random random = new Random(1);
    for (int i = 0; i < 60; i++) {
      double angle = i % 2 + 0.3 * random.nextGaussian();
      features.put(
          "%02d".formatted(i), new float[] {(float) Math.cos(angle), (float) Math.sin(angle)});
    }
  }

  private Labeling open(Path session) {
    MemorySource source =
        new MemorySource(
            features,
            names -> names.stream().map(n -> text(n)).toArray(double[][]::new),
            20,
            Map.of());
    Journal journal = JournalFile.open(session, "", warning -> {});
    try {
      return new Labeling(
          source,
          journal,
          new SessionSettings(List.of("zero", "one"), 6, 12, 90, 1, "", warning -> {}),
          InstantSource.system());
    } catch (RuntimeException e) {
      journal.close();
      throw e;
    }
  }

  private static double[] text(String name) {
    return name.equals("zero") ? new double[] {1, 0} : new double[] {Math.cos(1), Math.sin(1)};
  }

  /** Answers one image after the other, as the questions of a page. */
  private static void answer(Labeling labeling, List<Path> acknowledged) {
    Page page = labeling.next("a");
    for (Path image : page.images().subList(0, Math.min(2, page.images().size()))) {
      labeling.answer(Sender.of("a"), page.number(), List.of(), Map.of(image, "one"), 0);
      acknowledged.add(image);
    }
  }

  private static List<Path> labeled(Labeling labeling) {
    return labeling.current().stream()
        .filter(each -> each.source() != LabeledImage.Source.HEAD)
        .map(LabeledImage::image)
        .toList();
  }

  @Test
  void losesNoAnswerThatWasAcknowledged() {
    int ends = 0;
    for (FailingDisk.End end : FailingDisk.End.values()) {
      boolean ended = true;
      for (int at = 1; ended; at++) {
        Path session = folder.resolve(end + "-" + at);
        List<Path> acknowledged = new ArrayList<>();
        try (FailingDisk disk = new FailingDisk(at, end)) {
          try (Labeling labeling = open(session)) {
            for (int i = 0; i < ANSWERS; i++) {
              answer(labeling, acknowledged);
            }
          } catch (FailingDisk.Ended | KgCoopException e) {
            assertThat(disk.isEnded()).isTrue();
          }
          ended = disk.isEnded();
        }
        ends += ended ? 1 : 0;
        try (Labeling labeling = open(session)) {
          // An answer that was written but not acknowledged may count.
          assertThat(labeled(labeling))
              .as("%s at %s", end, at)
              .containsAll(acknowledged)
              .hasSizeBetween(
                  acknowledged.size(),
                  acknowledged.size() + (end == FailingDisk.End.SPACE ? 0 : 1));
          answer(labeling, acknowledged);
          assertThat(labeled(labeling)).containsAll(acknowledged);
        }
      }
    }
    assertThat(ends).isGreaterThan(60);
  }
}
