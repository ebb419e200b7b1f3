package org.kgcoop.corpus;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.kgcoop.files.AtomicFile;

/**
 * A data set in a zip file with class folders: {@code train/CLASS/NAME.png}, {@code val/}, {@code
 * test/}, the template and the credits. Every tool that reads class folders can read it. The same
 * content gives the same bytes.
 */
final class PackedDataSet {

  private static final LocalDateTime ALWAYS = LocalDateTime.of(2026, 1, 1, 0, 0);

  private final Map<String, byte[]> entries = new TreeMap<>();

  void add(String part, String className, String name, Bitmap bitmap) {
    entries.put(
        "%s/%s/%s.png".formatted(part, className.replace(' ', '_'), name.replace(':', '-')),
        bitmap.sixteenLevels().smallPng());
  }

  void addText(String name, String text) {
    entries.put(name, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Writes the file with sorted entries. They are not compressed, because images already are. */
  void write(Path file) {
    AtomicFile.write(
        file,
        out -> {
          ZipOutputStream zip = new ZipOutputStream(out, StandardCharsets.UTF_8);
          for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
            put(zip, entry.getKey(), entry.getValue());
          }
          zip.finish();
        });
  }

  private static void put(ZipOutputStream zip, String name, byte[] content) throws IOException {
    CRC32 crc = new CRC32();
    crc.update(content);
    ZipEntry entry = new ZipEntry(name);
    entry.setTimeLocal(ALWAYS);
    if (name.endsWith(".png")) {
      entry.setMethod(ZipEntry.STORED);
      entry.setSize(content.length);
      entry.setCrc(crc.getValue());
    }
    zip.putNextEntry(entry);
    zip.write(content);
    zip.closeEntry();
  }
}
