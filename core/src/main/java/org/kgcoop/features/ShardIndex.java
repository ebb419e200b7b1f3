package org.kgcoop.features;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.files.FileErrors;
import org.kgcoop.files.Sha256;

/**
 * The index of one model's feature files. Memory contains a digest of each key and the position of
 * its feature, about 100 bytes per feature. Features are read row by row on request. Before the
 * first read from a file, its checksum is verified.
 */
final class ShardIndex {
  private final Path folder;
  private final Consumer<String> warnings;
  private final Map<Key, Place> places = new HashMap<>();

  /** The indexed files. */
  private final Set<Path> files = new HashSet<>();

  /** The first 128 bits of the SHA-256 of a key. */
  private record Key(long high, long low) {
    static Key of(String key) {
      String hash = Sha256.of(key);
      return new Key(
          Long.parseUnsignedLong(hash, 0, 16, 16), Long.parseUnsignedLong(hash, 16, 32, 16));
    }
  }

  /** An indexed file. */
  private static final class Opened {
    final Path path;
    final int rows;
    final int width;
    final double seconds;
    boolean checked;

    Opened(Path path, Shard.Index index) {
      this.path = path;
      this.rows = index.keys().size();
      this.width = index.width();
      this.seconds = index.seconds();
    }
  }

  private record Place(Opened file, int row) {}

  /**
   * Creates an index of the files of a folder, which may be created later.
   *
   * @param warnings receives a line for each ignored file
   */
  ShardIndex(Path folder, Consumer<String> warnings) {
    this.folder = folder;
    this.warnings = warnings;
  }

  /** Returns the available features, by key. */
  Map<String, Shard.Feature> find(Set<String> keys) {
    Map<String, Key> shortened = new HashMap<>();
    keys.forEach(key -> shortened.put(key, Key.of(key)));
    if (!places.keySet().containsAll(shortened.values())) {
      lookIntoNewFiles(); // another process may have written new files
    }
    Map<String, Shard.Feature> found = new HashMap<>();
    while (!read(shortened, found)) {
      // If a file is gone, a merged file may contain its features.
      lookIntoNewFiles();
    }
    return found;
  }

  /**
   * Reads the features that have a position and are not found yet. Returns false if a file became
   * unreadable.
   */
  private boolean read(Map<String, Key> keys, Map<String, Shard.Feature> found) {
    Map<Opened, Map<String, Integer>> rows = new HashMap<>();
    keys.forEach(
        (key, shortened) -> {
          Place place = places.get(shortened);
          if (place != null && !found.containsKey(key)) {
            rows.computeIfAbsent(place.file(), file -> new HashMap<>()).put(key, place.row());
          }
        });
    boolean whole = true;
    for (Map.Entry<Opened, Map<String, Integer>> entry : rows.entrySet()) {
      Opened file = entry.getKey();
      try {
        found.putAll(read(file, entry.getValue()));
      } catch (KgCoopException e) {
        if (Files.exists(file.path)) {
          warnings.accept(e.getMessage() + " (left out; its features are computed again)");
        }
        places.values().removeIf(place -> place.file().equals(file));
        whole = false;
      }
    }
    return whole;
  }

  private static Map<String, Shard.Feature> read(Opened file, Map<String, Integer> rows) {
    if (!file.checked) {
      Shard.check(file.path);
      file.checked = true;
    }
    Map<String, Shard.Feature> features = new HashMap<>();
    long length = 4L * file.width;
    try (FileChannel channel = FileChannel.open(file.path, StandardOpenOption.READ)) {
      long start = channel.size() - file.rows * length;
      for (Map.Entry<String, Integer> row : rows.entrySet()) {
        ByteBuffer bytes = ByteBuffer.allocate((int) length).order(ByteOrder.LITTLE_ENDIAN);
        readFully(channel, bytes, start + row.getValue() * length);
        float[] vector = new float[file.width];
        bytes.flip().asFloatBuffer().get(vector);
        ByteBuffer norm = ByteBuffer.allocate(Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        readFully(channel, norm, start - (long) Float.BYTES * (file.rows - row.getValue()));
        features.put(
            row.getKey(), new Shard.Feature(row.getKey(), vector, norm.getFloat(0), file.seconds));
      }
      return features;
    } catch (IOException | IllegalArgumentException e) { // the latter if the file became shorter
      throw KgCoopException.io(
          file.path + ": cannot be read (" + Messages.firstLine(e.getMessage(), e) + ")", e);
    }
  }

  private static void readFully(FileChannel channel, ByteBuffer bytes, long from)
      throws IOException {
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, from + bytes.position()) < 0) {
        throw new EOFException("it became shorter");
      }
    }
  }

  private void lookIntoNewFiles() {
    if (!Files.isDirectory(folder)) {
      return;
    }
    List<Path> now;
    try (Stream<Path> all = Files.list(folder)) {
      now = all.filter(file -> file.toString().endsWith(Shard.ENDING)).sorted().toList();
    } catch (IOException e) {
      throw KgCoopException.io(
          folder + ": cannot be listed (" + Messages.reason(e) + "); try another --feature-cache",
          e);
    }
    now.stream().filter(files::add).forEach(this::lookInto);
  }

  private void lookInto(Path file) {
    try {
      Shard.Index index = Shard.Index.read(file);
      enter(new Opened(file, index), index.keys());
    } catch (KgCoopException e) {
      warnings.accept(e.getMessage() + " (left out; its features are computed again)");
    }
  }

  private void enter(Opened file, Collection<String> keys) {
    int row = 0;
    for (String key : keys) {
      places.put(Key.of(key), new Place(file, row++));
    }
  }

  /**
   * Checks that features can be written, before any is computed.
   *
   * @throws KgCoopException if they cannot be written
   */
  void prepare() {
    try {
      Files.createDirectories(folder);
      Files.delete(Files.createTempFile(folder, ".", ".tmp"));
    } catch (IOException e) {
      throw KgCoopException.io(
          folder + ": cannot be written: " + FileErrors.reason(e) + "; try another --feature-cache",
          e);
    }
  }

  /**
   * Writes features into a new file.
   *
   * @throws KgCoopException if it cannot be written
   */
  void add(List<Shard.Feature> features) {
    Path path = new Shard(features).write(folder);
    files.add(path);
    double seconds = features.stream().mapToDouble(Shard.Feature::seconds).sum();
    List<String> keys = new ArrayList<>(features.size());
    features.forEach(feature -> keys.add(feature.key()));
    int width = features.get(0).vector().length;
    enter(new Opened(path, new Shard.Index(keys, width, seconds / keys.size())), keys);
  }
}
