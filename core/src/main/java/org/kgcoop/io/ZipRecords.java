package org.kgcoop.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.kgcoop.files.FileErrors;

/**
 * The records of a PyTorch zip: entries below one root folder. Uncompressed entries, such as those
 * of tensors, are parts of the file. The checksum of a record is verified when it is first used.
 */
final class ZipRecords {

  /**
   * The maximum compression ratio. Deflate reaches at most 1032; code and pickles stay below 20.
   */
  private static final long MAX_RATIO = 100;

  private static final int LOCAL_HEADER = 30;
  private static final int AT_A_TIME = 1 << 20; // bytes

  private record Entry(String name, boolean stored, long start, long packed, long size, long crc) {}

  private final FileBytes file;
  private final String root;
  private final Map<String, Entry> entries;
  private final Map<String, ByteBuffer> inflated = new HashMap<>();
  private final Map<String, Boolean> verified = new HashMap<>();

  private ZipRecords(FileBytes file, String root, Map<String, Entry> entries) {
    this.file = file;
    this.root = root;
    this.entries = entries;
  }

  static ZipRecords open(FileBytes file) {
    Path path = file.path();
    Map<String, Entry> entries = new LinkedHashMap<>();
    try (ZipFile zip = ZipFile.builder().setPath(path).get()) {
      for (ZipArchiveEntry listed : Collections.list(zip.getEntries())) {
        Entry entry = locate(file, listed);
        if (entries.put(entry.name, entry) != null) {
          throw FileErrors.damaged(path, "its zip has two entries '" + entry.name + "'");
        }
      }
    } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException e) {
      throw FileErrors.damaged(
          path, "it cannot be read as a zip: " + FileErrors.oneLine(e.getMessage(), e), e);
    }
    checkNoOverlap(path, entries);
    return new ZipRecords(file, root(path, entries), entries);
  }

  /** Checks the header of an entry against the directory, and its claimed sizes. */
  private static Entry locate(FileBytes file, ZipArchiveEntry entry) {
    Path path = file.path();
    String name = entry.getName();
    boolean stored = entry.getMethod() == ZipEntry.STORED;
    long packed = entry.getCompressedSize();
    long start = entry.getDataOffset();
    ByteBuffer header = file.window(entry.getLocalHeaderOffset(), LOCAL_HEADER);
    byte[] nameBytes = new byte[header.getShort(26) & 0xffff];
    file.window(entry.getLocalHeaderOffset() + LOCAL_HEADER, nameBytes.length).get(nameBytes);
    boolean sizesFollow = (header.getShort(6) & 8) != 0;
    if (header.getInt(0) != 0x04034b50
        || !new String(nameBytes, StandardCharsets.UTF_8).equals(name)
        || header.getShort(8) != entry.getMethod()
        || (header.getShort(6) & 1) != 0
        || (!sizesFollow && (header.getInt(14) & 0xffff_ffffL) != entry.getCrc())
        || (!stored && entry.getMethod() != ZipEntry.DEFLATED)) {
      throw FileErrors.damaged(path, "the header of its zip entry '" + name + "' is wrong");
    }
    if (packed < 0
        || entry.getSize() < 0
        || start > file.size() - packed
        || (stored && packed != entry.getSize())) {
      throw FileErrors.damaged(path, "its zip entry '" + name + "' does not fit into the file");
    }
    if (entry.getSize() / MAX_RATIO > packed) {
      throw FileErrors.refused(
          path,
          "its zip entry '%s' unpacks %s bytes to %s, more than %s times; it looks like a zip bomb"
              .formatted(name, packed, entry.getSize(), MAX_RATIO));
    }
    return new Entry(name, stored, start, packed, entry.getSize(), entry.getCrc());
  }

  private static void checkNoOverlap(Path path, Map<String, Entry> entries) {
    long end = 0;
    for (Entry entry :
        entries.values().stream().sorted(Comparator.comparingLong(Entry::start)).toList()) {
      if (entry.start < end) {
        throw FileErrors.damaged(path, "its zip entry '" + entry.name + "' overlaps another");
      }
      end = entry.start + entry.packed;
    }
  }

  private static String root(Path path, Map<String, Entry> entries) {
    List<String> pickles =
        entries.keySet().stream().filter(n -> n.matches("[^/]+/data\\.pkl")).toList();
    if (pickles.size() != 1) {
      throw FileErrors.refused(
          path,
          "a zip without the one entry NAME/data.pkl that PyTorch writes; expected a file of torch.save or torch.jit.save");
    }
    return pickles.get(0).substring(0, pickles.get(0).indexOf('/') + 1);
  }

  boolean contains(String record) {
    return entries.containsKey(root + record);
  }

  /** Returns the uncompressed size of a record. */
  long size(String record) {
    return entry(record).size;
  }

  private Entry entry(String record) {
    Entry entry = entries.get(root + record);
    if (entry == null) {
      throw FileErrors.damaged(file.path(), "its zip lacks the entry '" + root + record + "'");
    }
    return entry;
  }

  ByteBuffer whole(String record, int limit) {
    long size = size(record);
    if (size > limit) {
      throw FileErrors.refused(
          file.path(),
          "its entry '%s' has %s bytes, expected at most %s".formatted(record, size, limit));
    }
    return part(record, 0, size).bytes(0, (int) size);
  }

  /** Returns a part of a record, after verifying the checksum of the entire record. */
  ByteSource part(String record, long offset, long length) {
    Entry entry = entry(record);
    if (!entry.stored) {
      ByteBuffer bytes = inflated.get(record);
      if (bytes == null) {
        bytes = inflate(entry);
        inflated.put(record, bytes);
      }
      return ByteSource.of(bytes.slice((int) offset, (int) length));
    }
    if (verified.put(record, true) == null) {
      CRC32 crc = new CRC32();
      for (long done = 0; done < entry.size; ) {
        long count = Math.min(AT_A_TIME, entry.size - done);
        crc.update(file.window(entry.start + done, count));
        done += count;
      }
      checkSum(entry, crc);
    }
    return file.part(entry.start + offset, length);
  }

  private ByteBuffer inflate(Entry entry) {
    if (entry.size > Integer.MAX_VALUE - 8) {
      throw FileErrors.refused(
          file.path(), "its entry '" + entry.name + "' is packed and over 2 GiB; save it unpacked");
    }
    BufferInput packed = new BufferInput(file.window(entry.start, entry.packed));
    Inflater inflater = new Inflater(true);
    try (InflaterInputStream in = new InflaterInputStream(packed, inflater)) {
      byte[] bytes = new byte[(int) entry.size];
      if (in.readNBytes(bytes, 0, bytes.length) != bytes.length || in.read() >= 0) {
        throw FileErrors.damaged(
            file.path(), "its entry '" + entry.name + "' unpacks to another size than it claims");
      }
      CRC32 crc = new CRC32();
      crc.update(bytes);
      checkSum(entry, crc);
      return ByteBuffer.wrap(bytes);
    } catch (IOException e) {
      throw FileErrors.damaged(file.path(), "its entry '" + entry.name + "' does not unpack", e);
    } catch (OutOfMemoryError e) {
      throw FileErrors.refused(
          file.path(),
          "its packed entry '%s' needs %s bytes of memory; save it unpacked"
              .formatted(entry.name, entry.size));
    } finally {
      inflater.end();
    }
  }

  private void checkSum(Entry entry, CRC32 crc) {
    if (crc.getValue() != entry.crc) {
      throw FileErrors.damaged(
          file.path(), "the checksum of its entry '" + entry.name + "' is wrong");
    }
  }
}
