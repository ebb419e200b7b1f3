package org.kgcoop.download;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.AtomicFile;
import org.kgcoop.files.Folders;
import org.kgcoop.files.LockedFile;
import org.kgcoop.files.Sha256;

/**
 * The received bytes of a file, in {@code .NAME.part} next to it. {@code .NAME.part.from} contains
 * the address and the validator (ETag or date) of the version. The partial file is locked while it
 * is open. The file with the final name is complete, or does not exist.
 */
public final class PartialFile implements AutoCloseable {

  /** Writes bytes to the end of a file. Tests of a full disk replace it. */
  interface Sink {
    void write(FileChannel channel, ByteBuffer bytes) throws IOException;

    Sink CHANNEL =
        (channel, bytes) -> {
          while (bytes.hasRemaining()) {
            channel.write(bytes);
          }
        };
  }

  private final Path target;
  private final Path part;
  private final Path from;
  private final LockedFile file;
  private final FileChannel channel;
  private final Sink sink;

  private PartialFile(Path target, Path part, LockedFile file, Sink sink) {
    this.target = target;
    this.part = part;
    this.from = part.resolveSibling(part.getFileName() + ".from");
    this.file = file;
    this.channel = file.channel();
    this.sink = sink;
  }

  /** Opens the received bytes of a file. If the target is a symbolic link, it is kept. */
  static PartialFile open(Path named, Sink sink) {
    Path target = AtomicFile.destination(named);
    Path part = partOf(target);
    try {
      Files.createDirectories(Folders.parent(target));
      LockedFile file =
          LockedFile.tryOpen(part)
              .orElseThrow(
                  () ->
                      new KgCoopException(
                          KgCoopException.Category.IO,
                          target
                              + ": another process is downloading it; wait, then run this again"));
      return new PartialFile(target, part, file, sink);
    } catch (IOException e) {
      throw unwritable(part, e);
    }
  }

  /** Returns the path of the received bytes of a file. */
  public static Path partOf(Path target) {
    return target.resolveSibling("." + target.getFileName() + ".part");
  }

  Path path() {
    return part;
  }

  long size() {
    try {
      return channel.size();
    } catch (IOException e) {
      throw unwritable(part, e);
    }
  }

  /** Returns the validator of the version of the received bytes; empty if it is unknown. */
  String validator(Link link) {
    try {
      List<String> lines = Files.exists(from) ? Files.readAllLines(from) : List.of();
      return lines.size() == 2 && lines.get(0).equals(link.address().toString())
          ? lines.get(1)
          : "";
    } catch (IOException e) {
      return "";
    }
  }

  /** Deletes the received bytes, and starts a download of that version. */
  void begin(Link link, String validator) {
    try {
      channel.truncate(0);
      Files.writeString(from, link.address() + "\n" + validator + "\n", StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw unwritable(part, e);
    }
  }

  void append(byte[] buffer, int count) {
    try {
      channel.position(channel.size());
      sink.write(channel, ByteBuffer.wrap(buffer, 0, count));
    } catch (IOException e) {
      throw unwritable(part, e);
    }
  }

  /**
   * Renames the file to its final name if its content matches the link; otherwise deletes it.
   *
   * @param wanted the expected SHA-256; null for any
   */
  void finish(Link link, @Nullable String wanted) {
    try {
      channel.force(true);
      file.close(); // Windows cannot move an open file
      String got = wanted == null ? "" : Sha256.of(part);
      if (wanted == null ? !fits(link.content()) : !got.equals(wanted)) {
        drop();
        String reason =
            wanted == null
                ? "the content is not %s, perhaps it is a login page, or incomplete"
                    .formatted(link.content().title())
                : "expected a file of SHA-256 %s, got %s".formatted(wanted, got);
        throw new KgCoopException(
            KgCoopException.Category.IO,
            "%s: %s; it is deleted: try again, or download the file by hand and put it at %s"
                .formatted(link.address(), reason, target));
      }
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
      Files.deleteIfExists(from);
    } catch (IOException e) {
      throw unwritable(target, e);
    }
  }

  private boolean fits(Content content) throws IOException {
    try {
      return content.check().fits(part);
    } catch (KgCoopException e) {
      return false;
    }
  }

  private void drop() throws IOException {
    Files.deleteIfExists(part);
    Files.deleteIfExists(from);
  }

  /** Returns the error of a file that cannot be written. */
  public static KgCoopException unwritable(Path path, IOException e) {
    return KgCoopException.io(
        ("%s: cannot be written: %s; free some space or check the permissions, and run this "
                + "again to resume")
            .formatted(path, e.getMessage()),
        e);
  }

  /** Deletes an empty partial file. */
  @Override
  public void close() {
    try {
      if (channel.isOpen() && channel.size() == 0) {
        drop();
      }
      file.close();
    } catch (IOException e) {
      throw unwritable(part, e);
    }
  }
}
