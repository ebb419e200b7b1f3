package org.kgcoop.features;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kgcoop.data.StampedImage;
import org.kgcoop.files.Digest;
import org.kgcoop.image.RgbImage;
import org.kgcoop.image.view.Preprocessing;

/**
 * The few images that a command decodes before all others, to see what they show. Each is kept
 * until its feature is computed, so that it is decoded once. Thread-safe.
 */
final class FirstImages {
  private static final int MOST = 16;

  /** The size up to which an image is kept. Images that were decoded smaller have fewer pixels. */
  private static final int MOST_PIXELS = 1_500_000;

  private static final Map<Key, RgbImage> KEPT = new HashMap<>();

  /**
   * What determines a decoded image.
   *
   * @param stamp stands for the file
   */
  private record Key(Digest stamp, Preprocessing preprocessing) {}

  private FirstImages() {}

  /** Keeps an image, if it is small and there is room. */
  static void keep(Path file, Preprocessing preprocessing, RgbImage image) {
    Digest stamp = StampedImage.of(file).stamp();
    if (stamp != null && (long) image.width() * image.height() <= MOST_PIXELS) {
      synchronized (KEPT) {
        if (KEPT.size() < MOST) {
          KEPT.put(new Key(stamp, preprocessing), image);
        }
      }
    }
  }

  /** Returns a kept image, which is then no longer kept, or null. */
  static @Nullable RgbImage take(Path file, Preprocessing preprocessing) {
    synchronized (KEPT) {
      if (KEPT.isEmpty()) {
        return null;
      }
    }
    Digest stamp = StampedImage.of(file).stamp();
    synchronized (KEPT) {
      return stamp == null ? null : KEPT.remove(new Key(stamp, preprocessing));
    }
  }
}
