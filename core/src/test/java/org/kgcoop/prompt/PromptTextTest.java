package org.kgcoop.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.Tokenizer;
import org.kgcoop.fixtures.TinyClip;

class PromptTextTest {
  private final Clip clip = TinyClip.load();
  private final Tokenizer tokenizer = clip.tokenizer();

  @AfterEach
  void close() {
    clip.close();
  }

  /** Returns the vector (v0, v1, ...) or the token id at each position. */
  private static List<String> shown(PromptText.ClassText row) {
    List<String> shown = new ArrayList<>();
    for (int i = 0; i < row.tokens().size(); i++) {
      int vector = row.vectors().get(i);
      shown.add(vector >= 0 ? "v" + vector : "" + row.tokens().get(i));
    }
    return shown;
  }

  private List<String> ids(String text) {
    return tokenizer.encode(text).stream().map(id -> "" + id).toList();
  }

  private List<String> expected(Object... parts) {
    List<String> row = new ArrayList<>();
    row.add("" + tokenizer.start().get(0));
    for (Object part : parts) {
      if (part instanceof List<?> ids) {
        ids.forEach(id -> row.add(id.toString()));
      } else {
        row.add(part.toString());
      }
    }
    row.add("" + tokenizer.endOfText());
    return row;
  }

  private PromptText text(
      int tokens, String words, ClassTokenPosition position, String... classNames) {
    return PromptText.learned(
        clip, List.of(classNames), new ContextSettings(tokens, words, position, false));
  }

  @Test
  void theVectorsStandBeforeAroundOrAfterTheName() {
    List<String> name = ids("golden retriever");
    List<String> dot = ids(".");
    for (String written : List.of("golden retriever", "golden_retriever")) {
      assertThat(shown(text(3, "", ClassTokenPosition.END, written).texts().get(0)))
          .isEqualTo(expected("v0", "v1", "v2", name, dot));
      // 3 / 2 is rounded down, so one vector is before the name.
      assertThat(shown(text(3, "", ClassTokenPosition.MIDDLE, written).texts().get(0)))
          .isEqualTo(expected("v0", name, "v1", "v2", dot));
      assertThat(shown(text(3, "", ClassTokenPosition.FRONT, written).texts().get(0)))
          .isEqualTo(expected(name, "v0", "v1", "v2", dot));
    }
  }

  @Test
  void putsASingleVectorInFrontIfThePositionIsTheMiddle() {
    assertThat(shown(text(1, "", ClassTokenPosition.MIDDLE, "cat").texts().get(0)))
        .isEqualTo(shown(text(1, "", ClassTokenPosition.FRONT, "cat").texts().get(0)));
  }

  @Test
  void tokensOfTheWordsBeyondOneAWordStayFixedBeforeTheName() {
    // "a type of pet, a photo of a" is 8 words and, here, more tokens.
    List<String> words = ids("a type of pet, a photo of a");
    assertThat(words.size()).isGreaterThan(8);
    List<String> row =
        shown(
            text(10, "a type of pet, a photo of a", ClassTokenPosition.END, "cat").texts().get(0));
    // The 10 vectors are two X and the first 8 tokens of the words. The other tokens stay.
    assertThat(row)
        .isEqualTo(
            expected(
                "v0",
                "v1",
                "v2",
                "v3",
                "v4",
                "v5",
                "v6",
                "v7",
                "v8",
                "v9",
                words.subList(8, words.size()),
                ids("cat"),
                ids(".")));
  }

  @Test
  void punctuationAtTheEndOfANameJoinsTheDot() {
    // The tokenizer splits "U.S.." into u, ., s and .., so it must encode the name with the dot.
    assertThat(shown(text(2, "", ClassTokenPosition.END, "U.S.").texts().get(0)))
        .isEqualTo(expected("v0", "v1", ids("U.S..")));
    // The name has 4 tokens without the dot, so the first 4 tokens move to the front.
    List<String> whole = ids("U.S..");
    int alone = ids("U.S.").size();
    assertThat(shown(text(2, "", ClassTokenPosition.FRONT, "U.S.").texts().get(0)))
        .isEqualTo(
            expected(whole.subList(0, alone), "v0", "v1", whole.subList(alone, whole.size())));
  }

  @Test
  void allClassesShareTheBeginningUpToTheirFirstDifference() {
    assertThat(text(4, "", ClassTokenPosition.END, "cat", "dog").sharedLength()).isEqualTo(5);
    assertThat(text(4, "", ClassTokenPosition.MIDDLE, "cat", "dog").sharedLength()).isEqualTo(3);
    assertThat(text(4, "", ClassTokenPosition.FRONT, "cat", "dog").sharedLength()).isEqualTo(1);
    // The shared part never includes the end-of-text token, even with one class.
    PromptText one = text(4, "", ClassTokenPosition.END, "cat");
    assertThat(one.sharedLength()).isEqualTo(one.texts().get(0).end());
    assertThat(
            PromptText.learned(
                    clip,
                    List.of("cat", "dog"),
                    new ContextSettings(4, "", ClassTokenPosition.END, true))
                .sharedLength())
        .isEqualTo(1);
  }

  @Test
  void aTemplateIsATextWithoutVectors() {
    PromptText text = PromptText.handCrafted(clip, List.of("big_cat"), "{} and {}!");
    assertThat(shown(text.texts().get(0))).isEqualTo(expected(ids("big cat and big cat!")));
    assertThat(text.contextTokens()).isZero();
  }

  @Test
  void aNameThatDoesNotFitIsNamed() {
    String longName = String.join("_", Collections.nCopies(100, "x"));
    for (ClassTokenPosition position : ClassTokenPosition.values()) {
      assertThatThrownBy(() -> text(4, "", position, "cat", longName))
          .isInstanceOf(KgCoopException.class)
          .hasMessageStartingWith("class 'x_x_x_x_x_x_x_x_x_x_x_x_x_x_x_x_x_x_x...': ")
          .hasMessageContaining("has 107 tokens")
          .hasMessageContaining("the model reads 100");
    }
    // 1 + 4 + 93 + 1 + 1 = 100 tokens fit.
    String context = String.join("_", Collections.nCopies(93, "x"));
    assertThat(text(4, "", ClassTokenPosition.END, context).texts().get(0).end()).isEqualTo(99);
  }

  @Test
  void rejectsATemplateWithoutAPlaceForTheName() {
    assertThatThrownBy(() -> PromptText.handCrafted(clip, List.of("cat"), "a photo."))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("expected {}");
  }

  @Test
  void rejectsMoreVectorsThanATextHasTokens() {
    assertThatThrownBy(() -> text(Integer.MAX_VALUE, "", ClassTokenPosition.END, "cat"))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("2147483647 context tokens do not fit");
  }

  @Test
  void rejectsMoreWordsThanVectors() {
    assertThatThrownBy(() -> ContextSettings.shared(3, "a photo of a"))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("are 4, more than the 3");
    assertThat(ContextSettings.shared(4, " a_photo of_a ").words()).isEqualTo("a photo of a");
  }
}
