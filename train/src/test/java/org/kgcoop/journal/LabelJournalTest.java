package org.kgcoop.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LabelJournalTest {
  @TempDir Path folder;

  private Set<String> audit(List<JournalEntry> entries) throws Exception {
    List<String> lines =
        new ArrayList<>(List.of(new JournalEntry.Start(2, 1, "", 24, "", 20, 10, 90).line()));
    entries.forEach(entry -> lines.add(entry.line()));
    Files.write(folder.resolve(LabelJournal.FILE), lines);
    return LabelJournal.find(folder).orElseThrow().audit();
  }

  private static JournalEntry.Answer page(int step, Kind kind, int label, List<String> images) {
    Map<String, Integer> labels = new LinkedHashMap<>();
    images.forEach(image -> labels.put(image, label));
    return new JournalEntry.Answer(
        step, kind, null, labels, List.of(), List.of(), List.of(), null, null, null, Map.of());
  }

  private static List<String> images(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> "p" + i + ".png").toList();
  }

  @Test
  void onlyWholeFifthsOfTheFirstDrawMeasureTheAccuracy() throws Exception {
    List<JournalEntry> entries = new ArrayList<>();
    entries.add(new JournalEntry.Arrival(images(0, 24), images(0, 10)));
    // p9 is answered early, because a page reached it. It belongs to the last fifth.
    entries.add(page(1, Kind.AUDIT, 0, List.of("p9.png")));
    assertThat(audit(entries)).isEmpty();
    entries.add(page(2, Kind.AUDIT, 1, images(0, 3)));
    assertThat(audit(entries)).containsExactlyInAnyOrder("p0.png", "p1.png");
    entries.add(new JournalEntry.Draw(images(20, 24)));
    entries.add(page(3, Kind.MORE_AUDIT, 1, images(20, 24)));
    assertThat(audit(entries)).containsExactlyInAnyOrder("p0.png", "p1.png");
    entries.add(page(4, Kind.AUDIT, 1, images(3, 9)));
    assertThat(audit(entries)).containsExactlyInAnyOrderElementsOf(images(0, 10));
    entries.add(new JournalEntry.Undo(4, null, null));
    assertThat(audit(entries)).containsExactlyInAnyOrder("p0.png", "p1.png");
  }

  @Test
  void anImageOfNoClassMeasuresButTrainsNothing() throws Exception {
    List<JournalEntry> entries = new ArrayList<>();
    entries.add(new JournalEntry.Arrival(images(0, 2), images(0, 2)));
    entries.add(page(1, Kind.AUDIT, JournalEntry.NONE, List.of("p0.png")));
    entries.add(page(2, Kind.AUDIT, 0, List.of("p1.png")));
    assertThat(audit(entries)).containsExactly("p1.png");
  }
}
