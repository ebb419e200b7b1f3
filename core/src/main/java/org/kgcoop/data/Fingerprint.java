package org.kgcoop.data;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import org.kgcoop.files.Sha256;

/**
 * The identity of a data set in any folder: the hexadecimal SHA-256 of (part, label, class name,
 * SHA-256 of the image's bytes) of every image in order.
 */
public final class Fingerprint {

  private Fingerprint() {}

  /** Computes the fingerprint of a data set. It reads only images with unknown hashes. */
  public static String of(DataSet dataSet, ImageHashes hashes) {
    MessageDigest digest = Sha256.digest();
    add(digest, "train", dataSet.train(), hashes);
    add(digest, "val", dataSet.val(), hashes);
    add(digest, "test", dataSet.test(), hashes);
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void add(MessageDigest digest, String part, List<Item> items, ImageHashes hashes) {
    List<String> images = hashes.of(items.stream().map(Item::file).toList());
    for (int i = 0; i < items.size(); i++) {
      Item item = items.get(i);
      String line =
          String.join("\t", part, "" + item.label(), item.className(), images.get(i)) + "\n";
      digest.update(line.getBytes(StandardCharsets.UTF_8));
    }
  }
}
