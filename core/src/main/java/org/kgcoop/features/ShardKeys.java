package org.kgcoop.features;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.kgcoop.files.AtomicFile;
import org.kgcoop.files.Digest;
import org.kgcoop.files.Folders;

/**
 * The keys of a file of a feature cache, in a small binary file next to it: a magic number, the
 * number of features, E, the time of the computation, a digest of the model and the name, 16 bytes
 * per key, and two checks. The numbers are big-endian. A missing or damaged file is no loss,
 * because the file of the features contains its keys too.
 *
 * @param keys the digests of the keys, in the order of the features
 * @param width E
 * @param seconds the time that all features took together
 * @param check the CRC-32C of the norms and features as stored, which is faster to verify than the
 *     SHA-256 in the file
 */
record ShardKeys(List<Digest> keys, int width, double seconds, int check) {
  static final String ENDING = ".keys";

  private static final long MAGIC = 0x6b67636f6f703032L; // "kgcoop02"
  private static final int CHECK_BYTES = 2 * Integer.BYTES;
  private static final int HEADER_BYTES =
      Long.BYTES + 2 * Integer.BYTES + Double.BYTES + Digest.BYTES;

  void write(Path file) {
    ByteBuffer bytes = ByteBuffer.allocate(HEADER_BYTES + keys.size() * Digest.BYTES + CHECK_BYTES);
    bytes.putLong(MAGIC).putInt(keys.size()).putInt(width).putDouble(seconds);
    name(file).write(bytes);
    keys.forEach(key -> key.write(bytes));
    bytes.putInt(check);
    bytes.putInt(check(bytes.duplicate().flip()));
    AtomicFile.write(file, out -> out.write(bytes.array()));
  }

  /** Reads a file; empty if it is missing or damaged. */
  static Optional<ShardKeys> read(Path file) {
    try {
      ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
      int end = bytes.capacity() - Integer.BYTES;
      if (bytes.getInt(end) != check(bytes.slice(0, end)) || bytes.getLong() != MAGIC) {
        return Optional.empty();
      }
      int count = bytes.getInt();
      int width = bytes.getInt();
      double seconds = bytes.getDouble();
      if (!Digest.read(bytes).equals(name(file))) {
        return Optional.empty();
      }
      List<Digest> keys = Stream.generate(() -> Digest.read(bytes)).limit(count).toList();
      return Optional.of(new ShardKeys(keys, width, seconds, bytes.getInt()));
    } catch (IOException | BufferUnderflowException | IndexOutOfBoundsException e) {
      return Optional.empty();
    }
  }

  /** Returns the name of the folder of a file, which stands for the model. */
  static String model(Path file) {
    return Folders.name(Folders.parent(file.toAbsolutePath()));
  }

  private static Digest name(Path file) {
    return Digest.of(model(file) + "/" + file.getFileName());
  }

  /** Returns the CRC-32C of the remaining bytes of all parts. */
  static int check(ByteBuffer... parts) {
    CRC32C check = new CRC32C();
    for (ByteBuffer part : parts) {
      check.update(part);
    }
    return (int) check.getValue();
  }
}
