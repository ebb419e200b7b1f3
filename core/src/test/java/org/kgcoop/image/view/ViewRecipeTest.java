package org.kgcoop.image.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.commons.rng.core.source64.SplitMix64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
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

  private static RgbImage grey(int... levels) {
    byte[] rgb = new byte[3 * levels.length];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) levels[i / 3];
    }
    return new RgbImage(levels.length, 1, rgb);
  }

  private static List<Integer> reds(RgbImage image) {
    return IntStream.range(0, image.width()).mapToObj(x -> image.sample(x, 0, 0)).toList();
  }

  static List<ViewStep> steps() {
    return List.of(
        new ViewStep.RandomCrop(2),
        new ViewStep.RandomResizedCrop(0.3, 0.9),
        new ViewStep.RandomFlip(),
        new ViewStep.RandAugment(2, 10),
        new ViewStep.ColorJitter(0.4, 0.4, 0.4, 0.1),
        new ViewStep.RandomGray(0.5),
        new ViewStep.GaussianBlur(21, 0.5),
        new ViewStep.Cutout(1, 4));
  }

  @ParameterizedTest
  @MethodSource("steps")
  void aViewIsAPureFunctionOfSeedNumberAndImage(ViewStep step) {
    ViewRecipe recipe = new ViewRecipe(List.of(step));
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
  void theStepsAreAppliedInOneOrder() {
    ViewRecipe recipe =
        new ViewRecipe(List.of(new ViewStep.Cutout(1, 4), new ViewStep.RandomGray(1)));
    assertThat(recipe.id()).isEqualTo("randomgrayscale(1.0),cutout(1,4)");
    assertThat(ViewRecipe.PUBLISHED.id()).isEqualTo("random_resized_crop(0.08,1.0),random_flip");
    assertThat(ViewRecipe.NONE.id()).isEqualTo("none");
    assertThatThrownBy(
            () -> new ViewRecipe(List.of(new ViewStep.RandomFlip(), new ViewStep.RandomFlip())))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("expected each once");
    assertThatThrownBy(
            () ->
                new ViewRecipe(
                    List.of(new ViewStep.RandomCrop(4), new ViewStep.RandomResizedCrop(0.1, 1))))
        .hasMessageContaining("not both");
  }

  @Test
  void withoutACropTheWholeImageIsSquashed() {
    assertThat(view(ViewRecipe.NONE, 1, 0, "a")).isEqualTo(TRANSFORM.train(IMAGE, IMAGE.whole()));
  }

  @Test
  void aRandomCropIsASquareOfTheImageAsItIsOrOfItsFrame() {
    // Four pixels in a row, with a padding of one, have 3 x 6 positions. A crop is a square of two.
    RgbImage image = grey(10, 20, 30, 40);
    Transform two = new Transform(Preprocessing.clip(2));
    ViewRecipe recipe = new ViewRecipe(List.of(new ViewStep.RandomCrop(1)));
    Set<List<Integer>> seen = new HashSet<>();
    for (int number = 0; number < 300; number++) {
      RgbImage view = recipe.view(1, number, "a", image, two);
      assertThat(view.width()).isEqualTo(2);
      assertThat(view.height()).isEqualTo(2);
      seen.add(
          List.of(
              view.sample(0, 0, 0),
              view.sample(1, 0, 0),
              view.sample(0, 1, 0),
              view.sample(1, 1, 0)));
    }
    Set<List<Integer>> expected = new HashSet<>();
    int[] row = {0, 10, 20, 30, 40, 0};
    for (int left = 0; left < 5; left++) {
      expected.add(List.of(0, 0, row[left], row[left + 1]));
      expected.add(List.of(row[left], row[left + 1], 0, 0));
    }
    assertThat(seen).isEqualTo(expected);
  }

  @Test
  void rejectsAnImageThatIsSmallerThanARandomCrop() {
    ViewRecipe recipe = new ViewRecipe(List.of(new ViewStep.RandomCrop(1)));
    Transform large = new Transform(Preprocessing.clip(17)); // with padding, the image has 22 x 16
    assertThatThrownBy(() -> recipe.view(1, 1, "cat/1.png", IMAGE, large))
        .isInstanceOf(KgCoopException.class)
        .hasMessageStartingWith("cat/1.png: 20 x 14 pixels")
        .hasMessageContaining("random_resized_crop");
  }

  @Test
  void viewsOfARandomCropAreNotTakenForThoseOfAScaledImage() {
    assertThat(new ViewStep.RandomCrop(4).id()).isEqualTo("random_crop(4)");
    assertThat(new ViewStep.RandomCrop(4).name()).isEqualTo("random_crop");
  }

  @Test
  void cutoutBlacksASquare() {
    RgbImage white = grey(255, 255, 255, 255, 255, 255, 255, 255);
    SplitMix64 random = new SplitMix64(1);
    Set<Integer> lengths = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      long black =
          reds(new ViewStep.Cutout(1, 4).apply(white, random)).stream().filter(r -> r == 0).count();
      lengths.add((int) black);
    }
    assertThat(lengths).containsExactlyInAnyOrder(2, 3, 4); // smaller at the edges
  }

  @Test
  void probabilitiesHold() {
    RgbImage colors = TransformTest.noise(4, 4, 1);
    SplitMix64 random = new SplitMix64(5);
    int grey = 0;
    int blurred = 0;
    for (int i = 0; i < 2000; i++) {
      grey += new ViewStep.RandomGray(0.2).apply(colors, random).equals(colors) ? 0 : 1;
      blurred += new ViewStep.GaussianBlur(5, 0.5).apply(colors, random).equals(colors) ? 0 : 1;
    }
    assertThat(grey).isCloseTo(400, within(80)); // standard deviation 18
    assertThat(blurred).isBetween(800, 1050); // 1000, but the weakest blurs change nothing
  }

  @Test
  void enhancementsBlendWithTheirReferenceImage() {
    // Brightness mixes with black: 100 * 1.5, and 200 * 1.5 limited to 255.
    assertThat(reds(PixelOperations.brightness(grey(0, 100, 200), 1.5)))
        .containsExactly(0, 150, 255);
    // Contrast mixes with the mean 100: 100 + 0.5 (level - 100).
    assertThat(reds(PixelOperations.contrast(grey(0, 100, 200), 0.5)))
        .containsExactly(50, 100, 150);
    // Saturation: red (255, 0, 0) has the luma (255 * 19595 + 32768) >> 16 = 76.
    RgbImage red = new RgbImage(1, 1, new byte[] {(byte) 255, 0, 0});
    assertThat(PixelOperations.saturation(red, 0))
        .isEqualTo(new RgbImage(1, 1, new byte[] {76, 76, 76}));
    // A third of the hue circle changes red to green.
    assertThat(PixelOperations.hue(red, 1 / 3.0))
        .isEqualTo(new RgbImage(1, 1, new byte[] {0, (byte) 255, 0}));
    // Sharpness 0 smooths: the middle of 3 x 3 blacks is 5 * 130 / 13.
    byte[] dot = new byte[27];
    Arrays.fill(dot, 12, 15, (byte) 130);
    assertThat(PixelOperations.sharpness(new RgbImage(3, 3, dot), 0).sample(1, 1, 0)).isEqualTo(50);
  }

  @Test
  void levelsAreMappedAsByPillow() {
    // Autocontrast: (level - 50) * 255 / 100.
    assertThat(reds(PixelOperations.autoContrast(grey(50, 100, 150)))).containsExactly(0, 127, 255);
    assertThat(reds(PixelOperations.autoContrast(grey(7, 7)))).containsExactly(7, 7);
    assertThat(reds(PixelOperations.posterized(grey(255, 100, 17), 4)))
        .containsExactly(240, 96, 16);
    assertThat(reds(PixelOperations.solarized(grey(127, 128, 255), 128)))
        .containsExactly(127, 127, 0);
    // Equalize 255 pixels at level 10 and 255 at level 20. The step is (510 - 255) / 255 = 1. No
    // pixel is below 10, and 255 are below 20.
    int[] levels = new int[510];
    Arrays.fill(levels, 0, 255, 10);
    Arrays.fill(levels, 255, 510, 20);
    RgbImage equal = PixelOperations.equalize(grey(levels));
    assertThat(equal.sample(0, 0, 0)).isEqualTo(0);
    assertThat(equal.sample(509, 0, 0)).isEqualTo(255);
  }

  @Test
  void aBlurKeepsAPlainImageAndSpreadsADot() {
    assertThat(PixelOperations.blur(grey(9, 9, 9), 21, 2)).isEqualTo(grey(9, 9, 9));
    // The weights are exp(-1/2), 1, exp(-1/2) divided by their sum: .2741, .4519, .2741. The image
    // is mirrored above and below.
    assertThat(reds(PixelOperations.blur(grey(0, 0, 200, 0, 0), 3, 1)))
        .containsExactly(0, 55, 90, 55, 0);
  }

  @Test
  void aQuarterTurnGoesAgainstTheClock() {
    RgbImage image = TransformTest.noise(5, 5, 2);
    RgbImage turned = PixelOperations.rotated(image, 90);
    for (int y = 0; y < 5; y++) {
      for (int x = 0; x < 5; x++) {
        assertThat(turned.sample(x, y, 0)).isEqualTo(image.sample(4 - y, x, 0));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(RandAugmentOperation.class)
  void everyOperationWorksOnAnyImageAtAnyStrength(RandAugmentOperation operation) {
    SplitMix64 random = new SplitMix64(1);
    for (double strength : new double[] {0, 0.33, 1}) {
      for (RgbImage image : List.of(IMAGE, grey(3), grey(0, 255))) {
        RgbImage out = operation.apply(image, strength, random);
        assertThat(out.width()).isEqualTo(image.width());
        assertThat(out.height()).isEqualTo(image.height());
      }
    }
    assertThat(operation.apply(IMAGE, 0.33, random)).isNotEqualTo(IMAGE);
  }

  @Test
  void rejectsImpossibleSettings() {
    assertThatThrownBy(() -> new ViewStep.GaussianBlur(4, 0.5)).hasMessageContaining("odd kernel");
    assertThatThrownBy(() -> new ViewStep.RandAugment(2, 31))
        .hasMessage("randaugment: expected magnitude of 0 to 30, got 31");
    assertThatThrownBy(() -> new ViewStep.ColorJitter(0, 0, 0, 0.6)).hasMessageContaining("hue");
    assertThatThrownBy(() -> new ViewStep.RandomResizedCrop(0.5, 0.1))
        .hasMessageContaining("rising order");
  }
}
