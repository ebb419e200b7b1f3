package org.kgcoop.report;

import java.awt.Color;

/**
 * The colours of charts by their role. A chart is drawn in stand-ins, and the style sheet gives
 * each role its colour by day, by night and in print.
 */
final class Ink {
  /** How many series can be told apart. */
  static final int SERIES = 8;

  /** Steps of a heat map. */
  static final int HEAT = 8;

  static final Color TEXT = new Color(1, 0, 0);
  static final Color GRID = new Color(2, 0, 0);
  static final Color NOTHING = new Color(0, 0, 0, 0);

  private static final int SERIES_ROLE = 3;
  private static final int BAND_ROLE = 4;
  private static final int HEAT_ROLE = 5;

  private Ink() {}

  /** The line or bar of a series. */
  static Color series(int index) {
    return new Color(SERIES_ROLE, index % SERIES, 0);
  }

  /** The area around the line of a series. */
  static Color band(int index) {
    return new Color(BAND_ROLE, index % SERIES, 0);
  }

  /** A cell of a heat map, from 0 (next to nothing) to {@link #HEAT} - 1 (all). */
  static Color heat(int step) {
    return new Color(HEAT_ROLE, step, 0);
  }

  /** The class by which style sheets know the role; empty where nothing is to be drawn. */
  static String role(Color color) {
    if (color.getAlpha() == 0) {
      return "";
    }
    return switch (color.getRed()) {
      case 1 -> "text";
      case 2 -> "grid";
      case SERIES_ROLE -> "s" + color.getGreen();
      case BAND_ROLE -> "band s" + color.getGreen();
      case HEAT_ROLE -> "heat q" + color.getGreen();
      default -> "";
    };
  }
}
