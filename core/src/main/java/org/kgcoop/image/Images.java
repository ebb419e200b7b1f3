package org.kgcoop.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Function;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.files.InputFile;

/**
 * A reader of image files. Its result equals Pillow's {@code Image.open(file).convert("RGB")}, byte
 * for byte. It reads JPEG, PNG, GIF (first frame), BMP and WebP, and detects the format from the
 * content. It rejects GIF files without a palette or with fewer than 5 interlaced rows, and BMP
 * files with headers of OS/2 2.x.
 *
 * <p>It also reads TIFF, the JPEG preview inside RAW files, and HEIC and AVIF if a program that
 * decodes them is installed (heif-dec, heif-convert or magick). Such images are rotated as their
 * files say, and have no further EXIF orientation.
 *
 * <p>As in Pillow, transparency is dropped without blending, and ICC profiles and the EXIF
 * orientation are ignored, except in TIFF, HEIC and AVIF files. Values of 16-bit gray PNG images
 * are clipped to 255; each instance warns about this once. Instances are thread-safe.
 */
public final class Images {

  /** The number of pixels of an image of 8000 x 8000, which takes 192 MB of memory. */
  public static final long DEFAULT_MAX_PIXELS = 64_000_000;

  private static final long MAX_FILE_BYTES = 512L << 20;

  private static final int READ_AT_ONCE = 1 << 18;

  private static final LongAdder DECODED = new LongAdder();

  private final long maxPixels;
  private final Consumer<String> warnings;
  private final boolean readsHeif;
  private final AtomicBoolean warnedOfClipping = new AtomicBoolean();

  /** Creates a reader with the default pixel limit. */
  public Images(Consumer<String> warnings) {
    this(DEFAULT_MAX_PIXELS, warnings);
  }

  /**
   * Creates a reader that rejects larger images.
   *
   * @param maxPixels the maximum of width x height; it is checked before decoding
   * @param warnings receives one line if an image is read in a way that you may not expect
   */
  public Images(long maxPixels, Consumer<String> warnings) {
    this(maxPixels, warnings, /* readsHeif= */ true);
  }

  private Images(long maxPixels, Consumer<String> warnings, boolean readsHeif) {
    if (maxPixels < 1 || maxPixels > Integer.MAX_VALUE / 3) {
      throw new IllegalArgumentException(
          "maxPixels: expected 1 to " + Integer.MAX_VALUE / 3 + ", got " + maxPixels);
    }
    this.maxPixels = maxPixels;
    this.warnings = warnings;
    this.readsHeif = readsHeif;
  }

  /**
   * Returns a reader that rejects HEIC and AVIF images. Use it for files of strangers, because an
   * installed program decodes these images, which may take minutes.
   */
  public Images withoutHeif() {
    return new Images(maxPixels, warnings, /* readsHeif= */ false);
  }

  /** Returns how many images this process has decoded or tried to decode. */
  public static long decoded() {
    return DECODED.sum();
  }

  public RgbImage read(Path file) {
    return decode(bytes(file), file.toString());
  }

  /** Reads an image and rotates it by its EXIF orientation. */
  public RgbImage readUpright(Path file) {
    return decodeUpright(bytes(file), file.toString());
  }

  /**
   * Decodes an image from the bytes of its file.
   *
   * @param name the name of the image in error messages
   */
  public RgbImage decode(byte[] file, String name) {
    return decode(file, name, image -> image);
  }

  /** Decodes as {@link #decode(byte[], String)}, and rotates the image by its EXIF orientation. */
  public RgbImage decodeUpright(byte[] file, String name) {
    return decodeUpright(file, name, Reduction.NONE, image -> image);
  }

  /**
   * Decodes an image as {@link #decode(byte[], String)} and passes it to a function. All threads of
   * a process share a part of the heap for decoded images, and wait for it. The image counts until
   * the function returns, so the function should return something small.
   *
   * @param use must not decode another image, because it could wait forever
   */
  public <T> T decode(byte[] file, String name, Function<RgbImage, T> use) {
    return decode(file, name, Reduction.NONE, use);
  }

  /**
   * Decodes an image, rotates it by its EXIF orientation, and passes it to a function, as {@link
   * #decode(byte[], String, Function)}.
   *
   * @param reduction how much smaller a JPEG image may be decoded; an image that is decoded smaller
   *     differs a little from a full one that is resized
   */
  public <T> T decodeUpright(
      byte[] file, String name, Reduction reduction, Function<RgbImage, T> use) {
    int orientation = Orientation.of(file);
    return decode(file, name, reduction, image -> use.apply(image.upright(orientation)));
  }

  private <T> T decode(byte[] file, String name, Reduction reduction, Function<RgbImage, T> use) {
    if (file.length == 0) {
      throw KgCoopException.data(name + ": the file is empty; expected an image");
    }
    try (PixelLimit limit = new PixelLimit(maxPixels)) {
      return use.apply(decoded(file, name, reduction, limit));
    }
  }

  private RgbImage decoded(byte[] file, String name, Reduction reduction, PixelLimit limit) {
    DECODED.increment();
    ImageFormat found = ImageFormat.of(file);
    ImageFormat format = found == ImageFormat.HEIF && !readsHeif ? ImageFormat.UNKNOWN : found;
    try {
      return switch (format) {
        case JPEG -> JpegDecoder.decode(file, limit, reduction);
        case PNG -> PngDecoder.decode(file, limit, () -> warnOfClipping(name));
        case GIF -> GifDecoder.decode(file, limit);
        case BMP -> BmpDecoder.decode(file, limit);
        case WEBP -> WebpDecoder.decode(file, limit);
        case TIFF -> TiffDecoder.decode(file, limit);
        case RAW -> JpegDecoder.decode(RawPreview.in(file).of(file), limit, reduction);
        case HEIF -> HeifDecoder.INSTALLED.decode(file, limit);
        case UNKNOWN ->
            throw KgCoopException.data(
                ("%s: this is %s; expected JPEG, PNG, GIF, BMP, WebP, TIFF or RAW, whatever the"
                        + " file's name")
                    .formatted(name, describe(file)));
      };
    } catch (RefusedImageException e) {
      throw KgCoopException.data(
          name + ": this " + format + " image is rejected: " + e.getMessage(), e);
    } catch (IOException e) {
      throw KgCoopException.data(
          "%s: cannot read this %s image: %s".formatted(name, format, reason(e)), e);
    }
  }

  /** Returns the content of an image file. */
  public static byte[] bytes(Path file) {
    try {
      long size = InputFile.check(file).size();
      if (size > MAX_FILE_BYTES) {
        throw KgCoopException.data(
            "%s: the file has %s bytes, which is more than an image needs".formatted(file, size));
      }
      try (InputStream stream = Files.newInputStream(file)) {
        byte[] bytes = new byte[(int) size];
        int at = 0;
        for (int read = 0; read >= 0 && at < bytes.length; at += Math.max(0, read)) {
          // Java copies each part through a buffer of this size, which it keeps.
          read = stream.read(bytes, at, Math.min(bytes.length - at, READ_AT_ONCE));
        }
        byte[] more = bytes(stream); // the size in a zip entry can be wrong
        if (at == bytes.length && more.length == 0) {
          return bytes;
        }
        byte[] all = Arrays.copyOf(bytes, Math.addExact(at, more.length));
        System.arraycopy(more, 0, all, at, more.length);
        return all;
      }
    } catch (NoSuchFileException e) {
      throw KgCoopException.data(file + ": there is no such image", e);
    } catch (IOException e) {
      throw KgCoopException.data(file + ": cannot be read as a file: " + Messages.reason(e), e);
    }
  }

  /**
   * Returns the rest of a stream as the content of an image file, and leaves the stream open.
   *
   * @throws KgCoopException if it has more bytes than an image needs, or breaks off
   */
  public static byte[] bytes(InputStream stream) {
    try {
      byte[] bytes = stream.readNBytes((int) MAX_FILE_BYTES + 1);
      if (bytes.length > MAX_FILE_BYTES) {
        throw KgCoopException.data(
            "the stream has more than "
                + MAX_FILE_BYTES
                + " bytes, which is more than an image needs");
      }
      return bytes;
    } catch (IOException e) {
      throw KgCoopException.data("the stream of an image broke off: " + Messages.reason(e), e);
    }
  }

  private void warnOfClipping(String name) {
    if (warnedOfClipping.compareAndSet(false, true)) {
      warnings.accept(
          name
              + ": a gray image of 16 bits; values above 255 become 255, as in Pillow."
              + " Convert such images to 8 bits if they look white");
    }
  }

  private static String reason(IOException e) {
    String message = e.getMessage();
    String known =
        message == null ? "its data are damaged" : message.lines().findFirst().orElse("");
    return known + "; expected a complete file; get it again or leave it out";
  }

  private static String describe(byte[] file) {
    ByteReader bytes = ByteReader.bigEndian(file);
    if (file.length > 2 && file[0] == 'P' && file[1] >= '1' && file[1] <= '7' && isBlank(file[2])) {
      return "a PNM image";
    }
    if (bytes.startsWith("ftyp", 4)) {
      return "a HEIF or AVIF image or a video (to convert an image: "
          + ImageNames.HEIF_CONVERTER
          + ")";
    }
    if (bytes.startsWith("version https://git-lfs", 0)) {
      return "a Git LFS pointer, not the image itself (try: git lfs pull)";
    }
    int looked = Math.min(file.length, 512);
    for (int i = 0; i < looked; i++) {
      if (file[i] >= 0 && file[i] < ' ' && !isBlank(file[i])) {
        return "not an image of a known format";
      }
    }
    return "a text file";
  }

  private static boolean isBlank(byte character) {
    return " \t\r\n\f".indexOf(character) >= 0;
  }
}
