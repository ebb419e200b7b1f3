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
  UNKNOWN("");

  private final Pattern start;

  ImageFormat(String start) {
    this.start = Pattern.compile(start, Pattern.DOTALL);
  }

  static ImageFormat of(byte[] file) {
    String text = new String(file, 0, Math.min(file.length, 12), StandardCharsets.ISO_8859_1);
    return Arrays.stream(values())
        .filter(format -> format.start.matcher(text).lookingAt())
        .findFirst()
        .orElseThrow();
  }
}
