package org.kgcoop.pretrain;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.kgcoop.pretrain.Look.Company;
import org.kgcoop.pretrain.Look.Effect;
import org.kgcoop.pretrain.Look.Place;
import org.kgcoop.pretrain.Look.Texture;

/**
 * Renders a drawing with an appearance. Contains scratch memory: use one instance per thread.
 *
 * <p>Works on planes of ink, from 0 for none to 255. A drawing that may get colors has one plane,
 * others have three.
 */
final class Renderer {
  private static final int BLOCK = 4; // side of the squares of a pixelated drawing
  private static final int PERIOD = 8; // of the patterns of a background
  private static final int CONTRAST = 60; // between the two shades of a background

  private final int size; // R
  private final int channels;
  private final float[] ink; // (planes, R, R)
  private final float[] layer; // one drawing, before it is added to the ink
  private final float[] half; // (R/2, R/2), for much smaller drawings
  private final float[] scratch; // (R, R)

  Renderer(int size, int channels) {
    this.size = size;
    this.channels = channels;
    this.ink = new float[3 * size * size];
    this.layer = new float[3 * size * size];
    this.half = new float[(size / 2) * (size / 2)];
    this.scratch = new float[size * size];
  }

  /**
   * Writes the image as samples, (R, R, channels).
   *
   * @param second the other drawing if the appearance has two, with as many planes as the first
   */
  void render(
      Corpus.Entry entry,
      Corpus.@Nullable Entry second,
      Look look,
      Jitter jitter,
      byte[] out,
      int offset) {
    int planes = entry.tint() ? 1 : 3;
    Arrays.fill(ink, 0, planes * size * size, 0);
    draw(entry, planes, firstPose(look, jitter));
    if (second != null && look.company() != Company.ALONE) {
      draw(second, planes, secondPose(look, jitter));
    }
    for (int plane = 0; plane < planes; plane++) {
      alter(look, plane * size * size);
    }
    double strength =
        look.effects().contains(Effect.FAINT) ? 0.35 * jitter.strength() : jitter.strength();
    if (entry.tint()) {
      paint(look, strength, new SplittableRandom(jitter.seed()), out, offset);
    } else {
      copyOut(look.effects().contains(Effect.INVERTED), strength, out, offset);
    }
  }

  // ---- Geometry

  /**
   * The pose of a drawing.
   *
   * @param x the x coordinate of its center, as a fraction of the side from the center of the image
   * @param knockOut true to erase the ink below the drawing
   */
  private record Pose(
      double degrees,
      double zoom,
      double aspect,
      double x,
      double y,
      boolean flip,
      boolean knockOut) {}

  private static Pose firstPose(Look look, Jitter jitter) {
    double zoom = jitter.zoom();
    double x = jitter.shiftX();
    double y = jitter.shiftY();
    if (look.place() != Place.ALL) {
      zoom = 0.44 * Math.sqrt(zoom);
      x += 0.26 * look.place().x;
      y += 0.26 * look.place().y;
    } else if (look.effects().contains(Effect.LARGE)) {
      zoom = 1.6 * Math.sqrt(zoom);
    } else if (look.company() == Company.BESIDE) {
      zoom = 0.5 * Math.sqrt(zoom);
      x = 0.3 * x - 0.25;
    } else if (look.company() == Company.SMALL) {
      zoom = 0.85 * Math.sqrt(zoom);
      x -= 0.07;
      y -= 0.07;
    }
    double degrees = look.turn().degrees + jitter.degrees();
    return new Pose(degrees, zoom, jitter.aspect(), x, y, jitter.flip(), false);
  }

  private static Pose secondPose(Look look, Jitter jitter) {
    double degrees = look.turn().degrees - jitter.degrees();
    return look.company() == Company.BESIDE
        ? new Pose(degrees, 0.5, -jitter.aspect(), 0.25, -jitter.shiftY(), false, false)
        : new Pose(degrees, 0.38, 0, 0.29, 0.29, false, true);
  }

  private void draw(Corpus.Entry entry, int planes, Pose pose) {
    int area = size * size;
    for (int plane = 0; plane < planes; plane++) {
      place(entry.pixels(), plane, planes, pose, plane * area);
    }
    if (pose.knockOut()) {
      int from = (int) (size * (0.5 + pose.x() - 0.5 * pose.zoom() - 0.02));
      for (int plane = 0; plane < planes; plane++) {
        for (int y = Math.max(0, from); y < size; y++) {
          int row = plane * area + y * size;
          Arrays.fill(ink, row + Math.max(0, from), row + size, 0);
        }
      }
    }
    for (int i = 0; i < planes * area; i++) {
      ink[i] = Math.max(ink[i], layer[i]);
    }
  }

  /**
   * Draws a plane of a drawing into {@code layer}, with the inverse of the drawing's pose and
   * bilinear interpolation.
   */
  private void place(byte[] source, int plane, int stride, Pose pose, int target) {
    boolean small = pose.zoom() < 0.6;
    int side = small ? size / 2 : size;
    float[] from = small ? half : scratch;
    if (small) {
      for (int y = 0; y < side; y++) {
        for (int x = 0; x < side; x++) {
          int at = (2 * y * size + 2 * x) * stride + plane;
          from[y * side + x] =
              0.25f
                  * ((source[at] & 0xff)
                      + (source[at + stride] & 0xff)
                      + (source[at + size * stride] & 0xff)
                      + (source[at + (size + 1) * stride] & 0xff));
        }
      }
    } else {
      for (int i = 0; i < size * size; i++) {
        from[i] = source[i * stride + plane] & 0xff;
      }
    }
    double angle = Math.toRadians(pose.degrees());
    double scale = (double) side / size;
    double width = scale / (pose.zoom() * Math.exp(pose.aspect() / 2));
    double height = scale / (pose.zoom() * Math.exp(-pose.aspect() / 2));
    double sign = pose.flip() ? -1 : 1;
    float xx = (float) (sign * width * Math.cos(angle));
    float xy = (float) (sign * width * Math.sin(angle));
    float yx = (float) (-height * Math.sin(angle));
    float yy = (float) (height * Math.cos(angle));
    float middleX = (float) (size * (0.5 + pose.x()) - 0.5);
    float middleY = (float) (size * (0.5 + pose.y()) - 0.5);
    float middle = side / 2f - 0.5f;
    for (int y = 0; y < size; y++) {
      float dy = y - middleY;
      float sx = middle + xy * dy - xx * middleX;
      float sy = middle + yy * dy - yx * middleX;
      int row = target + y * size;
      for (int x = 0; x < size; x++, sx += xx, sy += yx) {
        layer[row + x] = sample(from, side, sx, sy);
      }
    }
  }

  /** Interpolates between four neighbors. There is no ink outside. */
  private static float sample(float[] from, int side, float x, float y) {
    if (!(x > -1 && y > -1 && x < side && y < side)) {
      return 0;
    }
    int left = (int) (x + 1) - 1;
    int top = (int) (y + 1) - 1;
    float fx = x - left;
    float fy = y - top;
    float a = at(from, side, left, top);
    float b = at(from, side, left + 1, top);
    float c = at(from, side, left, top + 1);
    float d = at(from, side, left + 1, top + 1);
    float upper = a + fx * (b - a);
    return upper + fy * (c + fx * (d - c) - upper);
  }

  private static float at(float[] from, int side, int x, int y) {
    return x < 0 || y < 0 || x >= side || y >= side ? 0 : from[y * side + x];
  }

  // ---- Effects

  private void alter(Look look, int plane) {
    if (look.effects().contains(Effect.THICK)) {
      extreme(plane, true);
      extreme(plane, true);
    }
    if (look.effects().contains(Effect.THIN)) {
      thin(plane);
    }
    if (look.effects().contains(Effect.HATCHED)) {
      for (int y = 0; y < size; y++) {
        for (int x = 0; x < size; x++) {
          ink[plane + y * size + x] *= (x + y) % 6 < 3 ? 1 : 0.1f;
        }
      }
    }
    if (look.effects().contains(Effect.PIXELATED)) {
      pixelate(plane);
    }
    if (look.effects().contains(Effect.BLURRED)) {
      for (int i = 0; i < 3; i++) {
        blur(plane, 1, size);
        blur(plane, size, 1);
      }
    }
  }

  /** Replaces each pixel by the maximum, or minimum, of the 3 x 3 pixels around it. */
  private void extreme(int plane, boolean largest) {
    for (int step : new int[] {1, size}) {
      System.arraycopy(ink, plane, scratch, 0, size * size);
      for (int i = step; i < size * size - step; i++) {
        float a = scratch[i - step];
        float b = scratch[i];
        float c = scratch[i + step];
        ink[plane + i] = largest ? Math.max(a, Math.max(b, c)) : Math.min(a, Math.min(b, c));
      }
    }
  }

  /** Makes strokes thinner, unless the strokes are already thin. */
  private void thin(int plane) {
    float[] before = Arrays.copyOfRange(ink, plane, plane + size * size);
    extreme(plane, false);
    double after = 0;
    double sum = 0;
    for (int i = 0; i < before.length; i++) {
      sum += before[i];
      after += ink[plane + i];
    }
    if (after < 0.3 * sum) {
      System.arraycopy(before, 0, ink, plane, before.length);
    }
  }

  private void pixelate(int plane) {
    for (int y = 0; y < size; y += BLOCK) {
      for (int x = 0; x < size; x += BLOCK) {
        int bottom = Math.min(y + BLOCK, size);
        int right = Math.min(x + BLOCK, size);
        float sum = 0;
        for (int v = y; v < bottom; v++) {
          for (int u = x; u < right; u++) {
            sum += ink[plane + v * size + u];
          }
        }
        float mean = sum / ((bottom - y) * (right - x));
        for (int v = y; v < bottom; v++) {
          Arrays.fill(ink, plane + v * size + x, plane + v * size + right, mean);
        }
      }
    }
  }

  /** Computes the mean of five neighbors along one axis. */
  private void blur(int plane, int step, int across) {
    System.arraycopy(ink, plane, scratch, 0, size * size);
    for (int line = 0; line < size; line++) {
      for (int i = 0; i < size; i++) {
        float sum = 0;
        for (int d = -2; d <= 2; d++) {
          int j = Math.min(size - 1, Math.max(0, i + d));
          sum += scratch[line * across + j * step];
        }
        ink[plane + line * across + i * step] = sum / 5;
      }
    }
  }

  // ---- Colors

  private void paint(Look look, double strength, SplittableRandom random, byte[] out, int offset) {
    boolean inverted = look.effects().contains(Effect.INVERTED);
    Color inkColor = inverted ? look.ground() : look.ink();
    Color ground = inverted ? look.ink() : look.ground();
    int direction = random.nextInt(3);
    float factor = (float) (strength / 255);
    for (int y = 0; y < size; y++) {
      for (int x = 0; x < size; x++) {
        float amount = factor * ink[y * size + x];
        float shade = shade(look.texture(), direction, x, y, random);
        int at = offset + (y * size + x) * channels;
        float grey = 0;
        for (int channel = 0; channel < 3; channel++) {
          int plain = ground.sample(channel);
          float behind = plain + (plain >= 128 ? -shade : shade);
          float value = behind + amount * (inkColor.sample(channel) - behind);
          if (channels == 3) {
            out[at + channel] = (byte) Math.round(Math.min(255, Math.max(0, value)));
          }
          grey += GREY[channel] * value;
        }
        if (channels == 1) {
          out[at] = (byte) Math.round(Math.min(255, Math.max(0, grey)));
        }
      }
    }
  }

  private static final float[] GREY = {0.299f, 0.587f, 0.114f};

  /** Returns the difference of a background pixel from the background color. */
  private static float shade(
      Texture texture, int direction, int x, int y, SplittableRandom random) {
    return switch (texture) {
      case PLAIN -> 0;
      case STRIPED -> {
        int along = direction == 0 ? x : direction == 1 ? y : x + y;
        yield along % PERIOD < PERIOD / 2 ? CONTRAST : 0;
      }
      case DOTTED -> {
        int dx = x % PERIOD - PERIOD / 2;
        int dy = y % PERIOD - PERIOD / 2;
        yield dx * dx + dy * dy <= 4 ? 1.5f * CONTRAST : 0;
      }
      case CHECKERED -> (x / PERIOD + y / PERIOD) % 2 == 0 ? CONTRAST : 0;
      case NOISY -> 2.2f * CONTRAST * (float) random.nextDouble();
    };
  }

  private void copyOut(boolean inverted, double strength, byte[] out, int offset) {
    int area = size * size;
    for (int i = 0; i < area; i++) {
      float grey = 0;
      for (int channel = 0; channel < 3; channel++) {
        float amount = (float) strength * ink[channel * area + i];
        float value = inverted ? amount : 255 - amount;
        if (channels == 3) {
          out[offset + 3 * i + channel] = (byte) Math.round(value);
        }
        grey += GREY[channel] * value;
      }
      if (channels == 1) {
        out[offset + i] = (byte) Math.round(grey);
      }
    }
  }
}
