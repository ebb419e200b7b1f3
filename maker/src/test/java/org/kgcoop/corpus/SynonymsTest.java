package org.kgcoop.corpus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class SynonymsTest {

  private static final Synonyms SOME =
      new Synonyms(
          List.of(
              "envelope: mail, email",
              "plus: add",
              "shopping cart: cart",
              "droplet: water drop | drop"));

  @Test
  void synonymBecomesTheCanonicalName() {
    assertThat(SOME.canonical("mail")).isEqualTo("envelope");
    assertThat(SOME.canonical("something else")).isEqualTo("something else");
  }

  @Test
  void namesOfSeveralThingsAreMappedWordByWord() {
    assertThat(SOME.canonical("mail add")).isEqualTo("envelope plus");
    assertThat(SOME.canonical("add to cart")).isEqualTo("plus to shopping cart");
  }

  @Test
  void canonicalNameStaysAsItIs() {
    assertThat(SOME.canonical("shopping cart plus")).isEqualTo("shopping cart plus");
  }

  @Test
  void wordAfterTheBarIsASynonymOnlyAlone() {
    assertThat(SOME.canonical("drop")).isEqualTo("droplet");
    assertThat(SOME.canonical("arrow drop down")).isEqualTo("arrow drop down");
    assertThat(SOME.canonical("water drop plus")).isEqualTo("droplet plus");
  }

  @Test
  void nameWithTwoMeaningsIsRefused() {
    assertThatThrownBy(() -> new Synonyms(List.of("home: house", "building: house")))
        .hasMessageContaining("\"house\" is both");
  }

  @Test
  void ownListHoldsTogether() {
    assertThat(Synonyms.standard().canonical("garbage can")).isEqualTo("trash");
    for (String noun : Resources.lines("nouns.txt")) {
      assertThat(Synonyms.standard().canonical(noun)).isEqualTo(noun);
    }
  }
}
