package org.kgcoop.bench;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.Item;
import org.kgcoop.data.open.EmbeddedDataSets;
import org.kgcoop.image.Images;
import org.kgcoop.image.RgbImage;

/**
 * Images of {@value #SIZE} pixels with one to four embedded drawings, which may overlap, on a
 * background. Each kind of drawing is a tag, and so is each kind of background.
 */
final class TagCollages {
  private static final int SIZE = 128;
  private static final int MOST_DRAWINGS = 4;
  private static final int SMALLEST = 28;
  private static final int LARGEST = 90;
  private static final double MOVEMENT = 0.04; // between the frames of a burst
  private static final double NOISE = 4; // gray levels

  private static final String DARK = "dark";
  private static final String RED = "red";
  private static final String GREEN = "green";
  private static final String STRIPED = "striped";
  private static final List<String> BACKGROUNDS = List.of(DARK, RED, GREEN, STRIPED);

  /** The tags, the most frequent first. */
  private static final List<String> NAMES =
      List.of(
          ("home cloud globe user shop map_pin dark sun car moon microphone red flag calendar"
                  + " building telephone tree striped rocket wallet trash bus umbrella green clock"
                  + " leaf book bicycle airplane anchor")
              .split(" "));

  /** The texts of the tags. */
  static final List<String> TEXTS =
      NAMES.stream()
          .map(
              name ->
                  BACKGROUNDS.contains(name) ? "a " + name + " background" : "an icon of a " + name)
          .toList();

  private final TagPopulation.Drawn drawn;
  private final Map<String, List<BufferedImage>> drawings = new HashMap<>();

  /**
   * A place of a drawing.
   *
   * @param drawing of all of its tag
   * @param size in pixels
   * @param x the position from 0, at the left, to 1, where the drawing still fits
   */
  private record Piece(BufferedImage drawing, int size, double x, double y) {}

  /**
   * The content of an image.
   *
   * @param strength of the color of the background, up to 1
   * @param stripe height of a stripe in pixels
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Scene(boolean[] tags, List<Piece> pieces, double strength, int stripe) {
    private boolean has(String tag) {
      return tags[NAMES.indexOf(tag)];
    }

    /** Returns the scene a moment later. */
    Scene moved(Random random) {
      return new Scene(
          tags,
          pieces.stream()
              .map(
                  piece ->
                      new Piece(
                          piece.drawing,
                          (int)
                              limited(
                                  piece.size * (1 + MOVEMENT * random.nextGaussian()),
                                  SMALLEST,
                                  LARGEST),
                          limited(piece.x + MOVEMENT * random.nextGaussian(), 0, 1),
                          limited(piece.y + MOVEMENT * random.nextGaussian(), 0, 1)))
              .toList(),
          strength,
          stripe);
    }
  }

  /**
   * Reads the drawings.
   *
   * @param model for the correlations of the tags
   */
  TagCollages(Random model) {
    drawn = new TagPopulation.Drawn(model);
    Images images = new Images(line -> {});
    for (String name : List.of("objects", "places")) {
      DataSet set = EmbeddedDataSets.open(name, DataSetOptions.defaults(line -> {}));
      Stream.of(set.train(), set.val(), set.test())
          .flatMap(List::stream)
          .filter(item -> NAMES.contains(item.className()))
          .forEach(
              (Item item) ->
                  drawings
                      .computeIfAbsent(item.className(), each -> new ArrayList<>())
                      .add(images.read(item.file()).toBufferedImage()));
    }
  }

  private static double limited(double value, double least, double most) {
    return Math.max(least, Math.min(most, value));
  }

  Scene scene(Random random) {
    while (true) {
      boolean[] tags = drawn.next(random);
      List<String> own =
          new ArrayList<>(
              IntStream.range(0, tags.length).filter(k -> tags[k]).mapToObj(NAMES::get).toList());
      long colors =
          own.stream().filter(BACKGROUNDS::contains).filter(b -> !b.equals(STRIPED)).count();
      own.removeAll(BACKGROUNDS);
      if (colors > 1 || own.isEmpty() || own.size() > MOST_DRAWINGS) {
        continue;
      }
      Collections.shuffle(own, random); // a later one covers an earlier one
      boolean areSmall = own.size() > 2;
      return new Scene(
          tags,
          own.stream()
              .map(
                  tag -> {
                    List<BufferedImage> all = Objects.requireNonNull(drawings.get(tag), tag);
                    return new Piece(
                        all.get(random.nextInt(all.size())),
                        areSmall ? 36 + random.nextInt(24) : 40 + random.nextInt(44),
                        random.nextDouble(),
                        random.nextDouble());
                  })
              .toList(),
          0.6 + 0.4 * random.nextDouble(),
          6 + random.nextInt(8));
    }
  }

  /** Draws a scene, with noise. */
  RgbImage image(Scene scene, Random random) {
    double[][][] pixels = new double[SIZE][SIZE][];
    boolean isDark = scene.has(DARK);
    for (int y = 0; y < SIZE; y++) {
      boolean isStripe = scene.has(STRIPED) && y / scene.stripe % 2 == 0;
      double light = 255 * (isDark ? 1 - 0.75 * scene.strength : 1) * (isStripe ? 0.75 : 1);
      double color = 1 - 0.6 * scene.strength;
      for (int x = 0; x < SIZE; x++) {
        pixels[y][x] =
            new double[] {
              light * (scene.has(GREEN) ? color : 1),
              light * (scene.has(RED) ? color : 1),
              light * (scene.has(RED) || scene.has(GREEN) ? color : 1)
            };
      }
    }
    for (Piece piece : scene.pieces) {
      double[][] ink = ink(piece);
      int left = (int) (piece.x * (SIZE - piece.size));
      int top = (int) (piece.y * (SIZE - piece.size));
      for (int y = 0; y < piece.size; y++) {
        for (int x = 0; x < piece.size; x++) {
          double[] pixel = pixels[top + y][left + x];
          for (int c = 0; c < pixel.length; c++) {
            pixel[c] += ink[y][x] * ((isDark ? 255 : 0) - pixel[c]);
          }
        }
      }
    }
    byte[] rgb = new byte[SIZE * SIZE * 3];
    for (int at = 0; at < rgb.length; at++) {
      double value = pixels[at / 3 / SIZE][at / 3 % SIZE][at % 3] + NOISE * random.nextGaussian();
      rgb[at] = (byte) limited(value, 0, 255);
    }
    return new RgbImage(SIZE, SIZE, rgb);
  }

  /** Returns how much each pixel of a drawing covers, from 0 to 1. */
  private static double[][] ink(Piece piece) {
    int size = piece.size;
    BufferedImage scaled = new BufferedImage(size, size, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = scaled.createGraphics();
    graphics.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
    graphics.drawImage(piece.drawing, 0, 0, size, size, null);
    graphics.dispose();
    double[][] ink = new double[size][size];
    double sum = 0;
    for (int y = 0; y < size; y++) {
      for (int x = 0; x < size; x++) {
        ink[y][x] = 1 - (scaled.getRGB(x, y) >> 8 & 255) / 255.0; // drawings are gray
        sum += ink[y][x];
      }
    }
    if (sum > 0.6 * size * size) { // white on black
      for (double[] row : ink) {
        IntStream.range(0, size).forEach(x -> row[x] = 1 - row[x]);
      }
    }
    return ink;
  }
}
