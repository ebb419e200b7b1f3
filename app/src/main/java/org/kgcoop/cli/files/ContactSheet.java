package org.kgcoop.cli.files;

import static java.awt.RenderingHints.KEY_INTERPOLATION;
import static java.awt.RenderingHints.KEY_TEXT_ANTIALIASING;
import static java.awt.RenderingHints.VALUE_INTERPOLATION_BICUBIC;
import static java.awt.RenderingHints.VALUE_TEXT_ANTIALIAS_ON;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import javax.imageio.ImageIO;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.cli.options.Parse;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Item;
import org.kgcoop.files.AtomicFile;
import org.kgcoop.image.Images;

/**
 * An overview sheet of thumbnails. It shows a data set with one row per class, to find wrong
 * labels, or single images with captions. An unreadable image appears as a crossed box.
 */
public final class ContactSheet {
  /** The maximum number of rows. Few programs open larger images. */
  static final int MAX_CLASSES = 250;

  private static final int COLUMNS = 10;
  private static final int CELL = 76;
  private static final int NAMES = 220;
  private static final int LARGE_COLUMNS = 5;
  private static final int LARGE_CELL = 180;
  private static final int LINE = 24;
  private static final Images READER = new Images(warning -> {});
  private static final Font FONT = new Font(Font.SANS_SERIF, Font.PLAIN, 13);

  /** What is missing on a system without fonts, such as a small container. */
  private static final Optional<String> NO_FONTS =
      hasFonts()
          ? Optional.empty()
          : Optional.of(
              "this system has no fonts, so the sheet has no text; install fontconfig and a font "
                  + "(Debian: fonts-dejavu-core)");

  static {
    ImageIO.setUseCache(false); // otherwise ImageIO would write temporary files
  }

  private ContactSheet() {}

  /** An image with a caption. */
  public record Picture(Path file, String caption) {}

  /** Java has no fonts of its own. If the system has none, it throws errors of several types. */
  private static boolean hasFonts() {
    Graphics2D graphics = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB).createGraphics();
    try {
      return graphics.getFontMetrics(FONT).stringWidth("a") > 0;
    } catch (RuntimeException | Error e) {
      return false;
    } finally {
      graphics.dispose();
    }
  }

  /**
   * Writes images with captions as PNG, in rows of five below a title.
   *
   * @return a warning if the sheet has no text
   */
  public static Optional<String> write(String title, List<Picture> images, Path file) {
    int rows = (images.size() + LARGE_COLUMNS - 1) / LARGE_COLUMNS;
    int width = LARGE_COLUMNS * LARGE_CELL;
    int height = LARGE_CELL + LINE;
    return write(
        file,
        width,
        LINE + rows * height,
        graphics -> {
          drawText(graphics, title, 6, 17, width - 12);
          for (int i = 0; i < images.size(); i++) {
            int left = i % LARGE_COLUMNS * LARGE_CELL;
            int top = LINE + i / LARGE_COLUMNS * height;
            draw(graphics, images.get(i).file(), left, top, LARGE_CELL);
            String caption = images.get(i).caption();
            drawText(graphics, caption, left + 6, top + LARGE_CELL + 14, LARGE_CELL - 12);
          }
        });
  }

  /**
   * Writes the sheet of a data set as PNG.
   *
   * @return a warning if the sheet has no text
   */
  static Optional<String> write(DataSet dataSet, Path file) {
    int rows = Math.min(MAX_CLASSES, dataSet.classNames().size());
    return write(
        file,
        NAMES + COLUMNS * CELL,
        rows * CELL,
        graphics -> {
          for (int label = 0; label < rows; label++) {
            String name = label + "  " + dataSet.classNames().get(label);
            drawText(graphics, name, 6, label * CELL + CELL / 2 + 5, NAMES - 12);
            List<Item> items = some(dataSet, label);
            for (int column = 0; column < items.size(); column++) {
              Path image = items.get(column).file();
              draw(graphics, image, NAMES + column * CELL, label * CELL, CELL);
            }
          }
        });
  }

  private static Optional<String> write(
      Path file, int width, int height, Consumer<Graphics2D> drawing) {
    BufferedImage sheet = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = sheet.createGraphics();
    graphics.setRenderingHint(KEY_INTERPOLATION, VALUE_INTERPOLATION_BICUBIC);
    graphics.setRenderingHint(KEY_TEXT_ANTIALIASING, VALUE_TEXT_ANTIALIAS_ON);
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, width, height);
    drawing.accept(graphics);
    graphics.dispose();
    AtomicFile.write(
        AtomicFile.destination(file),
        out -> {
          if (!ImageIO.write(sheet, "png", out)) {
            throw new IOException("this Java writes no PNG");
          }
        });
    return NO_FONTS;
  }

  /** Selects at most one row of images of a class, evenly from the train, val and test images. */
  private static List<Item> some(DataSet dataSet, int label) {
    List<Item> all = dataSet.items().filter(item -> item.label() == label).toList();
    return Parse.evenly(all, COLUMNS).toList();
  }

  private static void drawText(Graphics2D graphics, String text, int left, int base, int width) {
    if (NO_FONTS.isPresent()) {
      return;
    }
    graphics.setFont(FONT);
    graphics.setColor(Color.BLACK);
    String shown = Messages.line(text);
    while (graphics.getFontMetrics().stringWidth(shown) > width && shown.length() > 2) {
      shown = shown.substring(0, shown.length() - 2) + "…";
    }
    graphics.drawString(shown, left, base);
  }

  /** Draws an image with a margin into a square. */
  private static void draw(Graphics2D graphics, Path file, int left, int top, int side) {
    int longest = side - 4;
    try {
      BufferedImage image = READER.readUpright(file).toBufferedImage();
      double scale = (double) longest / Math.max(image.getWidth(), image.getHeight());
      int width = Math.max(1, (int) Math.round(image.getWidth() * scale));
      int height = Math.max(1, (int) Math.round(image.getHeight() * scale));
      graphics.drawImage(
          image, left + (side - width) / 2, top + (side - height) / 2, width, height, null);
    } catch (KgCoopException e) {
      graphics.setColor(Color.RED);
      graphics.drawRect(left + 2, top + 2, longest - 1, longest - 1);
      graphics.drawLine(left + 2, top + 2, left + longest, top + longest);
    }
  }
}
