package org.kgcoop.cli.embed;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.kgcoop.cli.SampleDrawings;

/** Drawings that are copied until a test has enough images. All files have different bytes. */
public final class ManyDrawings {
  private ManyDrawings() {}

  /** Writes images into a folder and returns them in the order of their paths. */
  public static List<Path> write(Path folder, int count) {
    try {
      Path originals = Files.createTempDirectory("drawings");
      SampleDrawings.copyTo(originals);
      List<Path> some;
      try (Stream<Path> all = Files.walk(originals)) {
        some = all.filter(file -> file.toString().endsWith(".png")).sorted().toList();
      }
      Files.createDirectories(folder);
      List<Path> written = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        byte[] png = Files.readAllBytes(some.get(i % some.size()));
        Path file = folder.resolve(String.format(Locale.ROOT, "%05d.png", i));
        Files.write(file, commented(png, String.valueOf(i)));
        written.add(file);
      }
      return written;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Returns the same pixels in other bytes: it adds a comment before the last chunk of 12 bytes.
   */
  private static byte[] commented(byte[] png, String comment) {
    byte[] chunk = ("tEXtn\0" + comment).getBytes(StandardCharsets.ISO_8859_1);
    CRC32 crc = new CRC32();
    crc.update(chunk);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(png, 0, png.length - 12);
    out.writeBytes(ByteBuffer.allocate(4).putInt(chunk.length - 4).array());
    out.writeBytes(chunk);
    out.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
    out.write(png, png.length - 12, 12);
    return out.toByteArray();
  }
}
