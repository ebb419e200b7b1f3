package org.kgcoop.features;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.kgcoop.image.view.Sketch;

/** Sketches of images from the decoding for their features, a kilobyte each. Thread-safe. */
final class Sketches {
  private static final int MOST = 1 << 15;

  private final Map<Path, Sketch> known = new ConcurrentHashMap<>();
  private volatile boolean isOpen;

  /** Keeps the sketches of images from now on. */
  void open() {
    isOpen = true;
  }

  /** Returns true if sketches are kept, and there is room for another. */
  boolean isOpen() {
    return isOpen && known.size() < MOST;
  }

  void put(Path file, Sketch sketch) {
    known.put(file, sketch);
  }

  @Nullable Sketch get(Path file) {
    return known.get(file);
  }
}
