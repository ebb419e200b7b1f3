package org.kgcoop.train;

/**
 * The learning rate of the first epochs.
 *
 * @param epochs w, the number of epochs
 * @param rate the rate of a constant warm-up, and of the first epoch of a linear one
 */
public record Warmup(Kind kind, int epochs, double rate) {
  /** The form of a warm-up. */
  public enum Kind {
    NONE,
    /** The same rate in all epochs of the warm-up. */
    CONSTANT,
    /** {@code r e / w} in epoch e, from 0; {@code rate} in the first one. */
    LINEAR
  }

  /** Returns the warm-up with the number of epochs times a factor. */
  Warmup stretched(int factor) {
    return new Warmup(kind, Math.multiplyExact(epochs, factor), rate);
  }
}
