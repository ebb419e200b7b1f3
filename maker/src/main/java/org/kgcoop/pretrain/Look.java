package org.kgcoop.pretrain;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * The appearance of a drawing: everything that a caption can mention except the subject. Slight
 * rotations, shifts and stretches, which captions do not mention, are in {@link Jitter}.
 *
 * @param ink the color of the drawing
 * @param ground the color of the background
 * @param texture the pattern of the background
 * @param effects other changes of the drawing
 * @param turn the rotation by quarter turns
 * @param place the position of a small drawing; {@link Place#ALL} if the drawing fills the image
 * @param company the arrangement of a second drawing
 */
record Look(
    Color ink,
    Color ground,
    Texture texture,
    Set<Effect> effects,
    Turn turn,
    Place place,
    Company company) {

  /** Black on white, not rotated, without a second drawing: the appearance of most icons. */
  static final Look ORDINARY =
      new Look(
          Color.BLACK,
          Color.WHITE,
          Texture.PLAIN,
          Set.of(),
          Turn.UPRIGHT,
          Place.ALL,
          Company.ALONE);

  private static final List<Color> COLOURS = List.of(Color.values());
  private static final List<Texture> TEXTURES = butFirst(Texture.values());
  private static final List<Turn> TURNS = butFirst(Turn.values());
  private static final List<Place> PLACES = butFirst(Place.values());

  private static <T> List<T> butFirst(T[] all) {
    return List.of(all).subList(1, all.length);
  }

  Look {
    effects = effects.isEmpty() ? Set.of() : Set.copyOf(EnumSet.copyOf(effects));
  }

  /** Changes of the drawing. Captions name them with adjectives. */
  @SuppressWarnings("ImmutableEnumChecker") // an unmodifiable list
  enum Effect {
    THICK("thick", "bold"),
    THIN("thin", "fine"),
    HATCHED("hatched"),
    FAINT("faint", "pale"),
    BLURRED("blurred", "blurry"),
    PIXELATED("pixelated", "pixel"),
    /** Light and dark are exchanged. */
    INVERTED("inverted"),
    LARGE("large", "big");

    final List<String> words;

    Effect(String... words) {
      this.words = List.of(words);
    }
  }

  /** Quarter turns. */
  @SuppressWarnings("ImmutableEnumChecker") // an unmodifiable list
  enum Turn {
    UPRIGHT(0),
    LEFT(-90, "turned left", "rotated left"),
    RIGHT(90, "turned right", "rotated right"),
    UPSIDE_DOWN(180, "upside down");

    /** Degrees, clockwise. */
    final int degrees;

    final List<String> words;

    Turn(int degrees, String... words) {
      this.degrees = degrees;
      this.words = List.of(words);
    }
  }

  /** The position of a small drawing, as a direction from the center of the image. */
  @SuppressWarnings("ImmutableEnumChecker") // an unmodifiable list
  enum Place {
    ALL(0, 0),
    CENTRE(0, 0, "in the middle"),
    TOP_LEFT(-1, -1, "in the top left corner"),
    TOP_RIGHT(1, -1, "in the top right corner"),
    BOTTOM_LEFT(-1, 1, "in the bottom left corner"),
    BOTTOM_RIGHT(1, 1, "in the bottom right corner"),
    TOP(0, -1, "at the top"),
    BOTTOM(0, 1, "at the bottom"),
    LEFT(-1, 0, "on the left"),
    RIGHT(1, 0, "on the right");

    final int x;
    final int y;
    final List<String> words;

    Place(int x, int y, String... words) {
      this.x = x;
      this.y = y;
      this.words = List.of(words);
    }
  }

  /** The pattern of the background. */
  enum Texture {
    PLAIN(""),
    STRIPED("striped"),
    DOTTED("dotted"),
    CHECKERED("checkered"),
    NOISY("noisy");

    final String word;

    Texture(String word) {
      this.word = word;
    }
  }

  /** The arrangement of a second drawing. */
  enum Company {
    ALONE,
    /** The second drawing has the same size and is to the right of the first one. */
    BESIDE,
    /** The second drawing is small and in a corner. */
    SMALL
  }

  /** Returns true if captions do not mention the appearance. */
  boolean isOrdinary() {
    return equals(ORDINARY);
  }

  /**
   * Returns an appearance that differs from the ordinary one in one or a few properties.
   *
   * @param tint true if the drawing may get colors
   * @param colors true if the model has color channels
   * @param mayTurn true if the drawing may be rotated
   * @param company true if there may be a second drawing
   */
  static Look strong(
      SplittableRandom random, boolean tint, boolean colors, boolean mayTurn, boolean company) {
    while (true) {
      Look look = attempt(random, tint, colors, mayTurn, company);
      if (!look.isOrdinary()) {
        return look;
      }
    }
  }

  private static Look attempt(
      SplittableRandom random, boolean tint, boolean colors, boolean mayTurn, boolean company) {
    Color ink = Color.BLACK;
    Color ground = Color.WHITE;
    Texture texture = Texture.PLAIN;
    EnumSet<Effect> effects = EnumSet.noneOf(Effect.class);
    if (chance(random, 0.12)) {
      effects.add(Effect.INVERTED);
    }
    if (tint && effects.isEmpty() && colors && chance(random, 0.4)) {
      boolean both = chance(random, 0.5);
      ground = both ? any(random, COLOURS) : Color.WHITE;
      ink = seenOn(random, ground);
    }
    if (tint && chance(random, 0.13)) {
      texture = any(random, TEXTURES);
    }
    add(effects, random, 0.10, Effect.PIXELATED);
    if (!effects.contains(Effect.PIXELATED)) {
      add(effects, random, 0.09, Effect.BLURRED);
    }
    if (tint) {
      add(effects, random, 0.09, Effect.HATCHED);
      if (!effects.contains(Effect.HATCHED)) {
        add(effects, random, 0.09, Effect.THICK);
        if (!effects.contains(Effect.THICK)) {
          add(effects, random, 0.07, Effect.THIN);
        }
      }
    }
    if (texture == Texture.PLAIN) {
      add(effects, random, 0.08, Effect.FAINT);
    }
    Turn turn = Turn.UPRIGHT;
    if (mayTurn && chance(random, 0.22)) {
      turn = any(random, TURNS);
    }
    Company with = Company.ALONE;
    if (company && chance(random, 0.12)) {
      with = chance(random, 0.5) ? Company.BESIDE : Company.SMALL;
    }
    Place place = Place.ALL;
    if (with == Company.ALONE) {
      if (chance(random, 0.13)) {
        place = any(random, PLACES);
      } else {
        add(effects, random, 0.06, Effect.LARGE);
      }
    }
    return new Look(ink, ground, texture, effects, turn, place, with);
  }

  private static void add(
      EnumSet<Effect> effects, SplittableRandom random, double probability, Effect effect) {
    if (chance(random, probability)) {
      effects.add(effect);
    }
  }

  private static Color seenOn(SplittableRandom random, Color ground) {
    while (true) {
      Color color = any(random, COLOURS);
      if (color.isSeenOn(ground)) {
        return color;
      }
    }
  }

  static boolean chance(SplittableRandom random, double probability) {
    return random.nextDouble() < probability;
  }

  /** Returns a random element with uniform probability. */
  static <T> T any(SplittableRandom random, List<T> some) {
    return some.get(random.nextInt(some.size()));
  }
}
