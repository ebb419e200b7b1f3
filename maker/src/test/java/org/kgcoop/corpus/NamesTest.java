package org.kgcoop.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NamesTest {

  private static final Names PLAIN = new Names(List.of(), List.of(), Set.of("sun", "chart"));

  private static String caption(String name) {
    return PLAIN.clean(name).caption();
  }

  @Test
  void wordsOfTheNameAreTheCaption() {
    assertThat(caption("calendar-check")).isEqualTo("calendar check");
    assertThat(caption("arrow_up_left")).isEqualTo("arrow up left");
  }

  @Test
  void numbersAndSizesAreNoWords() {
    assertThat(caption("home-24px")).isEqualTo("home");
    assertThat(caption("note3")).isEqualTo("note");
    assertThat(caption("dice-2")).isEqualTo("dice");
    assertThat(caption("3d-glasses")).isEqualTo("3d glasses");
  }

  @Test
  void wordsOfStyleAtTheEndAreCutAndKeptAsStyle() {
    Names.Cleaned cleaned = PLAIN.clean("home-alt-filled");
    assertThat(cleaned.caption()).isEqualTo("home");
    assertThat(cleaned.style()).containsExactly("filled");
  }

  @Test
  void oneWordAlwaysRemains() {
    assertThat(caption("outline")).isEqualTo("outline");
    assertThat(caption("filled-outline")).isEqualTo("filled");
  }

  @Test
  void wordThatMayBeContentIsCutOnlyWhereTheSetHasTheDrawingWithoutIt() {
    assertThat(caption("traffic-light")).isEqualTo("traffic light");
    assertThat(caption("sun-light")).isEqualTo("sun");
  }

  @Test
  void longestDeclaredSuffixIsCutFirst() {
    Names names =
        new Names(List.of("bold", "bold-duotone", "20-filled"), List.of("sharp"), Set.of());
    assertThat(names.clean("heart-bold-duotone").caption()).isEqualTo("heart");
    assertThat(names.clean("heart-bold-duotone").style()).containsExactly("bold", "duotone");
    assertThat(names.clean("sharp-heart").style()).containsExactly("sharp");
    assertThat(names.clean("heart-20-filled").stem()).isEqualTo("heart");
  }

  @Test
  void leadingWordsOfOldSetsAreCut() {
    assertThat(caption("ios-alarm")).isEqualTo("alarm");
    assertThat(caption("bxs-dryer")).isEqualTo("dryer");
  }
}
