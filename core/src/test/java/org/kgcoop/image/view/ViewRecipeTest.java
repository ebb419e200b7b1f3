package org.kgcoop.image.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kgcoop.KgCoopException;
import org.kgcoop.image.RgbImage;

class ViewRecipeTest {
  private static final int SIZE = 8;
  private static final Transform TRANSFORM = new Transform(Preprocessing.clip(SIZE));
  private static final RgbImage IMAGE = TransformTest.noise(20, 14, 3);

  private static RgbImage view(ViewRecipe recipe, long seed, long number, String key) {
    return recipe.view(seed, number, key, IMAGE, TRANSFORM);
  }

  static List<ViewRecipe> recipes() {
    return List.of(
        new ViewRecipe(new RandomResizedCrop(0.3, 0.9), false),
        new ViewRecipe(null, true),
        ViewRecipe.PUBLISHED);
  }

  @ParameterizedTest
  @MethodSource("recipes")
  void aViewIsAPureFunctionOfSeedNumberAndImage(ViewRecipe recipe) {
    Set<RgbImage> seen = new HashSet<>();
    for (int number = 0; number < 12; number++) {
      RgbImage view = view(recipe, 1, number, "a.png");
      assertThat(view(recipe, 1, number, "a.png")).isEqualTo(view);
      assertThat(view.width()).isEqualTo(SIZE);
      assertThat(view.height()).isEqualTo(SIZE);
      seen.add(view);
      seen.add(view(recipe, 2, number, "a.png"));
      seen.add(view(recipe, 1, number, "b.png"));
    }
    assertThat(seen).hasSizeGreaterThan(1);
  }

  @Test
  void filesNameTheChangesWithTheirNumbers() {
    assertThat(ViewRecipe.PUBLISHED.id()).isEqualTo("random_resized_crop(0.08,1.0),random_flip");
    assertThat(new ViewRecipe(null, true).id()).isEqualTo("random_flip");
    assertThat(ViewRecipe.NONE.id()).isEqualTo("none");
  }

  @Test
  void withoutACropTheWholeImageIsSquashed() {
    RgbImage squashed = TRANSFORM.train(IMAGE, IMAGE.whole());
    assertThat(view(ViewRecipe.NONE, 1, 0, "a")).isEqualTo(squashed);
    Set<RgbImage> flips = new HashSet<>();
    for (int number = 0; number < 20; number++) {
      flips.add(view(new ViewRecipe(null, true), 1, number, "a"));
    }
    assertThat(flips).containsExactlyInAnyOrder(squashed, squashed.flipped());
  }

  @Test
  void rejectsImpossibleCrops() {
    assertThatThrownBy(() -> new RandomResizedCrop(0.5, 0.1))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("rising order");
  }
}
