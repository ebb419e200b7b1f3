package org.kgcoop.example;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Map;
import javax.imageio.ImageIO;

/** Asks an exported classifier; all it needs is com.microsoft.onnxruntime:onnxruntime. */
public final class OnnxPets {
  private OnnxPets() {}

  public static void main(String[] arguments) throws IOException, OrtException {
    BufferedImage image = ImageIO.read(new File(arguments[1])); // photo.jpg
    try (OrtSession session = OrtEnvironment.getEnvironment().createSession(arguments[0])) {
      System.out.println(stated(session, "class_names"));
      System.out.println(Arrays.toString(probabilities(session, image)));
    }
  }

  /** The probability of each class. */
  public static float[] probabilities(OrtSession session, BufferedImage image) throws OrtException {
    int size = Integer.parseInt(stated(session, "size"));
    float[] pixels = pixels(image, size, stated(session, "mean"), stated(session, "std"));
    long[] shape = {1, 3, size, size}; // several images go together: {batch, 3, size, size}
    OrtEnvironment runtime = OrtEnvironment.getEnvironment();
    try (OnnxTensor input = OnnxTensor.createTensor(runtime, FloatBuffer.wrap(pixels), shape);
        OrtSession.Result result = session.run(Map.of("pixels", input))) {
      return ((float[][]) result.get("probabilities").orElseThrow().getValue())[0];
    }
  }

  /** Red, green and blue of the square in the middle: (3, size, size). */
  public static float[] pixels(BufferedImage image, int size, String mean, String std) {
    int width = image.getWidth();
    int height = image.getHeight();
    FloatBuffer pixels = FloatBuffer.allocate(3 * size * size);
    for (int channel = 0; channel < 3; channel++) {
      int[][] rows = new int[height][width];
      for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
          rows[y][x] = (image.getRGB(x, y) >> (16 - 8 * channel)) & 255;
        }
      }
      float average = number(mean, channel);
      float deviation = number(std, channel);
      int shorter = Math.min(width, height);
      for (int[] row : resized(resized(rows, shorter, size), shorter, size)) {
        for (int value : row) {
          pixels.put((value / 255f - average) / deviation);
        }
      }
    }
    return pixels.array();
  }

  /** Resizes and center-crops each row. Returns columns, so a second call does the other side. */
  private static int[][] resized(int[][] rows, int shorter, int size) {
    int length = rows[0].length;
    int whole = (int) ((long) size * length / shorter);
    double scale = (double) length / whole;
    double stretch = Math.max(1, scale);
    int[][] columns = new int[size][rows.length];
    for (int x = 0; x < size; x++) {
      double center = (x + Math.rint((whole - size) / 2.0) + 0.5) * scale;
      int from = (int) Math.max(0, center - 2 * stretch + 0.5);
      double[] weights = new double[(int) Math.min(length, center + 2 * stretch + 0.5) - from];
      for (int i = 0; i < weights.length; i++) {
        double d = Math.abs(from + i + 0.5 - center) / stretch;
        weights[i] = d < 1 ? (1.5 * d - 2.5) * d * d + 1 : ((2.5 - 0.5 * d) * d - 4) * d + 2;
      }
      double sum = Arrays.stream(weights).sum();
      for (int y = 0; y < rows.length; y++) {
        double value = 0;
        for (int i = 0; i < weights.length; i++) {
          value += weights[i] / sum * rows[y][from + i];
        }
        columns[x][y] = (int) Math.max(0, Math.min(255, Math.round(value)));
      }
    }
    return columns;
  }

  private static String stated(OrtSession session, String key) throws OrtException {
    return session.getMetadata().getCustomMetadataValue(key).orElseThrow();
  }

  /** One of "[0.48, 0.46, 0.41]". */
  private static float number(String list, int index) {
    return Float.parseFloat(list.substring(1, list.length() - 1).split(", ", 3)[index]);
  }
}
