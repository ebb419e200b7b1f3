package org.kgcoop.features;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.kgcoop.files.AtomicFile;
import org.kgcoop.files.Digest;
import org.kgcoop.files.Sha256;

/**
 * The keys of a file of a feature cache, in a small binary file next to it: a magic number, the
 * number of features, E, the time of the computation, a digest of the name, 16 bytes per key, and
 * the start of the SHA-256 of these. The numbers are big-endian. A missing or damaged file is no
 * loss, because the file of the features contains its keys too.
 *
 * @param keys one per feature, in the order of the features
 * @param width E
 * @param seconds the time that all features took together
 */
record ShardKeys(List<Digest> keys, int width, double seconds) {
  static final String ENDING = ".keys";

  private static final long MAGIC = 0x6b67636f6f703031L; // "kgcoop01"
  private static final int CHECK_BYTES = 8;
  private static final int HEADER_BYTES =
      Long.BYTES + 2 * Integer.BYTES + Double.BYTES + Digest.BYTES;

  void write(Path file) {
    ByteBuffer bytes = ByteBuffer.allocate(HEADER_BYTES + keys.size() * Digest.BYTES);
    bytes.putLong(MAGIC).putInt(keys.size()).putInt(width).putDouble(seconds);
    name(file).write(bytes);
    keys.forEach(key -> key.write(bytes));
    AtomicFile.write(
        file,
        out -> {
          out.write(bytes.array());
          out.write(check(bytes.array(), bytes.capacity()), 0, CHECK_BYTES);
        });
  }

  /** Reads a file; empty if it is missing or damaged. */
  static Optional<ShardKeys> read(Path file) {
    try {
      ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
      if (bytes.getLong() != MAGIC) {
        return Optional.empty();
      }
      int count = bytes.getInt();
      int width = bytes.getInt();
      double seconds = bytes.getDouble();
      long end = HEADER_BYTES + (long) count * Digest.BYTES;
      if (count < 1
          || !Digest.read(bytes).equals(name(file))
          || bytes.capacity() != end + CHECK_BYTES) {
        return Optional.empty();
      }
      List<Digest> keys = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        keys.add(Digest.read(bytes));
      }
      long check = ByteBuffer.wrap(check(bytes.array(), (int) end)).getLong();
      return bytes.getLong() == check
          ? Optional.of(new ShardKeys(keys, width, seconds))
          : Optional.empty();
    } catch (IOException | BufferUnderflowException e) {
      return Optional.empty();
    }
  }

  private static Digest name(Path file) {
    return Digest.of(String.valueOf(file.getFileName()));
  }

  private static byte[] check(byte[] content, int end) {
    MessageDigest sha = Sha256.digest();
    sha.update(content, 0, end);
    return sha.digest();
  }
}
