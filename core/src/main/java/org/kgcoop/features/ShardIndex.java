package org.kgcoop.features;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.files.Digest;
import org.kgcoop.files.DigestTable;
import org.kgcoop.files.FileErrors;

/**
 * The index of one model's feature files. Memory contains a digest of each key and the position of
 * its feature, about 50 bytes per feature. Features are read on request. Before the first read from
 * a file, its checksum is verified. Thread-safe.
 */
final class ShardIndex {
  /** Rows are read as one block if the block has at most this many times as many rows. */
  private static final int SPARSE = 8;

  private final Path folder;
  private final Consumer<String> warnings;

  /** The number of a file in {@link #opened}, times 2^32, plus the row, by key. */
  private final DigestTable places = new DigestTable();

  private final List<Opened> opened = new ArrayList<>();

  /** The indexed files. */
  private final Set<Path> files = new HashSet<>();

  /** An indexed file. */
  private static final class Opened {
    final Path path;
    final int rows;
    final int width;
    final double seconds; // per feature
    final int checksum;
    volatile boolean checked;
    volatile boolean gone;

    Opened(Path path, ShardKeys keys) {
      this.path = path;
      this.rows = keys.keys().size();
      this.width = keys.width();
      this.seconds = keys.seconds() / rows;
      this.checksum = keys.check();
    }
  }

  /**
   * Creates an index of the files of a folder, which may be created later.
   *
   * @param warnings receives a line for each ignored file
   */
  ShardIndex(Path folder, Consumer<String> warnings) {
    this.folder = folder;
    this.warnings = warnings;
  }

  /** Returns the place of a feature, or {@link DigestTable#ABSENT}. */
  synchronized long place(Digest key) {
    long place = places.get(key);
    return place == DigestTable.ABSENT || opened.get(fileOf(place)).gone
        ? DigestTable.ABSENT
        : place;
  }

  /** Returns the number of the file of a place. */
  static int fileOf(long place) {
    return (int) (place >>> Integer.SIZE);
  }

  private synchronized Opened file(int number) {
    return opened.get(number);
  }

  /**
   * Reads features of one file.
   *
   * @param places at least one, all of the same file, in increasing order
   * @return the features in the order of the places; null if the file cannot be read any more
   */
  @Nullable List<Feature> read(long[] places) {
    Opened file = file(fileOf(places[0]));
    if (file.gone) {
      return null;
    }
    try {
      if (!file.checked) {
        Shard.Block block = verified(file);
        file.checked = true;
        return features(file, block, 0, places);
      }
      return readChecked(file, places);
    } catch (KgCoopException e) {
      if (Files.exists(file.path)) { // otherwise it was merged into another file
        leaveOut(file.path, e);
      }
      file.gone = true;
      return null;
    }
  }

  /** Returns features of a block that begins with a given row of the file. */
  private static List<Feature> features(Opened file, Shard.Block block, int first, long[] places) {
    List<Feature> features = new ArrayList<>(places.length);
    for (long place : places) {
      features.add(block.feature((int) place - first, file.seconds));
    }
    return features;
  }

  /** Reads all features of a file and verifies them. */
  private static Shard.Block verified(Opened file) {
    long length = (long) Float.BYTES * file.rows * (file.width + 1);
    try (FileChannel channel = FileChannel.open(file.path, StandardOpenOption.READ)) {
      if (channel.size() > length) {
        ByteBuffer end = read(channel, channel.size() - length, length);
        if (ShardKeys.check(end.duplicate()) == file.checksum) {
          return Shard.Block.of(end, file.rows, file.width);
        }
      }
    } catch (IOException e) {
      throw FileErrors.unreadable(file.path, e);
    }
    // It is damaged, or another process has replaced it since its keys were read.
    Shard.Block block = Shard.Block.read(file.path);
    block.check(file.path, file.rows, file.width);
    return block;
  }

  private static List<Feature> readChecked(Opened file, long[] places) {
    int first = (int) places[0];
    int count = (int) places[places.length - 1] - first + 1;
    try (FileChannel channel = FileChannel.open(file.path, StandardOpenOption.READ)) {
      if (count <= SPARSE * places.length) {
        return features(file, block(file, channel, first, count), first, places);
      }
      List<Feature> features = new ArrayList<>(places.length);
      for (long place : places) {
        Shard.Block row = block(file, channel, (int) place, 1);
        features.addAll(features(file, row, (int) place, new long[] {place}));
      }
      return features;
    } catch (IOException | IllegalArgumentException e) { // the latter if the file became shorter
      throw KgCoopException.io(
          file.path + ": cannot be read (" + Messages.firstLine(e.getMessage(), e) + ")", e);
    }
  }

  /** Reads consecutive rows, which fill the end of the file, after all norms. */
  private static Shard.Block block(Opened file, FileChannel channel, int first, int count)
      throws IOException {
    long rowBytes = (long) Float.BYTES * file.width;
    long start = channel.size() - file.rows * rowBytes;
    return new Shard.Block(
        read(channel, start + first * rowBytes, count * rowBytes),
        read(channel, start - (long) Float.BYTES * (file.rows - first), (long) Float.BYTES * count),
        file.width);
  }

  private static ByteBuffer read(FileChannel channel, long from, long length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate((int) length).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, from + bytes.position()) < 0) {
        throw new IOException("it became shorter");
      }
    }
    return bytes.flip();
  }

  /** Indexes the files that other processes wrote since the last call. */
  synchronized void refresh() {
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
    now.stream().filter(files::add).toList().parallelStream()
        .map(file -> new Found(file, keys(file)))
        .toList()
        .forEach(found -> found.keys().ifPresent(keys -> enter(found.file(), keys)));
  }

  /** A file, and its keys if it can be read. */
  private record Found(Path file, Optional<ShardKeys> keys) {}

  private Optional<ShardKeys> keys(Path file) {
    try {
      return Optional.of(Shard.readKeys(file));
    } catch (KgCoopException e) {
      leaveOut(file, e);
      return Optional.empty();
    }
  }

  /**
   * Leaves out a file. A damaged one is deleted, so that the next command does not find it again.
   */
  private void leaveOut(Path file, KgCoopException reason) {
    warnings.accept(reason.getMessage() + " (left out; its features are computed again)");
    if (reason.category() == KgCoopException.Category.WEIGHTS && Shard.isNamed(file)) {
      try {
        Files.deleteIfExists(file);
        Files.deleteIfExists(Shard.keyFile(file));
      } catch (IOException e) {
        return; // as in a folder of others, which is only read
      }
    }
  }

  private synchronized void enter(Path file, ShardKeys keys) {
    long place = (long) opened.size() << Integer.SIZE;
    opened.add(new Opened(file, keys));
    for (Digest key : keys.keys()) {
      places.put(key, place++);
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
  synchronized void add(Map<String, Feature> features) {
    Shard shard = new Shard(features);
    Path path = shard.write(folder);
    files.add(path);
    enter(path, shard.shortKeys());
  }
}
