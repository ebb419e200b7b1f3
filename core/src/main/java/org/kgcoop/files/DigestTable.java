package org.kgcoop.files;

import java.util.Arrays;

/**
 * A hash table from digests to numbers, with about 50 bytes per entry. It is not thread-safe,
 * except for simultaneous calls of {@link #get}.
 */
public final class DigestTable {
  /** The value of a digest that the table does not contain. */
  public static final long ABSENT = -1;

  private long[] highs = new long[16];
  private long[] lows = new long[16];
  private long[] values = new long[16];
  private int size;

  /** Creates an empty table. */
  public DigestTable() {
    Arrays.fill(values, ABSENT);
  }

  /** Returns the number of a digest, or {@link #ABSENT}. */
  public long get(Digest key) {
    return values[slot(key.high(), key.low())];
  }

  /**
   * Sets the number of a digest.
   *
   * @param value not {@link #ABSENT}
   */
  public void put(Digest key, long value) {
    if (2 * size >= values.length) {
      grow();
    }
    int slot = slot(key.high(), key.low());
    if (values[slot] == ABSENT) {
      size++;
    }
    highs[slot] = key.high();
    lows[slot] = key.low();
    values[slot] = value;
  }

  /** Returns the slot of a digest, or the empty slot for it. The bits of a digest are random. */
  private int slot(long high, long low) {
    int slot = (int) high & (values.length - 1);
    while (values[slot] != ABSENT && (highs[slot] != high || lows[slot] != low)) {
      slot = (slot + 1) & (values.length - 1);
    }
    return slot;
  }

  private void grow() {
    long[] oldHighs = highs;
    long[] oldLows = lows;
    long[] oldValues = values;
    int length = Math.multiplyExact(2, values.length);
    highs = new long[length];
    lows = new long[length];
    values = new long[length];
    Arrays.fill(values, ABSENT);
    for (int i = 0; i < oldValues.length; i++) {
      if (oldValues[i] != ABSENT) {
        int slot = slot(oldHighs[i], oldLows[i]);
        highs[slot] = oldHighs[i];
        lows[slot] = oldLows[i];
        values[slot] = oldValues[i];
      }
    }
  }
}
