package org.kgcoop.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("system")
class HonestyTest {
  @TempDir Path out;

  @Test
  void aFinishedRunIsALineAndIsNotRepeatedAndAnIncompleteLineIs() throws IOException {
    Honesty.Settings settings =
        new Honesty.Settings(
            List.of(Situation.WRONG_10, Situation.UNSEEN_SIMILAR),
            List.of("tuning"),
            List.of(3),
            List.of(1L),
            5,
            Honesty.Methods.QUICK,
            true);
    List<HonestyRun> runs = Honesty.run(out, settings);
    assertThat(runs).hasSize(2);
    HonestyRun planted = runs.get(0);
    assertThat(planted.images()).isEqualTo(15);
    assertThat(planted.labels().wrong()).isEqualTo(2); // 10 % of 15, rounded
    assertThat(planted.candidates()).allMatch(each -> !Double.isNaN(each.measured()));
    assertThat(planted.lostByChoice()).isGreaterThanOrEqualTo(0);
    assertThat(runs.get(1).promises())
        .extracting(HonestyRun.Promise::of)
        .containsExactly(HonestyRun.Promise.LIKE_THESE, HonestyRun.Promise.UNSEEN);
    assertThat(runs.get(1).regret()).isFalse();
    Path results = out.resolve(Honesty.RESULTS);
    assertThat(Honesty.read(results)).isEqualTo(runs);
    assertThat(out.resolve("runs")).isEmptyDirectory();

    byte[] before = Files.readAllBytes(results);
    assertThat(Honesty.run(out, settings)).isEqualTo(runs);
    assertThat(results).hasBinaryContent(before);

    String lines = Files.readString(results);
    Files.writeString(results, lines.substring(0, lines.length() - 10)); // its writer was killed
    List<HonestyRun> again = Honesty.run(out, settings);
    assertThat(again.get(1).promises()).isEqualTo(runs.get(1).promises());
    assertThat(Honesty.read(results)).isEqualTo(again);
  }
}
