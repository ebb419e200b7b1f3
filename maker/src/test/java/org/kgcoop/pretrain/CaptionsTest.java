package org.kgcoop.pretrain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.kgcoop.pretrain.Look.Company;
import org.kgcoop.pretrain.Look.Effect;
import org.kgcoop.pretrain.Look.Place;
import org.kgcoop.pretrain.Look.Texture;
import org.kgcoop.pretrain.Look.Turn;

class CaptionsTest {
  private static final int DRAWS = 200;
  private static final Corpus.Entry CAT =
      new Corpus.Entry(
          List.of("cat", "kitten"),
          0,
          List.of("outline"),
          List.of("animal"),
          true,
          true,
          new byte[0]);
  private static final Corpus.Entry DOG =
      new Corpus.Entry(List.of("dog"), 1, List.of(), List.of(), true, true, new byte[0]);

  private static Look look(
      Color ink, Color ground, Texture texture, Set<Effect> effects, Turn turn, Place place) {
    return new Look(ink, ground, texture, effects, turn, place, Company.ALONE);
  }

  private static void everyCaptionSays(Look look, List<String> anyOf) {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < DRAWS; i++) {
      assertThat(Captions.composed(CAT, DOG, look, true, random))
          .containsAnyOf(anyOf.toArray(new String[0]));
    }
  }

  @Test
  void bareCaptionsAreNames() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < DRAWS; i++) {
      assertThat(Captions.bare(CAT, random)).isIn("cat", "kitten", "cat.", "kitten.");
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyEffectIsSaid(Effect effect) {
    everyCaptionSays(
        look(Color.BLACK, Color.WHITE, Texture.PLAIN, Set.of(effect), Turn.UPRIGHT, Place.ALL),
        effect.words);
  }

  @Test
  void colorsTextureTurnAndPlaceAreSaid() {
    Look look = look(Color.RED, Color.YELLOW, Texture.STRIPED, Set.of(), Turn.LEFT, Place.TOP_LEFT);
    everyCaptionSays(look, List.of("red"));
    everyCaptionSays(look, List.of("striped yellow ground", "striped yellow background"));
    everyCaptionSays(look, Turn.LEFT.words);
    everyCaptionSays(look, Place.TOP_LEFT.words);
    everyCaptionSays(look, List.of("small", "tiny"));
  }

  @Test
  void companyIsSaid() {
    for (Company company : List.of(Company.BESIDE, Company.SMALL)) {
      everyCaptionSays(
          new Look(
              Color.BLACK, Color.WHITE, Texture.PLAIN, Set.of(), Turn.UPRIGHT, Place.ALL, company),
          List.of("dog"));
    }
  }

  @Test
  void nothingIsSaidThatIsNotTrue() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < DRAWS; i++) {
      String caption = Captions.composed(CAT, null, Look.ORDINARY, i % 2 == 0, random);
      assertThat(caption)
          .containsAnyOf("cat", "kitten")
          .doesNotContain("inverted", "turned", "striped", "red", "small", "dog");
    }
  }

  @Test
  void articlesFitTheirWord() {
    assertThat(Captions.article("orange cat")).isEqualTo("an");
    assertThat(Captions.article("cat")).isEqualTo("a");
  }
}
