package org.kgcoop.image;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Pattern;

/** The formats of image files, detected from the first bytes of the content. */
enum ImageFormat {
  JPEG("\u00ff\u00d8\u00ff"),
  PNG("\u0089PNG\r\n\u001a\n"),
  GIF("GIF8[79]a"),
  BMP("BM"),
  WEBP("RIFF....WEBP"),
  /** A camera's file: of Canon (CR3, CR2), Olympus and Panasonic, or a TIFF with sensor data. */
  RAW("....ftypcrx |II\\*\0....CR|IIRO|IIRS|MMOR|IIU\0"),
  TIFF("II\\*\0|MM\0\\*"),
  /** HEIC or AVIF, which share their container. Other names after ftyp are those of videos. */
  HEIF("....ftyp(hei[cxms]|hev[cx]|mif1|msf1|avi[fs])"),
  UNKNOWN("");

  private final Pattern start;

  ImageFormat(String start) {
    this.start = Pattern.compile(start, Pattern.DOTALL);
  }

  static ImageFormat of(byte[] file) {
    String text = new String(file, 0, Math.min(file.length, 12), StandardCharsets.ISO_8859_1);
    ImageFormat found =
        Arrays.stream(values())
            .filter(format -> format.start.matcher(text).lookingAt())
            .findFirst()
            .orElseThrow();
    return found == TIFF && TiffDirectory.hasSensorData(file) ? RAW : found;
  }
}
