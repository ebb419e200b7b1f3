package org.kgcoop.report.chart;

/**
 * A chart as the content of an {@code svg} element.
 *
 * @param width in pixels
 * @param height in pixels
 */
public record Drawing(int width, int height, String content) {
  /** The number of series that colors tell apart. */
  public static final int COLOURS = 8;

  /** The view box of the element, whose unit is a tenth of a pixel. */
  public String viewBox() {
    return "0 0 " + 10 * width + " " + 10 * height;
  }
}
