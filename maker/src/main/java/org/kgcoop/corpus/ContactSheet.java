package org.kgcoop.corpus;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Item;
import org.kgcoop.files.AtomicFile;
import org.kgcoop.image.Images;

/** A sheet with every image of a data set and one row per class, to find wrong labels. */
final class ContactSheet {

  private static final int COLUMNS = 24;
  private static final int IMAGE = 64;
  private static final int CELL = IMAGE + 20;
  private static final int NAMES = 130;
  private static final int LINE = 16;
  private static final Font LARGE = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
  private static final Font SMALL = new Font(Font.SANS_SERIF, Font.PLAIN, 9);

  private ContactSheet() {}

  /** Writes the sheet of a data set as PNG: training images first. */
  static void write(DataSet dataSet, Path file) throws IOException {
    List<List<Item>> rows = new ArrayList<>();
    for (int label = 0; label < dataSet.classNames().size(); label++) {
      int wanted = label;
      List<Item> items = dataSet.items().filter(item -> item.label() == wanted).toList();
      for (int from = 0; from < items.size(); from += COLUMNS) {
        rows.add(items.subList(from, Math.min(items.size(), from + COLUMNS)));
      }
    }
    BufferedImage sheet =
        new BufferedImage(NAMES + COLUMNS * CELL, rows.size() * CELL, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = sheet.createGraphics();
    graphics.setColor(Color.LIGHT_GRAY);
    graphics.fillRect(0, 0, sheet.getWidth(), sheet.getHeight());
    graphics.setColor(Color.BLACK);
    Images images = new Images(warning -> {});
    for (int row = 0; row < rows.size(); row++) {
      List<Item> items = rows.get(row);
      graphics.setFont(LARGE);
      graphics.drawString(items.get(0).className(), 4, row * CELL + CELL / 2);
      for (int column = 0; column < items.size(); column++) {
        graphics.setFont(SMALL);
        String name = String.valueOf(items.get(column).file().getFileName()).replace(".png", "");
        int middle = Math.min(name.length(), LINE);
        int left = NAMES + column * CELL;
        int below = row * CELL + IMAGE;
        graphics.drawString(name.substring(0, middle), left, below + 8);
        graphics.drawString(name.substring(middle), left, below + 17);
        BufferedImage image = images.read(items.get(column).file()).toBufferedImage();
        graphics.drawImage(image, left, row * CELL, null);
      }
    }
    graphics.dispose();
    AtomicFile.write(
        file,
        out -> {
          if (!ImageIO.write(sheet, "png", out)) {
            throw new IOException("this Java runtime cannot write PNG");
          }
        });
  }
}
