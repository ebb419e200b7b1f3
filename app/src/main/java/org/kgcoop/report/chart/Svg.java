package org.kgcoop.report.chart;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * A writer of compact SVG. Colors are classes of the style sheet ({@code s0} to {@code s7} for
 * series), coordinates are integer tenths of a pixel, and all shapes of one class form one path.
 * Classes are drawn in the order of their first shapes, and texts are drawn last.
 */
final class Svg {
  private static final int LONGEST_LABEL = 16;
  private static final double LETTER = 7.4;
  private static final double WIDE_LETTER = 13;

  /** The alignment of a text relative to its point. */
  enum Anchor {
    MIDDLE,
    END
  }

  private final Map<String, StringBuilder> paths = new LinkedHashMap<>();
  private final StringBuilder texts = new StringBuilder();

  private static long tenths(double pixels) {
    return Math.round(10 * pixels);
  }

  /** Returns the style class of a series. */
  static String series(int index) {
    return "s" + index % Drawing.COLOURS;
  }

  /** Shortens a name for an axis. */
  static String label(String name) {
    return name.length() <= LONGEST_LABEL ? name : name.substring(0, LONGEST_LABEL - 1) + "…";
  }

  /** Estimates the maximum width of a text in pixels, for the usual fonts of browsers. */
  static double width(String text) {
    return text.codePoints().mapToDouble(c -> c < 0x2E80 ? LETTER : WIDE_LETTER).sum();
  }

  /** Draws a line through the points. */
  void line(String role, double... points) {
    add("k " + role, points);
  }

  /** Fills the polygon of the points. */
  void area(String role, double... points) {
    add("f " + role, points).append('z');
  }

  private StringBuilder add(String classes, double... points) {
    StringBuilder path = paths.computeIfAbsent(classes, key -> new StringBuilder());
    long x = tenths(points[0]);
    long y = tenths(points[1]);
    path.append('M').append(x).append(' ').append(y);
    for (int i = 2; i < points.length; i += 2) {
      long dx = tenths(points[i]) - x;
      long dy = tenths(points[i + 1]) - y;
      path.append('l').append(dx).append(dy < 0 ? "" : " ").append(dy);
      x += dx;
      y += dy;
    }
    return path;
  }

  void text(String text, double x, double y, Anchor anchor) {
    text(text, x, y, anchor, 0);
  }

  /** Writes a text that is rotated counterclockwise around its point. */
  void text(String text, double x, double y, Anchor anchor, int degrees) {
    String place = anchor.name().toLowerCase(Locale.ROOT);
    texts.append(
        "<text x=\"%s\" y=\"%s\" text-anchor=\"%s\"".formatted(tenths(x), tenths(y), place));
    if (degrees != 0) {
      texts.append(" transform=\"rotate(-%s %s %s)\"".formatted(degrees, tenths(x), tenths(y)));
    }
    texts.append('>').append(escaped(text)).append("</text>");
  }

  /** Escapes a text for the content of an element. */
  static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;");
  }

  Drawing drawing(int width, int height) {
    StringBuilder svg = new StringBuilder();
    paths.forEach(
        (classes, path) -> svg.append("<path class=\"%s\" d=\"%s\"/>".formatted(classes, path)));
    return new Drawing(width, height, svg.append(texts).toString());
  }
}
