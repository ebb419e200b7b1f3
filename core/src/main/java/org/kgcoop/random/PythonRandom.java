package org.kgcoop.random;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.commons.rng.core.source32.MersenneTwister;

/**
 * Python's {@code random} after {@code seed(n)} for an integer n. It returns the same numbers, so
 * that few-shot samples equal those of the published code.
 *
 * <p>Each call changes the state, so an instance is not thread-safe.
 */
public final class PythonRandom {

  private final MersenneTwister words;

  /**
   * The second of the two values that {@link #gauss} computes together; NaN if it was returned
   * already.
   */
  private double secondGauss = Double.NaN;

  /** Creates the generator of {@code random.seed(seed)}. */
  public PythonRandom(long seed) {
    this(BigInteger.valueOf(seed));
  }

  /** Creates the generator of {@code random.seed(seed)}, for integers of any size. */
  public PythonRandom(BigInteger seed) {
    BigInteger rest = seed.abs();
    int[] key = new int[Math.max(1, (rest.bitLength() + 31) / 32)];
    for (int i = 0; i < key.length; i++, rest = rest.shiftRight(32)) {
      key[i] = rest.intValue();
    }
    this.words = new MersenneTwister(key);
  }

  /** Returns {@code getrandbits(bits)} for 0 to 63 bits. */
  long bits(int bits) {
    if (bits < 0 || bits > 63) {
      throw new IllegalArgumentException("bits: expected 0 to 63, got " + bits);
    }
    if (bits == 0) {
      return 0;
    }
    long low = Integer.toUnsignedLong(words.nextInt()) >>> Math.max(0, 32 - bits);
    if (bits <= 32) {
      return low;
    }
    return (Integer.toUnsignedLong(words.nextInt()) >>> (64 - bits)) << 32 | low;
  }

  /** Returns {@code random()}: a number from 0 (included) to 1 (excluded). */
  public double next() {
    long high = bits(27);
    long low = bits(26);
    return (high * 0x1p26 + low) * 0x1p-53;
  }

  /** Returns {@code gauss(0, 1)}: a normal value. The last digit may differ from Python's. */
  public double gauss() {
    if (!Double.isNaN(secondGauss)) {
      double value = secondGauss;
      secondGauss = Double.NaN;
      return value;
    }
    double angle = 2 * Math.PI * next();
    double radius = Math.sqrt(-2 * StrictMath.log(1 - next()));
    secondGauss = StrictMath.sin(angle) * radius;
    return StrictMath.cos(angle) * radius;
  }

  /** Returns normal values with mean 0. */
  public float[] gaussians(double deviation, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (deviation * gauss());
    }
    return values;
  }

  /** Returns {@code randrange(bound)}: an integer from 0 to {@code bound} - 1. */
  public int below(int bound) {
    if (bound < 1) {
      throw new IllegalArgumentException("bound: expected 1 or more, got " + bound);
    }
    int bits = 32 - Integer.numberOfLeadingZeros(bound);
    long drawn = bits(bits);
    while (drawn >= bound) {
      drawn = bits(bits);
    }
    return (int) drawn;
  }

  /** Returns {@code sample(population, count)}: distinct elements, in random order. */
  public <T> List<T> sample(List<T> population, int count) {
    int size = population.size();
    if (count < 0 || count > size) {
      throw new IllegalArgumentException("count: expected 0 to %s, got %s".formatted(size, count));
    }
    List<T> sample = new ArrayList<>(count);
    if (size <= poolSize(count)) {
      List<T> pool = new ArrayList<>(population);
      for (int i = 0; i < count; i++) {
        int drawn = below(size - i);
        sample.add(pool.get(drawn));
        pool.set(drawn, pool.get(size - i - 1));
      }
      return sample;
    }
    Set<Integer> taken = new HashSet<>();
    for (int i = 0; i < count; i++) {
      int drawn = below(size);
      while (!taken.add(drawn)) {
        drawn = below(size);
      }
      sample.add(population.get(drawn));
    }
    return sample;
  }

  /**
   * Returns the population size up to which Python copies all elements; above it, Python remembers
   * the selected ones.
   */
  private static long poolSize(int count) {
    if (count <= 5) {
      return 21;
    }
    long power = 1;
    while (power < 3L * count) {
      power *= 4;
    }
    return 21 + power;
  }

  /** Shuffles in place, as {@code shuffle(elements)}. */
  public void shuffle(List<?> elements) {
    for (int i = elements.size() - 1; i >= 1; i--) {
      Collections.swap(elements, i, below(i + 1));
    }
  }
}
