package org.kgcoop.image;

import static org.bytedeco.leptonica.global.leptonica.L_JPEG_CONTINUE_WITH_BAD_DATA;
import static org.bytedeco.leptonica.global.leptonica.L_MS_BYTE;
import static org.bytedeco.leptonica.global.leptonica.L_SEVERITY_NONE;
import static org.bytedeco.leptonica.global.leptonica.fopenWriteStream;
import static org.bytedeco.leptonica.global.leptonica.pixConvert16To8;
import static org.bytedeco.leptonica.global.leptonica.pixConvertTo32;
import static org.bytedeco.leptonica.global.leptonica.pixDestroy;
import static org.bytedeco.leptonica.global.leptonica.pixGetData;
import static org.bytedeco.leptonica.global.leptonica.pixGetDepth;
import static org.bytedeco.leptonica.global.leptonica.pixGetHeight;
import static org.bytedeco.leptonica.global.leptonica.pixGetWidth;
import static org.bytedeco.leptonica.global.leptonica.pixGetWpl;
import static org.bytedeco.leptonica.global.leptonica.pixReadMemJpeg;
import static org.bytedeco.leptonica.global.leptonica.pixReadMemTiff;
import static org.bytedeco.leptonica.global.leptonica.setMsgSeverity;

import java.io.IOException;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.leptonica.PIX;
import org.jspecify.annotations.Nullable;
import org.kgcoop.natives.NativeSettings;
import org.kgcoop.natives.SystemRequirements;

/**
 * Leptonica's decoders. Their libjpeg is the same on every Java, so pixels do not depend on the
 * Java build.
 */
final class Leptonica {
  private static boolean isLoaded;

  private Leptonica() {}

  /**
   * Loads the library at its first use. A class that failed to initialize would hide the reason.
   */
  private static synchronized void load() {
    if (isLoaded) {
      return;
    }
    SystemRequirements.check();
    NativeSettings.choose();
    try {
      Loader.load(org.bytedeco.leptonica.global.leptonica.class);
    } catch (LinkageError e) {
      String platform = Loader.getPlatform();
      String library =
          "/org/bytedeco/leptonica/" + platform + "/" + System.mapLibraryName("jnileptonica");
      throw SystemRequirements.failure(platform, Loader.class.getResource(library) != null, e);
    }
    setMsgSeverity(L_SEVERITY_NONE); // the caller reports errors
    if (NativeSettings.isQuiet()) {
      silence();
    }
    isLoaded = true;
  }

  /**
   * Points the C library's error stream, which libjpeg writes to, at the null device. Java does not
   * use it. Windows has no such variable, so libjpeg's messages remain there.
   */
  private static void silence() {
    Pointer stream =
        Loader.addressof(Loader.getPlatform().startsWith("macosx") ? "__stderrp" : "stderr");
    Pointer nowhere = stream == null ? null : fopenWriteStream("/dev/null", "w");
    if (nowhere != null && !nowhere.isNull()) {
      new PointerPointer<>(stream).put(0, nowhere);
    }
  }

  /**
   * Decodes a JPEG file. As in Pillow, damaged coefficients are no error.
   *
   * @param divisor 1, 2, 4 or 8
   * @throws IOException if the data are too damaged
   */
  static RgbImage jpeg(byte[] file, int divisor) throws IOException {
    load();
    try (BytePointer bytes = new BytePointer(file);
        IntPointer warnings = new IntPointer(1)) {
      warnings.put(0, 0);
      return rgb(
          pixReadMemJpeg(bytes, file.length, 0, divisor, warnings, L_JPEG_CONTINUE_WITH_BAD_DATA));
    }
  }

  /**
   * Decodes the first image of a TIFF file.
   *
   * @throws IOException if the data are damaged, or of a kind that leptonica does not know
   */
  static RgbImage tiff(byte[] file) throws IOException {
    load();
    try (BytePointer bytes = new BytePointer(file)) {
      PIX pix = pixReadMemTiff(bytes, file.length, 0);
      if (pix == null || pix.isNull()) {
        throw new IOException("its data are damaged, or of a kind that is not read");
      }
      PIX converted;
      try {
        converted = pixGetDepth(pix) == 16 ? pixConvert16To8(pix, L_MS_BYTE) : pixConvertTo32(pix);
      } finally {
        pixDestroy(pix);
      }
      return rgb(converted);
    }
  }

  /** Converts an image of 8 or 32 bits to RGB and frees it. */
  private static RgbImage rgb(@Nullable PIX pix) throws IOException {
    if (pix == null || pix.isNull()) {
      throw new IOException("its data are damaged");
    }
    try (IntPointer data = pixGetData(pix)) {
      int width = pixGetWidth(pix);
      int height = pixGetHeight(pix);
      boolean isGray = pixGetDepth(pix) == 8;
      byte[] out = new byte[Math.multiplyExact(3, Math.multiplyExact(width, height))];
      int[] row = new int[pixGetWpl(pix)];
      int to = 0;
      for (int y = 0; y < height; y++) {
        data.position((long) y * row.length).get(row);
        to = isGray ? gray(row, width, out, to) : color(row, width, out, to);
      }
      return new RgbImage(width, height, out);
    } finally {
      pixDestroy(pix);
    }
  }

  /** Writes a row of words that contain red in their top byte. */
  private static int color(int[] row, int width, byte[] out, int from) {
    int to = from;
    for (int x = 0; x < width; x++) {
      int word = row[x];
      out[to++] = (byte) (word >> 24);
      out[to++] = (byte) (word >> 16);
      out[to++] = (byte) (word >> 8);
    }
    return to;
  }

  /** Writes a row of words of four gray samples, the first in the top byte. */
  private static int gray(int[] row, int width, byte[] out, int from) {
    int to = from;
    for (int x = 0; x < width; x++) {
      byte level = (byte) (row[x >> 2] >> (24 - 8 * (x & 3)));
      out[to++] = level;
      out[to++] = level;
      out[to++] = level;
    }
    return to;
  }
}
