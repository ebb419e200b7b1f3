package org.kgcoop.files;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A disk in this process on which all work ends at one point, before a step or in the middle of a
 * write. From then on nothing is written or deleted, as after SIGKILL. It tracks the forced
 * content, without the wait. It replaces the disk for all writes until it is closed.
 */
public final class FailingDisk extends Disk implements AutoCloseable {
  /** A point that is never reached. */
  public static final int NEVER = Integer.MAX_VALUE;

  /** The kind of end, and the lost content. */
  public enum End {
    /** No written content is lost. */
    PROCESS,
    /** Content that was not forced is lost, including renames. */
    POWER,
    /** Content that was not forced is lost, but not renames after it. */
    POWER_AFTER_RENAMES,
    /** The disk is full: nothing is lost, and the process receives the error. */
    SPACE;

    private boolean isPower() {
      return this == POWER || this == POWER_AFTER_RENAMES;
    }
  }

  /** Reports the end. It is not an IOException, so that no code handles it as a disk error. */
  public static final class Ended extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  private final int at;
  private final End end;
  private final List<String> points = new ArrayList<>();
  private final List<Path> lasting = new ArrayList<>();

  /** The number of bytes of a file that a power failure keeps. */
  private final Map<Path, Long> forced = new HashMap<>();

  /** The previous targets of renames that were not forced. */
  private final Map<Path, Optional<byte[]>> replaced = new LinkedHashMap<>();

  private boolean ended;

  /** Replaces the current disk. */
  public FailingDisk(int at, End end) {
    this.at = at;
    this.end = end;
    Disk.replace(this);
  }

  /** Returns the points so far, such as {@code write run.json}. */
  public List<String> points() {
    return List.copyOf(points);
  }

  /** Returns true after the end. */
  public boolean isEnded() {
    return ended;
  }

  /** Returns the files whose new content can no longer be lost, in the order of writing. */
  public List<Path> lasting() {
    return List.copyOf(lasting);
  }

  /** Ends here. */
  public void end() {
    ended = true;
    if (end.isPower()) {
      try {
        lose();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private void lose() throws IOException {
    if (end == End.POWER) {
      for (Map.Entry<Path, Optional<byte[]>> rename : replaced.entrySet()) {
        forced.remove(rename.getKey());
        if (rename.getValue().isPresent()) {
          Files.write(rename.getKey(), rename.getValue().get());
        } else {
          Files.delete(rename.getKey());
        }
      }
    }
    for (Map.Entry<Path, Long> file : forced.entrySet()) {
      if (Files.exists(file.getKey())) {
        try (FileChannel channel = FileChannel.open(file.getKey(), StandardOpenOption.WRITE)) {
          Objects.requireNonNull(channel.truncate(file.getValue()));
        }
      }
    }
  }

  private void pass(String step, Path file) throws IOException {
    if (ended) {
      refuse();
    }
    String name = file.getFileName().toString().replaceAll("^\\.(.*)\\.[-0-9a-f]{36}\\.tmp$", "$1");
    points.add(step + " " + name);
    if (points.size() == at) {
      end();
      refuse();
    }
  }

  private void refuse() throws IOException {
    if (end == End.SPACE) {
      throw new IOException("No space left on device");
    }
    throw new Ended();
  }

  @Override
  FileChannel open(Path file, OpenOption... options) throws IOException {
    pass("open", file);
    forced.put(file, Files.exists(file) ? Files.size(file) : 0);
    return super.open(file, options);
  }

  @Override
  void write(Path file, FileChannel channel, ByteBuffer bytes) throws IOException {
    pass("write", file);
    ByteBuffer first = bytes.slice(bytes.position(), bytes.remaining() / 2);
    bytes.position(bytes.position() + first.remaining());
    super.write(file, channel, first);
    pass("write the rest of", file);
    super.write(file, channel, bytes);
  }

  @Override
  void force(Path file, FileChannel channel) throws IOException {
    pass("force", file);
    forced.put(file, channel.size());
  }

  @Override
  RandomAccessFile openToAppend(Path file) throws IOException {
    pass("open", file);
    forced.put(file, Files.exists(file) ? Files.size(file) : 0);
    return super.openToAppend(file);
  }

  @Override
  void append(Path file, RandomAccessFile open, byte[] bytes) throws IOException {
    pass("write", file);
    super.append(file, open, Arrays.copyOf(bytes, bytes.length / 2));
    pass("write the rest of", file);
    super.append(file, open, Arrays.copyOfRange(bytes, bytes.length / 2, bytes.length));
  }

  @Override
  void force(Path file, RandomAccessFile open) throws IOException {
    pass("force", file);
    forced.put(file, open.length());
  }

  @Override
  void rename(Path from, Path to) throws IOException {
    pass("rename", to);
    Optional<byte[]> before =
        Files.exists(to) ? Optional.of(Files.readAllBytes(to)) : Optional.empty();
    super.rename(from, to);
    forced.put(to, Objects.requireNonNull(forced.remove(from)));
    Optional<byte[]> unused = replaced.putIfAbsent(to, before);
    if (!end.isPower()) {
      lasting.add(to);
    }
  }

  @Override
  void delete(Path file) throws IOException {
    if (ended && end != End.SPACE) {
      throw new Ended();
    }
    super.delete(file);
  }

  @Override
  void forceFolder(Path folder) throws IOException {
    pass("force the folder", folder);
    for (Path file : List.copyOf(replaced.keySet())) {
      if (folder.equals(file.toAbsolutePath().getParent())) {
        Optional<byte[]> unused = replaced.remove(file);
        if (end.isPower()) {
          lasting.add(file);
        }
      }
    }
  }

  /** Restores the disk. */
  @Override
  public void close() {
    Disk.replace(new Disk());
  }
}
