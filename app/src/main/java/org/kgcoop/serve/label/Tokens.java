package org.kgcoop.serve.label;

import java.security.SecureRandom;
import java.util.HexFormat;

/** Random texts that nobody can guess. */
final class Tokens {
  private static final int BYTES = 16;

  private Tokens() {}

  /** Returns a random token of 128 bits. */
  static String random() {
    byte[] token = new byte[BYTES];
    new SecureRandom().nextBytes(token);
    return HexFormat.of().formatHex(token);
  }
}
