package org.kgcoop.corpus;

import com.github.weisj.jsvg.SVGDocument;
import com.github.weisj.jsvg.parser.LoaderContext;
import com.github.weisj.jsvg.parser.SVGLoader;
import com.github.weisj.jsvg.view.ViewBox;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Makes bitmaps of drawings: black ink on white, or colors on white. A drawing that is not square
 * stands in the middle. An instance belongs to one thread.
 */
final class Renderer {

  /** The side of the bitmaps, in pixels. */
  static final int SIDE = 64;

  private final SVGLoader loader = new SVGLoader();

  /**
   * The bitmap of a drawing; nothing where it is blank or no SVG that can be drawn.
   *
   * @param color whether to keep its colors, as three channels
   */
  Optional<Bitmap> render(Icon icon, boolean color) {
    String svg =
        ("<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\""
                + " width=\"%s\" height=\"%s\" viewBox=\"%s\">%s</svg>")
            .formatted(SIDE, SIDE, icon.viewBox(), icon.body().replace("currentColor", "black"));
    SVGDocument document =
        loader.load(
            new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)),
            null,
            LoaderContext.createDefault());
    if (document == null) {
      return Optional.empty();
    }
    BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, SIDE, SIDE);
    document.render((java.awt.Component) null, graphics, new ViewBox(0, 0, SIDE, SIDE));
    graphics.dispose();
    Bitmap bitmap = bitmap(image, color);
    return bitmap.blank() ? Optional.empty() : Optional.of(bitmap);
  }

  private static Bitmap bitmap(BufferedImage image, boolean color) {
    int channels = color ? 3 : 1;
    byte[] samples = new byte[SIDE * SIDE * channels];
    int at = 0;
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) {
        int rgb = image.getRGB(x, y);
        if (color) {
          samples[at++] = (byte) (rgb >> 16);
        }
        samples[at++] = (byte) (rgb >> 8);
        if (color) {
          samples[at++] = (byte) rgb;
        }
      }
    }
    return new Bitmap(SIDE, channels, samples);
  }
}
