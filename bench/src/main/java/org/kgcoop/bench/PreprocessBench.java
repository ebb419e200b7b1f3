package org.kgcoop.bench;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.kgcoop.image.Images;
import org.kgcoop.image.view.Preprocessing;
import org.kgcoop.image.view.Transform;
import org.kgcoop.random.PythonRandom;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures the step from JPEG files to normalized pixels. */
@Command(
    name = "preprocess",
    mixinStandardHelpOptions = true,
    header = "Measure the conversion of 500x375 JPEG files to 224x224 floats, as in Pillow.")
final class PreprocessBench implements Callable<Integer> {
  @Option(
      names = "--images",
      defaultValue = "200",
      description = "Number of images (default: ${DEFAULT-VALUE}).")
  private int count;

  @Mixin private BenchOptions options = new BenchOptions();

  @SuppressWarnings("NullAway.Init") // picocli sets defaults
  PreprocessBench() {}

  @Override
  public Integer call() {
    byte[] jpeg = jpeg();
    Images images = new Images(warning -> {});
    Transform transform = new Transform(Preprocessing.clip(224));
    Runnable oneThread =
        () -> IntStream.range(0, count).forEach(i -> preprocess(images, transform, jpeg));
    Runnable allThreads =
        () ->
            IntStream.range(0, count).parallel().forEach(i -> preprocess(images, transform, jpeg));
    Measurement.Medians medians = options.measure(oneThread, allThreads);
    options.print(
        new Case(
            String.format(
                Locale.ROOT,
                "preprocess, %d images: %.0f images/s on all cores (reference: one core)",
                count,
                1000.0 * count / medians.ours()),
            medians.reference(),
            medians.ours(),
            Double.NaN,
            Double.NaN,
            Measurement.peakResident()));
    return 0;
  }

  private static void preprocess(Images images, Transform transform, byte[] jpeg) {
    float[] pixels = transform.normalize(transform.test(images.decode(jpeg, "bench.jpg")));
    if (pixels.length != 3 * 224 * 224) {
      throw new IllegalStateException("unexpected image size");
    }
  }

  /** Returns an image of colored discs and noise, which uses every part of the decoder. */
  static byte[] jpeg() {
    BufferedImage image = new BufferedImage(500, 375, BufferedImage.TYPE_INT_RGB);
    PythonRandom random = new PythonRandom(1);
    Graphics2D graphics = image.createGraphics();
    for (int i = 0; i < 300; i++) {
      graphics.setColor(new Color(random.below(1 << 24)));
      int size = 4 + random.below(80);
      graphics.fillOval(random.below(500), random.below(375), size, size);
    }
    graphics.dispose();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "jpg", bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
