package org.kgcoop.pretrain;

import java.util.Locale;

/** Colors with a simple name. */
enum Color {
  BLACK(0, 0, 0),
  WHITE(255, 255, 255),
  GRAY(128, 128, 128),
  RED(214, 32, 32),
  GREEN(30, 150, 50),
  BLUE(35, 70, 220),
  YELLOW(250, 220, 30),
  ORANGE(250, 140, 20),
  PURPLE(130, 40, 170),
  PINK(250, 130, 190),
  BROWN(120, 72, 30),
  TEAL(20, 160, 160);

  private static final double CLEAR = 0.3;

  private final int red;
  private final int green;
  private final int blue;

  Color(int red, int green, int blue) {
    this.red = red;
    this.green = green;
    this.blue = blue;
  }

  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  int sample(int channel) {
    return channel == 0 ? red : channel == 1 ? green : blue;
  }

  /** Returns the brightness, from 0 for black to 1 for white. */
  private double brightness() {
    return (0.299 * red + 0.587 * green + 0.114 * blue) / 255;
  }

  /** Returns true if a drawing in this color is clearly visible on a background. */
  boolean isSeenOn(Color ground) {
    return Math.abs(brightness() - ground.brightness()) >= CLEAR;
  }
}
