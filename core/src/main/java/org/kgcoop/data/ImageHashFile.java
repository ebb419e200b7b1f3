package org.kgcoop.data;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.kgcoop.files.Digest;
import org.kgcoop.files.DigestTable;
import org.kgcoop.image.ImageHeader;

/**
 * The file of {@link ImageHashes}. It consists of records of {@value #RECORD} bytes: a stamp, a
 * SHA-256, the header and a CRC-32C of these. Processes append records. When the file reaches its
 * maximum size, it replaces the previous one, and a new file begins. Values of the previous file
 * that are requested move to the new one. So the files are bounded, and the values in use stay.
 *
 * <p>Memory contains only requested values, about 100 bytes per image. Thread-safe.
 */
final class ImageHashFile {
  static final String NAME = "image-hashes";

  private static final String PREVIOUS = "image-hashes.previous";
  private static final int SHA_BYTES = 32;
  private static final int CHECKED = Digest.BYTES + SHA_BYTES + Integer.BYTES;
  private static final int RECORD = CHECKED + Integer.BYTES;

  /** The bits of the orientation in a header. Those of the height and the width are above them. */
  private static final int ORIENTATION_BITS = 4;

  private static final int SIDE_BITS = 14;
  private static final int MAX_SIDE = (1 << SIDE_BITS) - 1;

  /** Keeps orientations apart from those of older files, whose records have no sizes: 1 to 8. */
  private static final int ORIENTATION_SHIFT = 8;

  private static final int RECORDS_AT_ONCE = 1 << 14;
  private static final int MAX_RECORDS = 1 << 22; // 224 MiB

  /** The state of a stamp that the files do not contain. */
  private static final long UNKNOWN = -2;

  /** The folder of the files, or null if there is none. */
  private final @Nullable Path folder;

  private final int maxRecords;

  /** The number of the values of a stamp, or {@link #UNKNOWN}. */
  private final DigestTable numbers = new DigestTable();

  /** The records of all known values, in the order of their numbers. */
  private ByteBuffer values = ByteBuffer.allocate(RECORD);

  /** The end of the records in {@link #values} that are in the file, or will be never. */
  private int written;

  ImageHashFile(@Nullable Path folder) {
    this(folder, MAX_RECORDS);
  }

  /** Creates a file with another maximum number of records. */
  ImageHashFile(@Nullable Path folder, int maxRecords) {
    this.folder = folder;
    this.maxRecords = maxRecords;
  }

  /** Loads the values of stamps, as far as they are not known yet. */
  synchronized void load(@Nullable Digest[] stamps) {
    boolean isMissing = false;
    for (Digest stamp : stamps) {
      if (stamp != null && numbers.get(stamp) == DigestTable.ABSENT) {
        numbers.put(stamp, UNKNOWN);
        isMissing = true;
      }
    }
    if (folder != null && isMissing) {
      flush();
      read(folder.resolve(NAME));
      written = values.position();
      read(folder.resolve(PREVIOUS)); // the next flush writes its values into the new file
    }
  }

  private void read(Path file) {
    ByteBuffer bytes = ByteBuffer.allocate(RECORDS_AT_ONCE * RECORD);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      while (channel.read(bytes) >= 0) {
        bytes.flip();
        for (; bytes.remaining() >= RECORD; bytes.position(bytes.position() + RECORD)) {
          int at = bytes.position();
          Digest stamp = new Digest(bytes.getLong(at), bytes.getLong(at + Long.BYTES));
          if (numbers.get(stamp) == UNKNOWN && isValid(bytes, at)) {
            add(stamp, bytes.slice(at, RECORD));
          }
        }
        bytes.compact();
      }
    } catch (IOException e) {
      return; // it does not exist, or its values are computed again
    }
  }

  private static int bits(ImageHeader header) {
    int orientation = (header.orientation() + ORIENTATION_SHIFT) & ((1 << ORIENTATION_BITS) - 1);
    return (header.width() << SIDE_BITS | header.height()) << ORIENTATION_BITS | orientation;
  }

  private static ImageHeader header(ByteBuffer bytes, int at) {
    int bits = bytes.getInt(at);
    int stored = bits & ((1 << ORIENTATION_BITS) - 1);
    int sides = bits >>> ORIENTATION_BITS;
    return new ImageHeader(
        stored == 0 ? ORIENTATION_SHIFT : stored - ORIENTATION_SHIFT,
        sides >>> SIDE_BITS,
        sides & MAX_SIDE);
  }

  /** Two processes may write into each other's records, which the check detects. */
  private static boolean isValid(ByteBuffer bytes, int from) {
    int orientation = header(bytes, from + CHECKED - Integer.BYTES).orientation();
    return orientation >= 1
        && orientation <= 8
        && bytes.getInt(from + CHECKED) == Digest.crc32c(bytes.slice(from, CHECKED));
  }

  private void add(Digest stamp, ByteBuffer record) {
    if (values.remaining() < RECORD) {
      values =
          ByteBuffer.wrap(Arrays.copyOf(values.array(), Math.multiplyExact(2, values.capacity())))
              .position(values.position());
    }
    numbers.put(stamp, values.position() / RECORD);
    values.put(record);
  }

  private long number(@Nullable Digest stamp) {
    return stamp == null ? UNKNOWN : numbers.get(stamp);
  }

  /** Returns the values of a stamp, or null if they are not known. */
  synchronized @Nullable ImageHash get(@Nullable Digest stamp) {
    long number = number(stamp);
    if (number < 0) {
      return null;
    }
    byte[] sha = new byte[SHA_BYTES];
    int at = (int) number * RECORD + Digest.BYTES;
    values.get(at, sha);
    return new ImageHash(HexFormat.of().formatHex(sha), header(values, at + SHA_BYTES));
  }

  /** Passes on the known values of stamps. */
  synchronized void each(@Nullable Digest[] stamps, ImageHash.Sink sink) {
    for (int i = 0; i < stamps.length; i++) {
      long number = number(stamps[i]);
      if (number >= 0) {
        int at = (int) number * RECORD + Digest.BYTES;
        Digest sha256 = new Digest(values.getLong(at), values.getLong(at + Long.BYTES));
        sink.take(i, sha256, header(values, at + SHA_BYTES));
      }
    }
  }

  /** Adds values, which {@link #flush} writes, unless they are known or have no stamp. */
  synchronized void put(@Nullable Digest stamp, ImageHash image) {
    if (stamp != null && numbers.get(stamp) < 0) {
      ByteBuffer record = ByteBuffer.allocate(RECORD);
      stamp.write(record);
      record.put(HexFormat.of().parseHex(image.sha256())).putInt(bits(image.header()));
      add(stamp, record.putInt(Digest.crc32c(record.duplicate().flip())).flip());
    }
  }

  /** Appends new values to the file. */
  synchronized void flush() {
    int from = written;
    written = values.position();
    if (folder == null || from == written) {
      return;
    }
    Path file = folder.resolve(NAME);
    try {
      Files.createDirectories(folder);
      if (Files.exists(file) && Files.size(file) >= (long) maxRecords * RECORD) {
        Files.move(file, folder.resolve(PREVIOUS), StandardCopyOption.ATOMIC_MOVE);
      }
      try (FileChannel channel =
              FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
          OutputStream out = Channels.newOutputStream(channel)) {
        int torn = (int) (channel.size() % RECORD); // by a process that ended during a write
        out.write(new byte[(RECORD - torn) % RECORD]);
        out.write(values.array(), from, written - from);
      }
    } catch (IOException e) {
      return; // they are computed again
    }
  }
}
