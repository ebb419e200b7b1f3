package org.kgcoop.random;

import java.nio.ByteBuffer;
import org.apache.commons.rng.core.source64.SplitMix64;
import org.kgcoop.files.Sha256;

/** Generators that belong to a text, so that each use of chance has numbers of its own. */
public final class Seeds {

  private Seeds() {}

  /**
   * SplitMix64, begun with the first eight bytes, big-endian, of the SHA-256 of a text in UTF-8.
   */
  public static SplitMix64 generator(String text) {
    return new SplitMix64(ByteBuffer.wrap(Sha256.bytes(text)).getLong());
  }
}
