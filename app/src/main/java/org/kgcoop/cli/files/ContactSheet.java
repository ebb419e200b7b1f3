package org.kgcoop.cli.files;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Item;
import org.kgcoop.files.AtomicFile;
import org.kgcoop.image.Images;
import org.kgcoop.image.RgbImage;

/** Some images of every class on one sheet, a row a class, for the eye to find wrong labels. */
final class ContactSheet {
  /** More rows than this make an image that few programs open. */
  static final int MOST_CLASSES = 250;

  private static final int COLUMNS = 10;
  private static final int PICTURE = 72;
  private static final int CELL = PICTURE + 4;
  private static final int NAMES = 220;
  private static final Font FONT = new Font(Font.SANS_SERIF, Font.PLAIN, 13);

  static {
    ImageIO.setUseCache(false); // its streams would be files of the temporary folder
  }

  private ContactSheet() {}

  /** Writes the sheet as PNG; an image that cannot be read leaves a crossed box. */
  static void write(DataSet dataSet, Path file) {
    int rows = Math.min(MOST_CLASSES, dataSet.classNames().size());
    BufferedImage sheet =
        new BufferedImage(NAMES + COLUMNS * CELL, rows * CELL, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = sheet.createGraphics();
    graphics.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
    graphics.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, sheet.getWidth(), sheet.getHeight());
    Images images = new Images(warning -> {});
    for (int label = 0; label < rows; label++) {
      drawName(graphics, label + "  " + dataSet.classNames().get(label), label * CELL);
      List<Item> items = some(dataSet, label);
      for (int column = 0; column < items.size(); column++) {
        draw(graphics, images, items.get(column), NAMES + column * CELL, label * CELL);
      }
    }
    graphics.dispose();
    AtomicFile.write(
        file,
        out -> {
          if (!ImageIO.write(sheet, "png", out)) {
            throw new IOException("this Java writes no PNG");
          }
        });
  }

  /** Images of a class, at most a row of them, spread evenly over train, val and test. */
  private static List<Item> some(DataSet dataSet, int label) {
    List<Item> all =
        Stream.of(dataSet.train(), dataSet.val(), dataSet.test())
            .flatMap(List::stream)
            .filter(item -> item.label() == label)
            .toList();
    List<Item> some = new ArrayList<>();
    int count = Math.min(COLUMNS, all.size());
    for (int i = 0; i < count; i++) {
      some.add(all.get((int) ((long) i * all.size() / count)));
    }
    return some;
  }

  private static void drawName(Graphics2D graphics, String name, int top) {
    graphics.setColor(Color.BLACK);
    graphics.setFont(FONT);
    String shown = name;
    while (graphics.getFontMetrics().stringWidth(shown) > NAMES - 12 && shown.length() > 2) {
      shown = shown.substring(0, shown.length() - 2) + "…";
    }
    graphics.drawString(shown, 6, top + CELL / 2 + 5);
  }

  private static void draw(Graphics2D graphics, Images images, Item item, int left, int top) {
    try {
      BufferedImage image = buffered(images.readUpright(item.file()));
      double scale = (double) PICTURE / Math.max(image.getWidth(), image.getHeight());
      int width = Math.max(1, (int) Math.round(image.getWidth() * scale));
      int height = Math.max(1, (int) Math.round(image.getHeight() * scale));
      graphics.drawImage(
          image, left + (CELL - width) / 2, top + (CELL - height) / 2, width, height, null);
    } catch (KgCoopException e) {
      graphics.setColor(Color.RED);
      graphics.drawRect(left + 2, top + 2, PICTURE - 1, PICTURE - 1);
      graphics.drawLine(left + 2, top + 2, left + PICTURE, top + PICTURE);
    }
  }

  private static BufferedImage buffered(RgbImage picture) {
    BufferedImage image =
        new BufferedImage(picture.width(), picture.height(), BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < picture.height(); y++) {
      for (int x = 0; x < picture.width(); x++) {
        int red = picture.sample(x, y, 0);
        int green = picture.sample(x, y, 1);
        image.setRGB(x, y, red << 16 | green << 8 | picture.sample(x, y, 2));
      }
    }
    return image;
  }
}
