package org.kgcoop.corpus;

import java.nio.charset.StandardCharsets;

/**
 * Functions that compute the images of {@link Condition}. Ink is 0 (white) to 1 (black), and 0
 * outside of the image.
 */
final class Pixels {

  private Pixels() {}

  /** The ink of each pixel. */
  interface Ink {
    double at(int x, int y);
  }

  /** The brightness of each pixel and channel, 0 to 1. */
  interface Light {
    double at(int x, int y, int channel);
  }

  static Bitmap grey(int side, Ink ink) {
    byte[] samples = new byte[side * side];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = (byte) Math.round(255 * (1 - ink.at(i % side, i / side)));
    }
    return new Bitmap(side, 1, samples);
  }

  static Bitmap color(int side, Light light) {
    byte[] samples = new byte[side * side * 3];
    for (int i = 0; i < samples.length; i++) {
      int pixel = i / 3;
      samples[i] = (byte) Math.round(255 * light.at(pixel % side, pixel / side, i % 3));
    }
    return new Bitmap(side, 3, samples);
  }

  static double ink(Bitmap bitmap, int x, int y) {
    boolean inside = x >= 0 && y >= 0 && x < bitmap.side() && y < bitmap.side();
    return inside ? bitmap.ink(x, y) / 255.0 : 0;
  }

  /** Returns the mean ink of a square. */
  static double mean(Bitmap bitmap, int left, int top, int side) {
    double sum = 0;
    for (int y = top; y < top + side; y++) {
      for (int x = left; x < left + side; x++) {
        sum += ink(bitmap, x, y);
      }
    }
    return sum / (side * side);
  }

  /** Returns the mean ink of a pixel and its neighbors. */
  static double smooth(Bitmap bitmap, int x, int y) {
    return mean(bitmap, x - 1, y - 1, 3);
  }

  /** Returns a number from 0 to 1, a function of a name and a position. */
  static double noise(String name, int x, int y) {
    return (hash(name, (y << 8) + x) & 0xffff) / 65535.0;
  }

  /** Returns a nonnegative hash of a name and a number (FNV-1a, then mixed). */
  static int hash(String name, int number) {
    int hash = 0x811c9dc5;
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ b) * 0x01000193;
    }
    hash ^= number * 0x9e3779b9;
    hash = (hash ^ (hash >>> 16)) * 0x85ebca6b;
    hash = (hash ^ (hash >>> 13)) * 0xc2b2ae35;
    return (hash ^ (hash >>> 16)) & 0x7fffffff;
  }
}
