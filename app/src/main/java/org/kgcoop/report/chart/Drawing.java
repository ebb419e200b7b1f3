package org.kgcoop.report.chart;

/**
 * A chart as the content of an {@code svg} element.
 *
 * @param width the width in pixels
 * @param height the height in pixels
 */
public record Drawing(int width, int height, String content) {
  /** The number of distinct series colors. */
  public static final int COLOURS = 8;

  /** Returns the view box of the element in units of one tenth of a pixel. */
  public String viewBox() {
    return "0 0 " + 10 * width + " " + 10 * height;
  }
}
