package org.kgcoop.files;

/**
 * A hash table from digests to numbers, with about 50 bytes per entry. It is not thread-safe,
 * except for simultaneous calls of {@link #get}.
 */
public final class DigestTable {
  /** The value of a digest that the table does not contain. */
  public static final long ABSENT = -1;

  /** The length of a slot: a digest and its number, next to each other in memory. */
  private static final int SLOT = 3;

  private long[] slots = slots(16);
  private int size;

  /** Creates an empty table. */
  public DigestTable() {}

  private static long[] slots(int count) {
    long[] slots = new long[Math.multiplyExact(SLOT, count)];
    for (int at = SLOT - 1; at < slots.length; at += SLOT) {
      slots[at] = ABSENT;
    }
    return slots;
  }

  /** Returns the number of a digest, or {@link #ABSENT}. */
  public long get(Digest key) {
    return slots[slot(key.high(), key.low()) + 2];
  }

  /**
   * Sets the number of a digest.
   *
   * @param value not {@link #ABSENT}
   */
  public void put(Digest key, long value) {
    if (2 * size >= slots.length / SLOT) {
      grow();
    }
    int at = slot(key.high(), key.low());
    if (slots[at + 2] == ABSENT) {
      size++;
    }
    set(at, key.high(), key.low(), value);
  }

  private void set(int at, long high, long low, long value) {
    slots[at] = high;
    slots[at + 1] = low;
    slots[at + 2] = value;
  }

  /**
   * Returns the start of the slot of a digest, or of the empty slot for it. The bits of a digest
   * are random.
   */
  private int slot(long high, long low) {
    int last = slots.length / SLOT - 1;
    int number = (int) high & last;
    while (slots[SLOT * number + 2] != ABSENT
        && (slots[SLOT * number] != high || slots[SLOT * number + 1] != low)) {
      number = (number + 1) & last;
    }
    return SLOT * number;
  }

  private void grow() {
    long[] old = slots;
    slots = slots(Math.multiplyExact(2, old.length / SLOT));
    for (int at = 0; at < old.length; at += SLOT) {
      if (old[at + 2] != ABSENT) {
        set(slot(old[at], old[at + 1]), old[at], old[at + 1], old[at + 2]);
      }
    }
  }
}
