package org.kgcoop.bench;

import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Ellipse2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.kgcoop.image.ImageNames;
import org.kgcoop.image.Images;

/**
 * JPEG files of the size of photos: enlarged pictures with the noise of a sensor. The pictures are
 * the wallpapers of this machine, or drawn blobs if it has none.
 */
final class MadePhotos {
  private static final List<Path> WALLPAPERS =
      List.of(Path.of("/usr/share/wallpapers"), Path.of("/usr/share/backgrounds"));

  private static final int BLOBS = 400;
  private static final double NOISE = 3; // standard deviation in levels
  private static final float QUALITY = 0.9f;

  private final List<Path> pictures;

  MadePhotos() throws IOException {
    List<Path> found = new ArrayList<>();
    for (Path folder : WALLPAPERS) {
      if (Files.isDirectory(folder)) {
        try (Stream<Path> all = Files.walk(folder)) {
          all.filter(file -> ImageNames.isRead(file.getFileName().toString()))
              .filter(Files::isRegularFile)
              .filter(file -> file.toFile().length() > 150_000)
              .sorted()
              .forEach(found::add);
        }
      }
    }
    pictures = List.copyOf(found);
  }

  /** Returns what the photos show. */
  String source() {
    return pictures.isEmpty() ? "drawn blobs" : pictures.size() + " wallpapers of this machine";
  }

  /**
   * Writes photos of 3:4, of which every third is progressive.
   *
   * @param megapixels the size of each photo
   */
  List<Path> write(Path folder, int count, int megapixels) throws IOException {
    int height = (int) Math.round(Math.sqrt(megapixels * 0.75e6) / 16) * 16;
    int width = height / 3 * 4;
    Files.createDirectories(folder);
    List<Path> files = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Path file = folder.resolve(String.format(Locale.ROOT, "%02d-%03d.jpg", megapixels, i));
      if (!Files.exists(file)) {
        BufferedImage photo = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Random random = new Random(1000L * megapixels + i);
        draw(photo, random);
        addNoise(photo, random);
        write(photo, i % 3 == 2, file);
      }
      files.add(file);
    }
    return files;
  }

  private void draw(BufferedImage photo, Random random) {
    Graphics2D graphics = photo.createGraphics();
    graphics.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
    if (pictures.isEmpty()) {
      drawBlobs(graphics, photo.getWidth(), photo.getHeight(), random);
    } else {
      Path picture = pictures.get(random.nextInt(pictures.size()));
      BufferedImage image = new Images(line -> {}).read(picture).toBufferedImage();
      double part = 0.5 + 0.5 * random.nextDouble(); // photos of one picture show different parts
      int width = (int) (part * image.getWidth());
      int height = (int) (part * image.getHeight());
      int x = random.nextInt(image.getWidth() - width + 1);
      int y = random.nextInt(image.getHeight() - height + 1);
      graphics.drawImage(
          image.getSubimage(x, y, width, height), 0, 0, photo.getWidth(), photo.getHeight(), null);
    }
    graphics.dispose();
  }

  private static void drawBlobs(Graphics2D graphics, int width, int height, Random random) {
    for (int i = 0; i < BLOBS; i++) {
      double size = width * (i == 0 ? 2 : 0.3 * Math.pow(random.nextDouble(), 3));
      double x = i == 0 ? -width : random.nextDouble() * width;
      double y = i == 0 ? -height : random.nextDouble() * height;
      Color one = new Color(random.nextInt(1 << 24));
      Color other = new Color(random.nextInt(1 << 24));
      graphics.setPaint(
          new GradientPaint((float) x, (float) y, one, (float) (x + size), (float) y, other));
      graphics.fill(new Ellipse2D.Double(x, y, 2 * size, 2 * size));
    }
  }

  private static void addNoise(BufferedImage photo, Random random) {
    int[] noise = new int[1 << 16];
    for (int i = 0; i < noise.length; i++) {
      noise[i] = (int) Math.round(NOISE * random.nextGaussian());
    }
    int[] row = new int[photo.getWidth()];
    for (int y = 0; y < photo.getHeight(); y++) {
      photo.getRGB(0, y, row.length, 1, row, 0, row.length);
      int from = random.nextInt(noise.length);
      for (int x = 0; x < row.length; x++) {
        int rgb = 0;
        for (int shift = 16; shift >= 0; shift -= 8) {
          int level = (row[x] >> shift & 0xff) + noise[from++ & (noise.length - 1)];
          rgb |= Math.max(0, Math.min(255, level)) << shift;
        }
        row[x] = rgb;
      }
      photo.setRGB(0, y, row.length, 1, row, 0, row.length);
    }
  }

  private static void write(BufferedImage photo, boolean isProgressive, Path file)
      throws IOException {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    try (OutputStream bytes = Files.newOutputStream(file);
        MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      ImageWriteParam parameters = writer.getDefaultWriteParam();
      parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      parameters.setCompressionQuality(QUALITY);
      if (isProgressive) {
        parameters.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
      }
      writer.setOutput(out);
      writer.write(null, new IIOImage(photo, null, null), parameters);
    } finally {
      writer.dispose();
    }
  }
}
