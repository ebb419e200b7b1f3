package org.kgcoop.corpus;

import java.util.Locale;

/**
 * A rendering that makes an entire data set differ from ordinary icons, in training and in test.
 * Satellite images and textures differ from web images in a similar way. Each condition is a pure
 * function of the drawing and its name.
 */
enum Condition {
  /** The drawing itself: black on white. */
  PLAIN {
    @Override
    Bitmap of(Bitmap drawing, String name) {
      return drawing;
    }
  },
  /** Rotated by 90 degrees clockwise. */
  TURNED {
    @Override
    Bitmap of(Bitmap drawing, String name) {
      int last = drawing.side() - 1;
      return Pixels.grey(drawing.side(), (x, y) -> Pixels.ink(drawing, y, last - x));
    }
  },
  /** Rotated by 180 degrees. */
  OVERTURNED {
    @Override
    Bitmap of(Bitmap drawing, String name) {
      int last = drawing.side() - 1;
      return Pixels.grey(drawing.side(), (x, y) -> Pixels.ink(drawing, last - x, last - y));
    }
  },
  /** With 16 x 16 large pixels. */
  PIXELATED {
    @Override
    Bitmap of(Bitmap drawing, String name) {
      int cell = drawing.side() / 16;
      return Pixels.grey(
          drawing.side(),
          (x, y) -> Pixels.mean(drawing, x / cell * cell, y / cell * cell, cell) > 0.4 ? 1 : 0);
    }
  },
  /** White on a background of dark diagonal lines. */
  HATCHED {
    @Override
    Bitmap of(Bitmap drawing, String name) {
      int shift = Pixels.hash(name, 0) % 8;
      return Pixels.grey(
          drawing.side(),
          (x, y) -> {
            double ground = (x + y + shift) % 8 < 4 ? 0.95 : 0.55;
            double ink = Pixels.ink(drawing, x, y);
            return ground * (1 - ink);
          });
    }
  },
  /** White on blue paper with a grid. */
  BLUEPRINT {
    @Override
    Bitmap of(Bitmap drawing, String name) {
      return Pixels.color(
          drawing.side(),
          (x, y, channel) -> {
            double paper = channel == 0 ? 0.12 : channel == 1 ? 0.28 : 0.62;
            double ground = x % 8 == 4 || y % 8 == 4 ? paper + 0.16 : paper;
            double ink = Pixels.ink(drawing, x, y);
            return ground + (0.95 - ground) * ink;
          });
    }
  },
  /** A worn print: specks of ink are missing, and there are specks around the drawing. */
  STAMPED {
    @Override
    Bitmap of(Bitmap drawing, String name) {
      return Pixels.grey(
          drawing.side(),
          (x, y) -> {
            double grain = Pixels.noise(name, x / 2, y / 2);
            double ink = Pixels.ink(drawing, x, y);
            return grain < 0.3 ? ink * 0.1 : grain > 0.94 ? Math.max(ink, 0.7) : ink * 0.9;
          });
    }
  },
  /** A relief in gray stone, lit from the upper left. Only edges are visible. */
  RELIEF {
    @Override
    Bitmap of(Bitmap drawing, String name) {
      return Pixels.grey(
          drawing.side(),
          (x, y) -> {
            double slope =
                Pixels.smooth(drawing, x + 1, y + 1) - Pixels.smooth(drawing, x - 1, y - 1);
            return Math.min(1, Math.max(0, 0.45 - 0.7 * slope));
          });
    }
  },
  /** Newspaper print: dots on a grid. More ink gives larger dots. */
  HALFTONE {
    @Override
    Bitmap of(Bitmap drawing, String name) {
      return Pixels.grey(
          drawing.side(),
          (x, y) -> {
            double dx = x % 4 - 1.5;
            double dy = y % 4 - 1.5;
            double amount = Pixels.mean(drawing, x / 4 * 4, y / 4 * 4, 4);
            return dx * dx + dy * dy < 0.6 + 5 * amount ? 0.85 : 0.1;
          });
    }
  },
  /** White on black. */
  INVERTED {
    @Override
    Bitmap of(Bitmap drawing, String name) {
      return Pixels.grey(drawing.side(), (x, y) -> 1 - Pixels.ink(drawing, x, y));
    }
  },
  /** Faint, blurred and noisy, like a bad copy. */
  DEGRADED {
    @Override
    Bitmap of(Bitmap drawing, String name) {
      return Pixels.grey(
          drawing.side(),
          (x, y) ->
              Math.min(
                  1,
                  Math.max(
                      0,
                      0.15
                          + 0.5 * Pixels.mean(drawing, x - 2, y - 2, 5)
                          + 0.3 * (Pixels.noise(name, x, y) - 0.5))));
    }
  };

  /**
   * Returns the drawing in this condition.
   *
   * @param drawing black or colored ink on white
   * @param name the seed of the noise
   */
  abstract Bitmap of(Bitmap drawing, String name);

  /** Returns the condition with this name in lower case. */
  static Condition named(String name) {
    return valueOf(name.toUpperCase(Locale.ROOT));
  }
}
