package org.kgcoop.bench;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Area;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.apache.commons.rng.core.source64.SplitMix64;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Item;
import org.kgcoop.random.Seeds;

/**
 * A data set of {@value #PER_CLASS} colored shapes for each of 24 classes, on gradients with noise.
 * The embedded CLIP was pretrained on black drawings and hardly knows such images. An image depends
 * only on its class and number. It is written once, below a folder.
 */
final class ShapeImages {
  /** The name in {@code --sets}. */
  static final String NAME = "shapes";

  private static final int PER_CLASS = 40;
  private static final int SIZE = 64;
  private static final int MOST_NOISE = 16; // gray levels, the standard deviation
  private static final int LEAST_NOISE = 4;
  private static final double MOST_TURNED = Math.toRadians(25);
  private static final double SMALLEST = 0.5; // of the width of the image
  private static final double LARGEST = 0.85;
  private static final double MOST_STRETCHED = 1.25;

  /** The shapes by class, between -1 and 1 in both directions, y downward. */
  private static final Map<String, Shape> SHAPES = new LinkedHashMap<>();

  static {
    SHAPES.put("circle", circle(0, 0, 1));
    SHAPES.put("ring", without(circle(0, 0, 1), circle(0, 0, 0.55)));
    SHAPES.put("square", box(-0.9, -0.9, 0.9, 0.9));
    SHAPES.put("triangle", polygon(0, -1, 1, 0.8, -1, 0.8));
    SHAPES.put("diamond", polygon(0, -1, 0.7, 0, 0, 1, -0.7, 0));
    SHAPES.put("pentagon", regular(5, 1, 1));
    SHAPES.put("hexagon", regular(6, 1, 1));
    SHAPES.put("star", regular(5, 1, 0.42));
    SHAPES.put("cross", both(box(-0.3, -1, 0.3, 1), box(-1, -0.3, 1, 0.3)));
    SHAPES.put("arrow", polygon(-1, -0.3, 0.1, -0.3, 0.1, -0.8, 1, 0, 0.1, 0.8, 0.1, 0.3, -1, 0.3));
    SHAPES.put(
        "heart",
        both(
            both(circle(-0.45, -0.35, 0.52), circle(0.45, -0.35, 0.52)),
            polygon(-0.93, -0.15, 0.93, -0.15, 0, 1)));
    SHAPES.put("moon", without(circle(0, 0, 1), circle(0.5, -0.1, 0.85)));
    SHAPES.put("drop", both(circle(0, 0.35, 0.65), polygon(0, -1, 0.6, 0.1, -0.6, 0.1)));
    SHAPES.put(
        "bolt", polygon(0.2, -1, -0.7, 0.15, -0.05, 0.15, -0.25, 1, 0.7, -0.25, 0.05, -0.25));
    SHAPES.put(
        "cloud",
        both(
            both(circle(-0.5, 0.15, 0.45), circle(0.05, -0.2, 0.55)),
            both(circle(0.55, 0.15, 0.42), box(-0.5, 0.1, 0.55, 0.58))));
    SHAPES.put(
        "house",
        without(
            both(polygon(0, -1, 1, -0.1, -1, -0.1), box(-0.75, -0.15, 0.75, 1)),
            box(-0.2, 0.35, 0.2, 1)));
    SHAPES.put("tree", both(circle(0, -0.35, 0.65), box(-0.14, 0.2, 0.14, 1)));
    SHAPES.put(
        "fish",
        without(
            both(ellipse(-0.2, 0, 0.75, 0.45), polygon(0.3, 0, 1, -0.55, 1, 0.55)),
            circle(-0.6, -0.1, 0.09)));
    SHAPES.put("flag", both(box(-0.8, -1, -0.62, 1), box(-0.62, -1, 0.85, -0.1)));
    SHAPES.put(
        "bell",
        both(
            both(circle(0, -0.35, 0.5), polygon(-0.5, -0.4, 0.5, -0.4, 0.85, 0.6, -0.85, 0.6)),
            circle(0, 0.75, 0.2)));
    SHAPES.put(
        "key",
        both(
            without(circle(-0.6, 0, 0.4), circle(-0.6, 0, 0.18)),
            both(box(-0.25, -0.1, 1, 0.1), box(0.6, 0, 0.78, 0.4))));
    SHAPES.put(
        "cup",
        both(
            polygon(-0.8, -0.7, 0.4, -0.7, 0.25, 0.8, -0.65, 0.8),
            without(circle(0.45, -0.1, 0.45), circle(0.45, -0.1, 0.25))));
    SHAPES.put("hourglass", polygon(-0.75, -1, 0.75, -1, 0.08, 0, 0.75, 1, -0.75, 1, -0.08, 0));
    SHAPES.put(
        "umbrella", both(without(circle(0, 0, 1), box(-1, 0, 1, 1)), box(-0.07, -0.1, 0.07, 0.95)));
  }

  private ShapeImages() {}

  /** Returns the data set, with all images as training images. */
  static DataSet in(Path folder) {
    List<String> names = List.copyOf(SHAPES.keySet());
    List<Item> items = new ArrayList<>();
    try {
      for (int label = 0; label < names.size(); label++) {
        Path of = Files.createDirectories(folder.resolve(NAME).resolve(names.get(label)));
        for (int number = 0; number < PER_CLASS; number++) {
          String key = names.get(label) + "/" + number + ".png";
          Path file = of.resolve(number + ".png");
          if (!Files.exists(file)) {
            Path part = folder.resolve(NAME).resolve("part.png");
            ImageIO.write(image(names.get(label), number), "png", part.toFile());
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
          }
          items.add(new Item(key, file, label, names.get(label)));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(folder.toString(), e);
    }
    return new DataSet(NAME, names, items, List.of(), List.of(), null);
  }

  private static BufferedImage image(String name, int number) {
    SplitMix64 random = Seeds.generator("shape " + name + " " + number);
    BufferedImage image = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    double angle = 2 * Math.PI * random.nextDouble();
    float x = (float) (SIZE / 2.0 * Math.cos(angle));
    float y = (float) (SIZE / 2.0 * Math.sin(angle));
    float half = SIZE / 2f;
    graphics.setPaint(
        new GradientPaint(half - x, half - y, color(random), half + x, half + y, color(random)));
    graphics.fillRect(0, 0, SIZE, SIZE);
    double scale = SIZE / 2.0 * (SMALLEST + (LARGEST - SMALLEST) * random.nextDouble());
    double room = SIZE / 2.0 - scale;
    double stretch = Math.pow(MOST_STRETCHED, 2 * random.nextDouble() - 1);
    AffineTransform place = new AffineTransform();
    place.translate(half + room * between(random), half + room * between(random));
    place.rotate(MOST_TURNED * between(random));
    place.scale(scale * Math.min(1, stretch), scale * Math.min(1, 1 / stretch));
    Shape shape = place.createTransformedShape(SHAPES.get(name));
    graphics.setPaint(color(random));
    if (random.nextDouble() < 0.3) {
      graphics.setStroke(new BasicStroke(3));
      graphics.draw(shape);
    } else {
      graphics.fill(shape);
    }
    graphics.dispose();
    double noise = LEAST_NOISE + (MOST_NOISE - LEAST_NOISE) * random.nextDouble();
    return DerivedImages.withNoise(image, 1, noise, random);
  }

  private static double between(SplitMix64 random) {
    return 2 * random.nextDouble() - 1;
  }

  private static Color color(SplitMix64 random) {
    return Color.getHSBColor(
        (float) random.nextDouble(),
        (float) (0.3 + 0.7 * random.nextDouble()),
        (float) (0.35 + 0.65 * random.nextDouble()));
  }

  private static Shape circle(double x, double y, double radius) {
    return ellipse(x, y, radius, radius);
  }

  private static Shape ellipse(double x, double y, double across, double down) {
    return new Ellipse2D.Double(x - across, y - down, 2 * across, 2 * down);
  }

  private static Shape box(double left, double top, double right, double bottom) {
    return new Rectangle2D.Double(left, top, right - left, bottom - top);
  }

  private static Shape polygon(double... places) {
    Path2D path = new Path2D.Double();
    path.moveTo(places[0], places[1]);
    for (int i = 2; i < places.length; i += 2) {
      path.lineTo(places[i], places[i + 1]);
    }
    path.closePath();
    return path;
  }

  /** Returns a regular polygon, or a star if the radius of the corners between is smaller. */
  private static Shape regular(int corners, double outer, double between) {
    double[] places = new double[4 * corners];
    double inner = between == outer ? outer * Math.cos(Math.PI / corners) : between;
    for (int i = 0; i < 2 * corners; i++) {
      double radius = i % 2 == 0 ? outer : inner;
      places[2 * i] = radius * Math.sin(Math.PI * i / corners);
      places[2 * i + 1] = -radius * Math.cos(Math.PI * i / corners);
    }
    return polygon(places);
  }

  private static Shape both(Shape one, Shape other) {
    Area area = new Area(one);
    area.add(new Area(other));
    return area;
  }

  private static Shape without(Shape one, Shape other) {
    Area area = new Area(one);
    area.subtract(new Area(other));
    return area;
  }
}
