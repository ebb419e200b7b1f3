package org.kgcoop.io;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Some bytes in memory, or in a file that is read on each use. */
interface ByteSource {
  /** Returns the number of bytes. */
  long size();

  /** Copies bytes to the remaining space of a buffer. The caller has checked that they exist. */
  void copyTo(ByteBuffer target, long from);

  /** Returns bytes, read-only and little-endian. The caller has checked that they exist. */
  ByteBuffer bytes(long from, int length);

  /** Returns the bytes between position and limit of a buffer as a source that shares them. */
  static ByteSource of(ByteBuffer data) {
    return new InMemory(data.slice().asReadOnlyBuffer());
  }

  /** Bytes in memory. */
  record InMemory(ByteBuffer data) implements ByteSource {
    @Override
    public long size() {
      return data.capacity();
    }

    @Override
    public void copyTo(ByteBuffer target, long from) {
      target.put(data.slice((int) from, target.remaining()));
    }

    @Override
    public ByteBuffer bytes(long from, int length) {
      return data.slice((int) from, length).order(ByteOrder.LITTLE_ENDIAN);
    }
  }
}
