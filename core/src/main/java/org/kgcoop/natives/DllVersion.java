package org.kgcoop.natives;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The version of a Windows library: the file version in its version resource. Source: "PE Format"
 * (headers and {@code .rsrc}) and "VS_VERSIONINFO structure" of Microsoft's documentation.
 *
 * @param major such as 14
 * @param minor such as 40
 */
record DllVersion(int major, int minor) implements Comparable<DllVersion> {
  private static final int VERSION_RESOURCE = 16;
  private static final int FIRST = -1;
  private static final int FIXED_INFO = 40; // after three lengths and the key VS_VERSION_INFO
  private static final int FIXED_INFO_SIGNATURE = 0xFEEF04BD;

  /**
   * Reads the version of a library.
   *
   * @return nothing if the library has no version
   * @throws IOException if the file cannot be read, or is no library for Windows
   */
  static Optional<DllVersion> read(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    try {
      return read(bytes);
    } catch (IndexOutOfBoundsException e) {
      throw new IOException("it ends too early", e);
    }
  }

  private static Optional<DllVersion> read(ByteBuffer bytes) throws IOException {
    if (bytes.limit() < 64 || bytes.getShort(0) != 0x5A4D) { // MZ
      throw new IOException("it is no library for Windows");
    }
    int header = bytes.getInt(0x3C);
    if (bytes.getInt(header) != 0x4550) { // PE
      throw new IOException("it is no library for Windows");
    }
    int optional = header + 24;
    int directories = optional + (bytes.getShort(optional) == 0x20B ? 112 : 96); // 64 or 32 bits
    int resources = bytes.getInt(directories - 4) > 2 ? bytes.getInt(directories + 16) : 0;
    if (resources == 0) {
      return Optional.empty();
    }
    int root = position(bytes, header, resources);
    int types = entry(bytes, root, 0, VERSION_RESOURCE);
    int languages = types == 0 ? 0 : entry(bytes, root, types, FIRST);
    int data = languages == 0 ? 0 : entry(bytes, root, languages, FIRST);
    if (data == 0) {
      return Optional.empty();
    }
    int info = position(bytes, header, bytes.getInt(root + data)) + FIXED_INFO;
    if (bytes.getInt(info) != FIXED_INFO_SIGNATURE) {
      return Optional.empty();
    }
    return Optional.of(
        new DllVersion(
            Short.toUnsignedInt(bytes.getShort(info + 10)),
            Short.toUnsignedInt(bytes.getShort(info + 8))));
  }

  /** Returns the position in the file of an address in memory. */
  private static int position(ByteBuffer bytes, int header, int address) throws IOException {
    int sections = Short.toUnsignedInt(bytes.getShort(header + 6));
    int section = header + 24 + Short.toUnsignedInt(bytes.getShort(header + 20));
    for (int i = 0; i < sections; i++, section += 40) {
      int offset = address - bytes.getInt(section + 12);
      if (offset >= 0 && offset < bytes.getInt(section + 16)) {
        return bytes.getInt(section + 20) + offset;
      }
    }
    throw new IOException("its resources are outside its sections");
  }

  /**
   * Finds an entry of a directory of resources, by its number or the first.
   *
   * @return the offset from {@code root}, or 0 if there is no such entry
   */
  private static int entry(ByteBuffer bytes, int root, int directory, int id) {
    int at = root + directory;
    int count =
        Short.toUnsignedInt(bytes.getShort(at + 12)) + Short.toUnsignedInt(bytes.getShort(at + 14));
    for (int i = 0; i < count; i++) {
      int entry = at + 16 + 8 * i;
      if (id == FIRST || bytes.getInt(entry) == id) {
        return bytes.getInt(entry + 4) & Integer.MAX_VALUE; // the first bit marks a directory
      }
    }
    return 0;
  }

  @Override
  public int compareTo(DllVersion other) {
    int byMajor = Integer.compare(major, other.major);
    return byMajor == 0 ? Integer.compare(minor, other.minor) : byMajor;
  }

  /** Returns the version as Windows shows it, such as 14.40. */
  @Override
  public String toString() {
    return major + "." + minor;
  }
}
