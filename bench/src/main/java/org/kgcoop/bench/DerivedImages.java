package org.kgcoop.bench;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.AffineTransform;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.apache.commons.rng.core.source64.SplitMix64;
import org.kgcoop.data.Item;
import org.kgcoop.image.Images;
import org.kgcoop.image.RgbImage;
import org.kgcoop.random.Seeds;

/**
 * Images that people make of one image: frames of a burst, other views, JPEG files, EXIF-rotated
 * files, marked ones, and others before a background. A derived image depends only on the original,
 * its key and the number of the variant. It is written once, below a folder, and has the key of the
 * original as its start.
 */
final class DerivedImages {
  private static final double LARGEST_SHIFT = 0.06; // of the width or height
  private static final double SMALLEST_SHIFT = 0.01;
  private static final double LARGEST_CROP = 0.08;
  private static final double LARGEST_TURN = Math.toRadians(3);
  private static final double LARGEST_BRIGHTENING = 0.15;
  private static final double MOST_TURNED = Math.toRadians(45);
  private static final double MOST_BENT = 0.2; // of half the width
  private static final double NOISY_PAN = 0.1; // of the width or height
  private static final double NOISY_ZOOM = 0.18;
  private static final double NOISY_EXPOSURE = 0.25;
  private static final double NOISE = 10; // gray levels
  private static final float GOLDEN = 0.618f; // steps of the hue that keep colors apart

  private final Path folder;
  private final Images images = new Images(line -> {});

  /** Writes below a folder, which may contain images of earlier runs. */
  DerivedImages(Path folder) {
    this.folder = folder;
  }

  private interface Bytes {
    byte[] of(RgbImage original) throws IOException;
  }

  /** Returns a frame of a burst: shifted, cropped, turned, brighter or darker, as JPEG. */
  Item frame(String set, Item item, int number) {
    return derived(set, item, "frame" + number + ".jpg", original -> frame(original, item, number));
  }

  /** Returns a frame of a burst with more movement, another exposure and noise of the sensor. */
  Item noisyFrame(String set, Item item, int number) {
    return derived(
        set, item, "noisy" + number + ".jpg", original -> noisyFrame(original, item, number));
  }

  /** Returns the mirror image. */
  Item mirrored(String set, Item item) {
    return derived(set, item, "mirrored.jpg", original -> jpeg(changed(original, -1, 1, 0), 90));
  }

  /** Returns the image, turned by a right angle to the left or right. */
  Item turned(String set, Item item) {
    int turns = Math.floorMod(item.key().hashCode(), 2) == 0 ? 1 : 3;
    return derived(set, item, "turned.jpg", original -> jpeg(changed(original, 1, 1, turns), 90));
  }

  /** Returns the image as JPEG. */
  Item jpeg(String set, Item item, int quality) {
    return derived(
        set,
        item,
        "quality" + quality + ".jpg",
        original -> jpeg(original.toBufferedImage(), quality));
  }

  /** Returns the image as a phone writes it: in the orientation of the sensor, with an EXIF tag. */
  Item rotated(String set, Item item) {
    int orientation =
        ExifPng.ORIENTATIONS.get(Math.floorMod(item.key().hashCode(), ExifPng.ORIENTATIONS.size()));
    return derived(set, item, "exif.png", original -> ExifPng.of(original, orientation));
  }

  /** Returns an unlike view of the object: another side, position, color and background. */
  Item view(String set, Item item, int number) {
    return derived(set, item, "view" + number + ".jpg", original -> view(original, item, number));
  }

  /** Returns the image with a mark of its class. */
  Item marked(String set, Item item) {
    return derived(set, item, "mark" + item.label() + ".jpg", original -> marked(original, item));
  }

  /** Returns the object, smaller, before the picture of a background. */
  Item before(String set, Item item, Item background, int number) {
    return derived(
        set, item, "before" + number + ".jpg", original -> before(original, background.file()));
  }

  private Item derived(String set, Item item, String variant, Bytes bytes) {
    String key = item.key() + "-" + variant;
    Path file = folder.resolve(set).resolve(key.replace('/', '-'));
    if (!Files.exists(file)) {
      try {
        Files.createDirectories(folder.resolve(set));
        // Thousands of files: a move without a forced write suffices if the process is killed.
        Path part = folder.resolve(set).resolve("part");
        Files.write(part, bytes.of(images.read(item.file())));
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
      } catch (IOException e) {
        throw new UncheckedIOException(file.toString(), e);
      }
    }
    return new Item(key, file, item.label(), item.className());
  }

  /** Returns the image, mirrored by a scale of -1 and turned by right angles around its center. */
  private static BufferedImage changed(RgbImage original, int across, int down, int turns) {
    BufferedImage from = original.toBufferedImage();
    AffineTransform moved = new AffineTransform();
    boolean isSideways = turns % 2 == 1;
    int width = isSideways ? from.getHeight() : from.getWidth();
    int height = isSideways ? from.getWidth() : from.getHeight();
    moved.translate(width / 2.0, height / 2.0);
    moved.quadrantRotate(turns);
    moved.scale(across, down);
    moved.translate(-from.getWidth() / 2.0, -from.getHeight() / 2.0);
    BufferedImage changed = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = changed.createGraphics();
    graphics.drawImage(from, moved, null);
    graphics.dispose();
    return changed;
  }

  private static byte[] noisyFrame(RgbImage original, Item item, int number) throws IOException {
    SplitMix64 random = Seeds.generator("noisy " + item.key() + " " + number);
    BufferedImage from = original.toBufferedImage();
    int width = from.getWidth();
    int height = from.getHeight();
    double zoom = 1 + NOISY_ZOOM * random.nextDouble();
    double exposure = 1 + NOISY_EXPOSURE * (2 * random.nextDouble() - 1);
    double right = NOISY_PAN * (2 * random.nextDouble() - 1) * width;
    double down = NOISY_PAN * (2 * random.nextDouble() - 1) * height;
    BufferedImage frame = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        double u = (x - width / 2.0 - right) / zoom + width / 2.0;
        double v = (y - height / 2.0 - down) / zoom + height / 2.0;
        frame.setRGB(x, y, between(from, u, v));
      }
    }
    return jpeg(withNoise(frame, exposure, NOISE, random), 85);
  }

  /**
   * Returns the color between four pixels. Those of the border continue outside, as a scene does.
   */
  private static int between(BufferedImage image, double x, double y) {
    int left = (int) Math.floor(x);
    int top = (int) Math.floor(y);
    int color = 0;
    for (int shift = 16; shift >= 0; shift -= 8) {
      double sum = 0;
      for (int corner = 0; corner < 4; corner++) {
        int column = Math.max(0, Math.min(image.getWidth() - 1, left + corner % 2));
        int row = Math.max(0, Math.min(image.getHeight() - 1, top + corner / 2));
        double across = corner % 2 == 0 ? 1 - (x - left) : x - left;
        double along = corner / 2 == 0 ? 1 - (y - top) : y - top;
        sum += across * along * (image.getRGB(column, row) >> shift & 255);
      }
      color = color << 8 | (int) Math.round(sum);
    }
    return color;
  }

  /** Changes the exposure of an image, and adds normal noise of so many gray levels. */
  static BufferedImage withNoise(
      BufferedImage image, double exposure, double noise, SplitMix64 random) {
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        int rgb = image.getRGB(x, y);
        int noisy = 0;
        for (int shift = 16; shift >= 0; shift -= 8) {
          double sample = exposure * (rgb >> shift & 255) + noise * normal(random);
          noisy = noisy << 8 | (int) Math.max(0, Math.min(255, sample));
        }
        image.setRGB(x, y, noisy);
      }
    }
    return image;
  }

  /** Returns a sample of the standard normal distribution (Box and Muller 1958). */
  private static double normal(SplitMix64 random) {
    return Math.sqrt(-2 * Math.log(1 - random.nextDouble()))
        * Math.cos(2 * Math.PI * random.nextDouble());
  }

  /** Returns a moved image; the color of the first pixel continues outside. */
  private static BufferedImage moved(BufferedImage from, AffineTransform moved) {
    BufferedImage frame =
        new BufferedImage(from.getWidth(), from.getHeight(), BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = frame.createGraphics();
    graphics.setColor(new Color(from.getRGB(0, 0)));
    graphics.fillRect(0, 0, from.getWidth(), from.getHeight());
    graphics.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
    graphics.drawImage(from, moved, null);
    graphics.dispose();
    return frame;
  }

  private static byte[] frame(RgbImage original, Item item, int number) throws IOException {
    SplitMix64 random = Seeds.generator("burst " + item.key() + " " + number);
    BufferedImage from = original.toBufferedImage();
    int width = from.getWidth();
    int height = from.getHeight();
    double zoom = 1 + LARGEST_CROP * random.nextDouble();
    AffineTransform moved = new AffineTransform();
    moved.translate(shift(random) * width, shift(random) * height);
    moved.rotate(LARGEST_TURN * (2 * random.nextDouble() - 1), width / 2.0, height / 2.0);
    moved.translate(width / 2.0, height / 2.0);
    moved.scale(zoom, zoom);
    moved.translate(-width / 2.0, -height / 2.0);
    BufferedImage frame = moved(from, moved);
    double brightness = 1 + LARGEST_BRIGHTENING * (2 * random.nextDouble() - 1);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        frame.setRGB(x, y, brightened(frame.getRGB(x, y), brightness));
      }
    }
    return jpeg(frame, 70 + (int) (26 * random.nextDouble()));
  }

  private static byte[] view(RgbImage original, Item item, int number) throws IOException {
    SplitMix64 random = Seeds.generator("view " + item.key() + " " + number);
    BufferedImage from = original.toBufferedImage();
    int width = from.getWidth();
    int height = from.getHeight();
    double turn = MOST_TURNED * (2 * random.nextDouble() - 1);
    double zoom = 0.6 + 0.6 * random.nextDouble();
    double side = (random.nextDouble() < 0.5 ? -1 : 1) * (0.5 + 0.5 * random.nextDouble());
    double bend = MOST_BENT * (2 * random.nextDouble() - 1);
    double phase = 2 * Math.PI * random.nextDouble();
    Color dark = Color.getHSBColor((float) random.nextDouble(), 0.7f, 0.4f);
    Color light = Color.getHSBColor((float) random.nextDouble(), 0.3f, 0.95f);
    BufferedImage view = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        double right = 2.0 * x / width - 1;
        double down = 2.0 * y / height - 1;
        double u = (Math.cos(turn) * right - Math.sin(turn) * down) / zoom / side;
        double v = (Math.sin(turn) * right + Math.cos(turn) * down) / zoom;
        u += bend * Math.sin(3 * v + phase);
        v += bend * Math.sin(3 * u + phase);
        int column = (int) Math.floor((u + 1) / 2 * width);
        int row = (int) Math.floor((v + 1) / 2 * height);
        boolean isInside = column >= 0 && row >= 0 && column < width && row < height;
        int rgb = isInside ? from.getRGB(column, row) : from.getRGB(0, 0);
        view.setRGB(x, y, mixed(dark, light, gray(rgb)));
      }
    }
    return jpeg(view, 85);
  }

  private static double gray(int rgb) {
    return ((rgb >> 16 & 255) + (rgb >> 8 & 255) + (rgb & 255)) / 765.0;
  }

  private static int mixed(Color dark, Color light, double share) {
    return new Color(
            (int) (dark.getRed() + share * (light.getRed() - dark.getRed())),
            (int) (dark.getGreen() + share * (light.getGreen() - dark.getGreen())),
            (int) (dark.getBlue() + share * (light.getBlue() - dark.getBlue())))
        .getRGB();
  }

  private static byte[] marked(RgbImage original, Item item) throws IOException {
    BufferedImage marked = original.toBufferedImage();
    int size = Math.max(1, Math.min(marked.getWidth(), marked.getHeight()) / 4);
    Graphics2D graphics = marked.createGraphics();
    graphics.setColor(Color.getHSBColor(GOLDEN * item.label(), 1, 0.8f));
    graphics.fillRect(
        item.label() % 2 * (marked.getWidth() - size),
        item.label() / 2 % 2 * (marked.getHeight() - size),
        size,
        size);
    graphics.dispose();
    return jpeg(marked, 90);
  }

  private byte[] before(RgbImage original, Path background) throws IOException {
    BufferedImage picture = images.read(background).toBufferedImage();
    int width = original.toBufferedImage().getWidth();
    int height = original.toBufferedImage().getHeight();
    BufferedImage whole = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = whole.createGraphics();
    graphics.drawImage(picture, 0, 0, width, height, null);
    graphics.drawImage(
        original.toBufferedImage(), width / 4, height / 4, width / 2, height / 2, null);
    graphics.dispose();
    return jpeg(whole, 90);
  }

  private static double shift(SplitMix64 random) {
    double size = SMALLEST_SHIFT + (LARGEST_SHIFT - SMALLEST_SHIFT) * random.nextDouble();
    return random.nextDouble() < 0.5 ? -size : size;
  }

  private static int brightened(int rgb, double factor) {
    int brightened = 0;
    for (int shift = 16; shift >= 0; shift -= 8) {
      brightened = brightened << 8 | (int) Math.min(255, factor * (rgb >> shift & 255));
    }
    return brightened;
  }

  private static byte[] jpeg(BufferedImage image, int quality) throws IOException {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
      ImageWriteParam settings = writer.getDefaultWriteParam();
      settings.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      settings.setCompressionQuality(quality / 100f);
      writer.setOutput(out);
      writer.write(null, new IIOImage(image, null, null), settings);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }
}
