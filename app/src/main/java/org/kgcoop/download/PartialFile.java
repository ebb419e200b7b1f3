package org.kgcoop.download;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.LockedFile;
import org.kgcoop.files.Sha256;

/**
 * The bytes of a file that have come so far, beside the file under another name: {@code
 * .NAME.part}, and {@code .NAME.part.from} with the address and the validator (ETag or date) of the
 * version it belongs to. Locked while it is open. The file's own name holds the whole file or
 * nothing.
 */
final class PartialFile implements AutoCloseable {

  /** The place where bytes go, apart for tests of a full disk. */
  interface Sink {
    OutputStream open(FileChannel channel);

    Sink CHANNEL = Channels::newOutputStream;
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

  static PartialFile open(Path target, Sink sink) {
    Path part = target.resolveSibling("." + target.getFileName() + ".part");
    try {
      Path folder = target.toAbsolutePath().getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
      LockedFile file =
          LockedFile.tryOpen(part)
              .orElseThrow(
                  () ->
                      new KgCoopException(
                          KgCoopException.Category.IO,
                          target
                              + ": another process downloads it; wait for it, and run this again"));
      return new PartialFile(target, part, file, sink);
    } catch (IOException e) {
      throw unwritable(part, e);
    }
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

  /** The validator of the version that the bytes so far belong to; empty where none is known. */
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

  /** Drops what there is; what comes belongs to that version. */
  void begin(Link link, String validator) {
    try {
      channel.truncate(0);
      Files.writeString(from, link.address() + "\n" + validator + "\n", StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw unwritable(part, e);
    }
  }

  /** A stream that adds to the end. An error of it is one of the disk. */
  OutputStream append() {
    try {
      channel.position(channel.size());
      return sink.open(channel);
    } catch (IOException e) {
      throw unwritable(part, e);
    }
  }

  /**
   * Gives the file its name, if it is what the link promises; else drops it.
   *
   * @param wanted the SHA-256 that it has to have; null for any
   */
  void finish(Link link, @Nullable String wanted) {
    try {
      channel.force(true);
      file.close(); // Windows moves no open file
      ContentKind kind = link.kind();
      if (wanted == null && !kind.fits(part)) {
        drop();
        throw new KgCoopException(
            KgCoopException.Category.IO,
            "%s: what came is not %s, perhaps a page that asks for a login; it is dropped: fetch it by hand and put it at %s"
                .formatted(link.address(), kind.title(), target));
      }
      String got = wanted == null ? "" : Sha256.of(part);
      if (wanted != null && !got.equals(wanted)) {
        drop();
        throw new KgCoopException(
            KgCoopException.Category.IO,
            "%s: expected a file of SHA-256 %s, got %s; it is dropped: try again, or fetch it by hand and put it at %s"
                .formatted(link.address(), wanted, got, target));
      }
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
      Files.deleteIfExists(from);
    } catch (IOException e) {
      throw unwritable(target, e);
    }
  }

  private void drop() throws IOException {
    Files.deleteIfExists(part);
    Files.deleteIfExists(from);
  }

  static KgCoopException unwritable(Path path, IOException e) {
    return KgCoopException.io(
        ("%s: cannot be written: %s; free some space or check the permissions, and run this "
                + "again: it goes on where it stopped")
            .formatted(path, e.getMessage()),
        e);
  }

  /** Leaves nothing where nothing has come. */
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
