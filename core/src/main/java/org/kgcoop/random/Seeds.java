package org.kgcoop.random;

import java.nio.ByteBuffer;
import org.apache.commons.rng.core.source64.SplitMix64;
import org.kgcoop.files.Sha256;

/** Random generators seeded by a text, so that each purpose has independent numbers. */
public final class Seeds {

  private Seeds() {}

  /**
   * Returns SplitMix64, seeded with the first eight bytes, big-endian, of the SHA-256 of a text in
   * UTF-8.
   */
  public static SplitMix64 generator(String text) {
    return new SplitMix64(ByteBuffer.wrap(Sha256.bytes(text)).getLong());
  }
}
