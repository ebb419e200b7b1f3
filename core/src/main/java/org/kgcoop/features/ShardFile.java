package org.kgcoop.features;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.files.FileErrors;
import org.kgcoop.files.InputFile;

/**
 * A {@link Shard} on the disk, whose features are read on request. Before the first read, its
 * checksum is verified. Thread-safe.
 */
final class ShardFile {
  /** Rows are read as one block if the block has at most this many times as many rows. */
  private static final int SPARSE = 8;

  private final Path path;
  private final int count;
  private final int width;
  private final double seconds; // per feature
  private final int checksum;
  private volatile boolean checked;

  ShardFile(Path path, ShardKeys keys) {
    this.path = path;
    this.count = keys.keys().size();
    this.width = keys.width();
    this.seconds = keys.seconds() / count;
    this.checksum = keys.check();
  }

  /**
   * Reads features.
   *
   * @param rows their positions in the file, at least one, in increasing order
   * @throws KgCoopException if the file is damaged, or cannot be read any more
   */
  List<Feature> read(int[] rows) {
    if (!checked) {
      Shard.Block all = verified();
      checked = true;
      return features(all, 0, rows);
    }
    int first = rows[0];
    int span = rows[rows.length - 1] - first + 1;
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      if (span <= SPARSE * rows.length) {
        return features(block(channel, first, span), first, rows);
      }
      Feature[] features = new Feature[rows.length];
      for (int i = 0; i < rows.length; i++) {
        features[i] = block(channel, rows[i], 1).feature(0, seconds);
      }
      return List.of(features);
    } catch (IOException | IllegalArgumentException e) { // the latter if the file became shorter
      throw KgCoopException.io(
          path + ": cannot be read (" + Messages.firstLine(e.getMessage(), e) + ")", e);
    }
  }

  /** Returns rows of a block that begins with a given row of the file. */
  private List<Feature> features(Shard.Block block, int first, int[] rows) {
    return Arrays.stream(rows).mapToObj(row -> block.feature(row - first, seconds)).toList();
  }

  /** Reads all features and verifies them. */
  private Shard.Block verified() {
    long length = (long) Float.BYTES * count * (width + 1);
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      if (channel.size() > length) {
        ByteBuffer end = InputFile.part(channel, channel.size() - length, length);
        if (ShardKeys.check(end.duplicate()) == checksum) {
          return Shard.Block.of(end, count, width);
        }
      }
    } catch (IOException e) {
      throw FileErrors.unreadable(path, e);
    }
    // It is damaged, or another process has replaced it since its keys were read.
    return Shard.open(path).block().checked(path, count, width);
  }

  /** Reads consecutive rows, which fill the end of the file, after all norms. */
  private Shard.Block block(FileChannel channel, int first, int rows) throws IOException {
    long rowBytes = (long) Float.BYTES * width;
    long start = channel.size() - count * rowBytes;
    return new Shard.Block(
        InputFile.part(channel, start + first * rowBytes, rows * rowBytes),
        InputFile.part(
            channel, start - (long) Float.BYTES * (count - first), (long) Float.BYTES * rows),
        width);
  }
}
