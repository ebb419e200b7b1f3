package org.kgcoop.download;

import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.ArchiveEntry;
import org.apache.commons.compress.archivers.ArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveInputStream;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.data.layout.BoundedTar;
import org.kgcoop.files.FolderTree;
import org.kgcoop.files.Folders;
import org.kgcoop.trial.Progress;

/**
 * Unpacks .zip, .tar, .tgz and .tar.gz. Rejects names outside the folder, links, devices, and
 * archives that unpack to far more data than images would. Files are first written to a folder next
 * to the final one. Therefore a damaged archive or a full disk leaves nothing under the final name.
 */
final class Unpacker {
  private static final String GZIP = ".*\\.(tgz|tar\\.gz)";

  /** The maximum nesting: some data sets contain archives in an archive. */
  private static final int MAX_DEPTH = 3;

  /** The maximum ratio of sizes: images do not shrink, lists shrink to a tenth. */
  private static final int MAX_RATIO = 20;

  private static final long ANY_RATIO_BYTES = 1L << 30;

  /** The bytes that each file counts in addition, because an empty one takes disk space too. */
  private static final int BYTES_A_FILE = 512;

  private final Progress progress;
  private final long anyRatioBytes;

  Unpacker(Progress progress) {
    this(progress, ANY_RATIO_BYTES);
  }

  Unpacker(Progress progress, long anyRatioBytes) {
    this.progress = progress;
    this.anyRatioBytes = anyRatioBytes;
  }

  /**
   * Unpacks an archive, and the archives in it.
   *
   * @param within the wanted folder of the archive; if it is empty or does not exist, everything is
   *     wanted
   * @param into the target folder; existing files are replaced
   */
  void unpack(Path archive, String within, Path into) {
    Path temporary = into.resolveSibling("." + into.getFileName() + ".unpacking");
    try {
      FolderTree.delete(temporary); // left by an interrupted attempt
      Files.createDirectories(temporary);
      long maxBytes = Math.max(anyRatioBytes, MAX_RATIO * Files.size(archive));
      extract(archive, temporary, 1, new SizeBudget(archive, maxBytes));
      Path wanted = within.isEmpty() ? temporary : temporary.resolve(within);
      // A single top folder is the name of the release.
      move(Files.isDirectory(wanted) ? wanted : onlyFolder(temporary), into);
    } catch (IOException e) {
      throw KgCoopException.io(
          "%s: cannot be unpacked: %s; free some space, or delete it and download again"
              .formatted(archive, Messages.reason(e)),
          e);
    } finally {
      removeQuietly(temporary);
    }
  }

  private void extract(Path archive, Path folder, int depth, SizeBudget budget) throws IOException {
    String name = String.valueOf(archive.getFileName());
    try (InputStream file = new BufferedInputStream(Files.newInputStream(archive), 1 << 16);
        Progress.Task task = progress.start("unpacking " + name, Files.size(archive));
        ArchiveInputStream<?> in = stream(name, new Counting(file, task))) {
      for (ArchiveEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        Path target = inside(archive, folder, entry.getName());
        budget.take(BYTES_A_FILE);
        if (entry.isDirectory()) {
          Files.createDirectories(target);
          continue;
        }
        if (entry instanceof TarArchiveEntry tar && !isPlain(tar)) {
          throw refused(archive, entry.getName(), "is a link or device");
        }
        if (!in.canReadEntryData(entry)) {
          throw new IOException("entry " + entry.getName() + " has an unsupported type");
        }
        Path parent = target.resolveSibling("");
        Files.createDirectories(parent);
        try (OutputStream out = Files.newOutputStream(target)) {
          budget.copy(in, out);
        }
        if (target.toString().matches(".*\\.(zip|tar)|" + GZIP)) {
          if (depth == MAX_DEPTH) {
            throw refused(archive, entry.getName(), "is nested too deeply");
          }
          extract(target, parent, depth + 1, budget);
          Files.delete(target);
        }
      }
    }
  }

  private static boolean isPlain(TarArchiveEntry entry) {
    return !entry.isLink()
        && !entry.isSymbolicLink()
        && !entry.isCharacterDevice()
        && !entry.isBlockDevice()
        && !entry.isFIFO();
  }

  private static ArchiveInputStream<?> stream(String name, InputStream in) throws IOException {
    if (name.endsWith(".zip")) {
      return new ZipArchiveInputStream(in, null, true, true);
    }
    return new BoundedTar(name.matches(GZIP) ? new GZIPInputStream(in, 1 << 16) : in);
  }

  /** Returns the path of an entry, which must be inside the folder. */
  private static Path inside(Path archive, Path folder, String name) {
    Path target;
    try {
      target = folder.resolve(name.replace('\\', '/')).normalize();
    } catch (InvalidPathException e) {
      throw refused(archive, name, "has an invalid name");
    }
    if (!target.startsWith(folder) || name.contains(":")) {
      throw refused(archive, name, "is outside the folder");
    }
    return target;
  }

  private static KgCoopException refused(Path archive, String entry, String why) {
    return KgCoopException.data(
        "%s: entry '%s' %s; the archive is not unpacked; delete it".formatted(archive, entry, why));
  }

  private static Path onlyFolder(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      var all = files.filter(f -> !f.endsWith("__MACOSX")).toList();
      return all.size() == 1 && Files.isDirectory(all.get(0)) ? all.get(0) : folder;
    }
  }

  /** Moves the content of a folder into another, replacing existing files. */
  private static void move(Path from, Path into) throws IOException {
    if (!Files.exists(into)) {
      Files.createDirectories(Folders.parent(into));
      Files.move(from, into, StandardCopyOption.ATOMIC_MOVE);
      return;
    }
    try (var files = Files.list(from)) {
      for (Path file : files.toList()) {
        Path target = into.resolve(file.getFileName());
        if (Files.isDirectory(file) && Files.isDirectory(target)) {
          move(file, target);
        } else {
          Files.move(file, target, StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
  }

  private static void removeQuietly(Path folder) {
    try {
      FolderTree.delete(folder);
    } catch (IOException e) {
      return; // the next attempt deletes it
    }
  }

  /** The bytes that an archive, with the archives in it, may still unpack to. */
  private static final class SizeBudget {
    private final Path archive;
    private final long maxBytes;
    private long remaining;

    SizeBudget(Path archive, long maxBytes) {
      this.archive = archive;
      this.maxBytes = maxBytes;
      remaining = maxBytes;
    }

    void take(long bytes) {
      remaining -= bytes;
      if (remaining < 0) {
        throw KgCoopException.data(
            "%s: unpacks to more than %s MB, far more than its size allows; delete it"
                .formatted(archive, maxBytes >> 20));
      }
    }

    void copy(InputStream in, OutputStream out) throws IOException {
      byte[] buffer = new byte[1 << 16];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        take(n);
        out.write(buffer, 0, n);
      }
    }
  }

  /** Reports the read part of an archive to the progress. */
  private static final class Counting extends FilterInputStream {
    private final Progress.Task task;
    private long count;

    Counting(InputStream in, Progress.Task task) {
      super(in);
      this.task = task;
    }

    @Override
    public int read() throws IOException {
      int b = super.read();
      count += b < 0 ? 0 : 1;
      return b;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int n = super.read(buffer, offset, length);
      count += Math.max(0, n);
      task.done(count);
      return n;
    }
  }
}
