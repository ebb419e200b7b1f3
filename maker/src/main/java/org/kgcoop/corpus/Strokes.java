package org.kgcoop.corpus;

import java.util.ArrayList;
import java.util.List;

/**
 * Measures the style of a drawing with one ink if its name does not contain the style: lines or
 * areas, and the thickness of lines.
 */
final class Strokes {

  private static final int DARK = 128;
  private static final int CORE = 4;
  private static final double FILLED_SHARE = 0.15;
  private static final double THIN = 3.2;
  private static final double BOLD = 6.8;

  private Strokes() {}

  /** Returns the words for the style of a bitmap of 64 x 64, except the known ones. */
  static List<String> words(Bitmap bitmap, List<String> known) {
    int dark = 0;
    int core = 0;
    int edges = 0;
    for (int y = 0; y < bitmap.side(); y++) {
      for (int x = 0; x < bitmap.side(); x++) {
        if (dark(bitmap, x, y)) {
          dark++;
          core += isCore(bitmap, x, y) ? 1 : 0;
          edges += edges(bitmap, x, y);
        }
      }
    }
    List<String> words = new ArrayList<>(known);
    boolean made =
        known.contains("outline") || known.contains("filled") || known.contains("duotone");
    boolean lines = core == 0 && dark > 0;
    if (!made && lines) {
      words.add("outline");
    } else if (!made && core > FILLED_SHARE * dark) {
      words.add("filled");
    }
    boolean weighed = known.contains("thin") || known.contains("light") || known.contains("bold");
    if (lines && !weighed) {
      // A line of width w and length l has the area w l. Its outline, counted in steps, has the
      // length 8 l / pi.
      double width = 8 / Math.PI * dark / edges;
      if (width < THIN) {
        words.add("thin");
      } else if (width > BOLD) {
        words.add("bold");
      }
    }
    return List.copyOf(words);
  }

  private static boolean dark(Bitmap bitmap, int x, int y) {
    return x >= 0 && y >= 0 && x < bitmap.side() && y < bitmap.side() && bitmap.ink(x, y) >= DARK;
  }

  /** Returns true if the 9 x 9 pixels around a pixel are dark. Ordinary lines are thinner. */
  private static boolean isCore(Bitmap bitmap, int x, int y) {
    for (int dy = -CORE; dy <= CORE; dy++) {
      for (int dx = -CORE; dx <= CORE; dx++) {
        if (!dark(bitmap, x + dx, y + dy)) {
          return false;
        }
      }
    }
    return true;
  }

  private static int edges(Bitmap bitmap, int x, int y) {
    return (dark(bitmap, x - 1, y) ? 0 : 1)
        + (dark(bitmap, x + 1, y) ? 0 : 1)
        + (dark(bitmap, x, y - 1) ? 0 : 1)
        + (dark(bitmap, x, y + 1) ? 0 : 1);
  }
}
