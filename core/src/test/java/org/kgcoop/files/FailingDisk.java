package org.kgcoop.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A disk in this process on which all work ends at one point: in front of a step, or in the middle
 * of a write. From then on nothing is written or deleted any more, as after SIGKILL. It knows what
 * was forced, and spares the waiting for it. It is the disk of all that is written, until it is
 * closed.
 */
public final class FailingDisk extends Disk implements AutoCloseable {
  /** Beyond all points. */
  public static final int NEVER = Integer.MAX_VALUE;

  /** What ends, and what is lost with it. */
  public enum End {
    /** Nothing that was written. */
    PROCESS,
    /** What was not forced, renames among it. */
    POWER,
    /** The content that was not forced; renames came to the disk before it. */
    POWER_AFTER_RENAMES,
    /** The space on the disk: nothing is lost, and the process hears of it. */
    SPACE;

    private boolean isPower() {
      return this == POWER || this == POWER_AFTER_RENAMES;
    }
  }

  /** The end itself: no IOException, so that nobody takes it for a bad disk. */
  public static final class Ended extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  private final int at;
  private final End end;
  private final List<String> points = new ArrayList<>();
  private final List<Path> lasting = new ArrayList<>();

  /** How many bytes of a file a power cut leaves. */
  private final Map<Path, Long> forced = new HashMap<>();

  /** What stood where a file was renamed to, of renames that were not forced. */
  private final Map<Path, Optional<byte[]>> replaced = new LinkedHashMap<>();

  private boolean ended;

  /**
   * Takes the place of the disk.
   *
   * @param at the number of the point that is not passed, from 1
   */
  public FailingDisk(int at, End end) {
    this.at = at;
    this.end = end;
    Disk.replace(this);
  }

  /** The points that were come to, such as {@code write run.json}. */
  public List<String> points() {
    return List.copyOf(points);
  }

  /** True from the end on. */
  public boolean isEnded() {
    return ended;
  }

  /** The files whose new content an end may not take any more, in the order they were written. */
  public List<Path> lasting() {
    return List.copyOf(lasting);
  }

  /** Ends here and now. */
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
  void force(Path file, FileChannel channel, boolean metadata) throws IOException {
    pass("force", file);
    forced.put(file, channel.size());
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
  void forceFolder(Path folder) {
    try {
      pass("force the folder", folder);
    } catch (IOException e) {
      return; // nobody is told
    }
    for (Path file : List.copyOf(replaced.keySet())) {
      if (folder.equals(file.toAbsolutePath().getParent())) {
        Optional<byte[]> unused = replaced.remove(file);
        if (end.isPower()) {
          lasting.add(file);
        }
      }
    }
  }

  /** Gives the disk back. */
  @Override
  public void close() {
    Disk.replace(new Disk());
  }
}
