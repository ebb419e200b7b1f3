package org.kgcoop.pretrain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.kgcoop.pretrain.Look.Company;
import org.kgcoop.pretrain.Look.Effect;
import org.kgcoop.pretrain.Look.Place;
import org.kgcoop.pretrain.Look.Texture;
import org.kgcoop.pretrain.Look.Turn;

/** Tests that each word of a caption about the look of a drawing is visible in the image. */
class RendererTest {
  private static final int SIZE = 32;
  private static final int CLEARLY = 40; // of 255

  /** An L with strokes of five pixels. It differs from all its rotations and mirror images. */
  private static final Corpus.Entry DRAWING = drawing(true);

  private static Corpus.Entry drawing(boolean tint) {
    byte[] ink = new byte[SIZE * SIZE * (tint ? 1 : 3)];
    for (int y = 0; y < SIZE; y++) {
      for (int x = 0; x < SIZE; x++) {
        boolean upright = x >= 6 && x < 11 && y >= 6 && y < 26;
        boolean inked = upright || (y >= 21 && y < 26 && x >= 6 && x < 20);
        if (inked && tint) {
          ink[y * SIZE + x] = (byte) 255;
        } else if (inked) {
          ink[3 * (y * SIZE + x) + 1] = (byte) 200; // 255, 55, 255
        }
      }
    }
    return new Corpus.Entry(List.of("corner"), 0, List.of(), List.of(), tint, true, ink);
  }

  private static byte[] render(Corpus.Entry entry, Look look, int channels) {
    byte[] out = new byte[SIZE * SIZE * channels];
    new Renderer(SIZE, channels).render(entry, entry, look, Jitter.NONE, out, 0);
    return out;
  }

  private static byte[] render(Look look) {
    return render(DRAWING, look, 3);
  }

  private static Look with(Effect effect) {
    return look(Color.BLACK, Color.WHITE, Texture.PLAIN, Set.of(effect), Turn.UPRIGHT, Place.ALL);
  }

  private static Look look(
      Color ink, Color ground, Texture texture, Set<Effect> effects, Turn turn, Place place) {
    return new Look(ink, ground, texture, effects, turn, place, Company.ALONE);
  }

  private static int at(byte[] image, int x, int y, int channel) {
    return image[3 * (y * SIZE + x) + channel] & 0xff;
  }

  /** Counts the pixels whose green value differs clearly. */
  private static int differing(byte[] a, byte[] b) {
    int count = 0;
    for (int y = 0; y < SIZE; y++) {
      for (int x = 0; x < SIZE; x++) {
        count += Math.abs(at(a, x, y, 1) - at(b, x, y, 1)) > CLEARLY ? 1 : 0;
      }
    }
    return count;
  }

  /** Returns the total darkness, which is 0 for a white image. */
  private static long ink(byte[] image) {
    long sum = 0;
    for (byte sample : image) {
      sum += 255 - (sample & 0xff);
    }
    return sum;
  }

  @Test
  void theOrdinaryLookIsTheDrawingItself() {
    byte[] image = render(Look.ORDINARY);
    for (int i = 0; i < SIZE * SIZE; i++) {
      assertThat(image[3 * i] & 0xff).isEqualTo(255 - (DRAWING.pixels()[i] & 0xff));
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyEffectIsSeen(Effect effect) {
    assertThat(differing(render(with(effect)), render(Look.ORDINARY))).isGreaterThan(20);
  }

  @Test
  void effectsDoWhatTheirWordsSay() {
    long ordinary = ink(render(Look.ORDINARY));
    assertThat(ink(render(with(Effect.THICK)))).isGreaterThan(ordinary * 5 / 4);
    assertThat(ink(render(with(Effect.THIN)))).isLessThan(ordinary * 3 / 4);
    assertThat(ink(render(with(Effect.FAINT)))).isLessThan(ordinary / 2);
    assertThat(ink(render(with(Effect.HATCHED)))).isLessThan(ordinary * 3 / 4);
    byte[] inverted = render(with(Effect.INVERTED));
    byte[] upright = render(Look.ORDINARY);
    for (int i = 0; i < inverted.length; i++) {
      assertThat(inverted[i] & 0xff).isEqualTo(255 - (upright[i] & 0xff));
    }
    byte[] pixelated = render(with(Effect.PIXELATED));
    for (int y = 0; y < SIZE; y++) {
      for (int x = 0; x < SIZE; x++) {
        assertThat(at(pixelated, x, y, 0)).isEqualTo(at(pixelated, x / 4 * 4, y / 4 * 4, 0));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(value = Turn.class, names = "UPRIGHT", mode = EnumSource.Mode.EXCLUDE)
  void turnsMoveEveryPixelByQuarters(Turn turn) {
    byte[] turned =
        render(look(Color.BLACK, Color.WHITE, Texture.PLAIN, Set.of(), turn, Place.ALL));
    byte[] upright = render(Look.ORDINARY);
    int last = SIZE - 1;
    for (int y = 0; y < SIZE; y++) {
      for (int x = 0; x < SIZE; x++) {
        int expected =
            switch (turn) {
              case LEFT -> at(upright, last - y, x, 0); // the right side is now at the top
              case RIGHT -> at(upright, y, last - x, 0); // the left side is now at the top
              default -> at(upright, last - x, last - y, 0);
            };
        assertThat(at(turned, x, y, 0))
            .isCloseTo(expected, org.assertj.core.api.Assertions.within(2));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(value = Place.class, names = "ALL", mode = EnumSource.Mode.EXCLUDE)
  void aSmallDrawingStandsInItsPlace(Place place) {
    byte[] image =
        render(look(Color.BLACK, Color.WHITE, Texture.PLAIN, Set.of(), Turn.UPRIGHT, place));
    double x = 0;
    double y = 0;
    double sum = 0;
    for (int v = 0; v < SIZE; v++) {
      for (int u = 0; u < SIZE; u++) {
        double dark = 255 - at(image, u, v, 0);
        x += dark * (u - SIZE / 2.0);
        y += dark * (v - SIZE / 2.0);
        sum += dark;
      }
    }
    assertThat(sum).isGreaterThan(0).isLessThan(ink(render(Look.ORDINARY)) / 3.0 / 2);
    assertThat(Math.round(x / sum / 8)).as("horizontal position").isEqualTo(place.x);
    assertThat(Math.round(y / sum / 8)).as("vertical position").isEqualTo(place.y);
  }

  @ParameterizedTest
  @EnumSource(value = Texture.class, names = "PLAIN", mode = EnumSource.Mode.EXCLUDE)
  void texturesChangeTheGroundAlone(Texture texture) {
    byte[] image =
        render(look(Color.BLACK, Color.YELLOW, texture, Set.of(), Turn.UPRIGHT, Place.ALL));
    byte[] plain =
        render(look(Color.BLACK, Color.YELLOW, Texture.PLAIN, Set.of(), Turn.UPRIGHT, Place.ALL));
    assertThat(differing(image, plain)).isGreaterThan(SIZE * SIZE / 8);
    for (int i = 0; i < SIZE * SIZE; i++) {
      if (DRAWING.pixels()[i] == (byte) 255) {
        assertThat(image[3 * i]).isEqualTo(plain[3 * i]);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void inkAndGroundHaveTheirColors(Color color) {
    byte[] ink = render(look(color, Color.WHITE, Texture.PLAIN, Set.of(), Turn.UPRIGHT, Place.ALL));
    byte[] ground =
        render(look(Color.BLACK, color, Texture.PLAIN, Set.of(), Turn.UPRIGHT, Place.ALL));
    for (int channel = 0; channel < 3; channel++) {
      assertThat(at(ink, 8, 15, channel)).isEqualTo(color.sample(channel));
      assertThat(at(ground, 0, 0, channel)).isEqualTo(color.sample(channel));
    }
  }

  @Test
  void companyIsSeen() {
    List<byte[]> images = new ArrayList<>();
    for (Company company : Company.values()) {
      images.add(
          render(
              new Look(
                  Color.BLACK,
                  Color.WHITE,
                  Texture.PLAIN,
                  Set.of(),
                  Turn.UPRIGHT,
                  Place.ALL,
                  company)));
    }
    assertThat(differing(images.get(0), images.get(1))).isGreaterThan(40);
    assertThat(differing(images.get(0), images.get(2))).isGreaterThan(40);
    assertThat(differing(images.get(1), images.get(2))).isGreaterThan(40);
  }

  @Test
  void aColoredDrawingKeepsItsColors() {
    byte[] image = render(drawing(false), Look.ORDINARY, 3);
    assertThat(at(image, 8, 15, 0)).isEqualTo(255);
    assertThat(at(image, 8, 15, 1)).isEqualTo(55);
    byte[] grey = render(drawing(false), Look.ORDINARY, 1);
    assertThat(grey[15 * SIZE + 8] & 0xff).isEqualTo((int) Math.round(255 - 0.587 * 200));
    assertThat(Arrays.equals(render(DRAWING, Look.ORDINARY, 1), grey)).isFalse();
  }
}
