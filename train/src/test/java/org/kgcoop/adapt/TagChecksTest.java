package org.kgcoop.adapt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.runs.TagRecord.Check;
import org.kgcoop.tags.LearnedTag;
import org.kgcoop.tags.TagMeasurement.By;

class TagChecksTest {
  private static final int WISH = 80;
  private static final List<String> REACHED =
      IntStream.range(0, 100).mapToObj("photos/%03d.jpg"::formatted).toList();

  @TempDir Path folder;

  private static LearnedTag tag(String name, double threshold) {
    return new LearnedTag(name, threshold, By.BELOW, 40, 43, 50, false);
  }

  private TagChecks drawn(LearnedTag tag) {
    return TagChecks.read(folder).drawn(tag, REACHED, 1);
  }

  /** Writes answers into the first rows. */
  private TagChecks answered(String... answers) throws IOException {
    Path file = folder.resolve(TagChecks.FILE);
    List<String> lines = new ArrayList<>(Files.readAllLines(file));
    for (int i = 0; i < answers.length; i++) {
      lines.set(i + 1, lines.get(i + 1).replaceFirst(",[^,]*,([^,]*)$", "," + answers[i] + ",$1"));
    }
    Files.write(file, lines);
    return TagChecks.read(folder);
  }

  private static String[] times(int count, String answer) {
    return IntStream.range(0, count).mapToObj(i -> answer).toArray(String[]::new);
  }

  @Test
  void drawsThirtyDifferentImagesBySeedAndTag() {
    TagChecks one = drawn(tag("beach", 0.5));
    assertThat(one.rows()).hasSize(30).extracting(TagChecks.Row::image).doesNotHaveDuplicates();
    assertThat(REACHED).containsAll(one.rows().stream().map(TagChecks.Row::image).toList());
    TagChecks both = drawn(tag("people", 0.5));
    assertThat(both.rows()).hasSize(60);
    assertThat(both.rows().subList(0, 30)).isEqualTo(one.rows());
    assertThat(images(both, 30)).isNotEqualTo(images(one, 0));
    assertThat(TagChecks.read(folder)).isEqualTo(both);
  }

  private static List<String> images(TagChecks checks, int from) {
    return checks.rows().subList(from, from + 30).stream().map(TagChecks.Row::image).toList();
  }

  @Test
  void thirtyYesAdmitTheTagWithNinetyOfHundred() throws IOException {
    LearnedTag tag = tag("beach", 0.5);
    TagChecks unused = drawn(tag);
    TagChecks almost = answered(times(29, "yes"));
    assertThat(almost.applied(tag, WISH)).isSameAs(tag);
    assertThat(almost.of(tag, WISH).map(check -> check.open().size())).hasValue(1);
    String[] words = times(30, "Y");
    words[7] = "1";
    words[8] = " YES ";
    LearnedTag admitted = answered(words).applied(tag, WISH);
    assertThat(admitted.by()).isEqualTo(By.CHECKED);
    assertThat(admitted.promise()).isEqualTo(90);
    words[0] = "no";
    words[1] = "N";
    assertThat(answered(words).applied(tag, WISH).promise()).isEqualTo(80);
    words[2] = "0";
    assertThat(answered(words).applied(tag, WISH)).isSameAs(tag);
    assertThat(answered(words).applied(tag, 75).promise()).isEqualTo(76);
  }

  @Test
  void theThirdNoEndsACheck() throws IOException {
    LearnedTag tag = tag("beach", 0.5);
    TagChecks unused = drawn(tag);
    assertThat(answered("no", "no").of(tag, WISH).map(Check::open).orElseThrow()).hasSize(28);
    TagChecks lost = answered("no", "no", "yes", "no");
    assertThat(lost.of(tag, WISH)).hasValue(new Check(30, 1, 3, List.of()));
    assertThat(lost.of(tag, 70).map(Check::open).orElseThrow()).hasSize(26);
    assertThat(lost.applied(tag, WISH)).isSameAs(tag);
  }

  @Test
  void aCheckCountsForItsThresholdOnly() throws IOException {
    LearnedTag tag = tag("beach", 0.5);
    TagChecks unused = drawn(tag);
    TagChecks all = answered(times(30, "yes"));
    LearnedTag moved = tag("beach", 0.500002);
    assertThat(all.applied(moved, WISH)).isSameAs(moved);
    assertThat(all.of(moved, WISH)).isEqualTo(Optional.empty());
    assertThat(all.outdated(List.of(moved, tag("people", 1)))).containsExactly("beach");
    assertThat(all.outdated(List.of(tag))).isEmpty();
    TagChecks both = all.drawn(moved, REACHED, 1);
    assertThat(both.of(moved, WISH).map(Check::open).orElseThrow()).hasSize(30);
    assertThat(both.outdated(List.of(moved))).isEmpty();
    assertThat(both.applied(tag, WISH).by()).isEqualTo(By.CHECKED); // nobody draws it again
  }

  @Test
  void aSpreadsheetMayShortenTheThresholdAndNamesMayContainAnything() throws IOException {
    LearnedTag tag = tag("=1+\"a\", b|\n🏖️", 0.5);
    TagChecks drawn = drawn(tag);
    String text = Files.readString(drawn.file());
    assertThat(text).contains("\"'=1+").contains("0.500000");
    Files.writeString(
        drawn.file(), "\ufeff" + text.replace("0.500000", "0.5").replace(",,", ",yes,"));
    assertThat(TagChecks.read(folder).applied(tag, WISH).by()).isEqualTo(By.CHECKED);
    assertThat(TagChecks.read(folder).outdated(List.of(tag))).isEmpty();
  }

  @Test
  void aSpreadsheetMayWriteSemicolonsAndDecimalCommas() throws IOException {
    LearnedTag tag = tag("beach", 0.25);
    TagChecks drawn = drawn(tag);
    String text = Files.readString(drawn.file()).replace(',', ';').replace(";;", ";yes;");
    Files.writeString(drawn.file(), text.replace("0.250000", "0,25"));
    assertThat(TagChecks.read(folder).applied(tag, WISH).by()).isEqualTo(By.CHECKED);
  }

  @Test
  void refusesOtherAnswersAndFiles() throws IOException {
    TagChecks drawn = drawn(tag("beach", 0.5));
    String text = Files.readString(drawn.file());
    assertThatThrownBy(() -> answered("yes", "perhaps"))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("checks.csv, line 3: the answer is 'perhaps'; expected yes or no");
    for (String other :
        List.of(
            text.replace(",", "\t"),
            text.replace("0.500000", "many"),
            text.replace("beach", ""),
            text.substring(0, text.length() / 2))) {
      Files.writeString(drawn.file(), other);
      assertThatThrownBy(() -> TagChecks.read(folder))
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining("checks.csv")
          .hasMessageContaining("expected");
    }
  }

  @Test
  void aDeletedOrRepeatedRowIsNoCheck() throws IOException {
    TagChecks drawn = drawn(tag("beach", 0.5));
    List<String> lines = Files.readAllLines(drawn.file());
    Files.write(drawn.file(), lines.subList(0, 30));
    assertThatThrownBy(() -> TagChecks.read(folder))
        .hasMessageContaining("29 rows with beach; expected 30 different images");
    List<String> twice = new ArrayList<>(lines);
    twice.set(30, lines.get(1));
    Files.write(drawn.file(), twice);
    assertThatThrownBy(() -> TagChecks.read(folder)).hasMessageContaining("30 different images");
  }

  @Test
  void aCheckNeedsThirtyImages() {
    TagChecks none = TagChecks.read(folder);
    assertThatThrownBy(() -> none.drawn(tag("beach", 0.5), REACHED.subList(0, 29), 1))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("--check beach: 29 images of this folder would get the tag");
    assertThat(none.file()).doesNotExist();
  }
}
