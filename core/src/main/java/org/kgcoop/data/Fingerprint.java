package org.kgcoop.data;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;

/**
 * What tells one data set from another, whatever folder it lies in: the SHA-256, as hexadecimal
 * text, over (part, label, class name, SHA-256 of the picture's bytes) of every picture in order.
 */
public final class Fingerprint {

  private Fingerprint() {}

  /** The fingerprint of a data set; reads every picture, one at a time. */
  public static String of(DataSet dataSet) {
    MessageDigest digest = Hashes.sha256();
    add(digest, "train", dataSet.train());
    add(digest, "val", dataSet.val());
    add(digest, "test", dataSet.test());
    return HexFormat.of().formatHex(digest.digest());
  }

  /** The SHA-256 of a picture's bytes, as hexadecimal text. */
  public static String of(byte[] picture) {
    return HexFormat.of().formatHex(Hashes.sha256().digest(picture));
  }

  private static void add(MessageDigest digest, String part, List<Item> items) {
    for (Item item : items) {
      String picture = of(Images.bytes(item.file()));
      String line = String.join("\t", part, "" + item.label(), item.className(), picture) + "\n";
      digest.update(line.getBytes(StandardCharsets.UTF_8));
    }
  }
}
