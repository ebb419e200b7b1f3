package org.kgcoop.features;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kgcoop.files.Sha256;
import org.kgcoop.image.RgbImage;
import org.kgcoop.image.view.JpegFile;
import org.kgcoop.image.view.Preprocessing;
import org.kgcoop.image.view.Sketch;

/**
 * The few images that a command decodes before all others, to see what they show. What the command
 * needs of each later is kept until its feature is computed, so that it is decoded once.
 * Thread-safe.
 */
final class FirstImages {
  private static final int MOST = 16;

  /** The images, the oldest first. */
  private static final Map<Key, First> KEPT = new LinkedHashMap<>();

  private record Key(Path file, Preprocessing preprocessing) {}

  /**
   * A decoded image.
   *
   * @param sha256 the SHA-256 of its file, which may be replaced meanwhile
   * @param view the input of the image encoder
   * @param shown the image for the watcher of an encoder
   */
  record First(String sha256, RgbImage view, RgbImage shown, Sketch sketch) {
    static First of(byte[] file, RgbImage image, RgbImage view) {
      return new First(
          Sha256.of(file), view, JpegFile.shrunk(ViewEncoder.SHOWN, image), Sketch.of(image));
    }
  }

  private FirstImages() {}

  static void keep(Path file, Preprocessing preprocessing, First image) {
    synchronized (KEPT) {
      KEPT.put(new Key(file, preprocessing), image);
      if (KEPT.size() > MOST) {
        KEPT.remove(KEPT.keySet().iterator().next());
      }
    }
  }

  /** Returns a kept image of these bytes, which is then no longer kept, or null. */
  static @Nullable First take(Path file, byte[] bytes, Preprocessing preprocessing) {
    First kept;
    synchronized (KEPT) {
      kept = KEPT.remove(new Key(file, preprocessing));
    }
    return kept == null || !kept.sha256().equals(Sha256.of(bytes)) ? null : kept;
  }
}
