package org.kgcoop.data.published;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PushbackInputStream;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.ArchiveEntry;
import org.apache.commons.compress.archivers.ArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveInputStream;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.data.layout.BoundedTar;
import org.kgcoop.files.Folders;
import org.kgcoop.files.ScratchFolder;
import org.kgcoop.progress.Progress;

/**
 * Unpacks zip, tar and compressed tar. Rejects names outside the folder, links, devices, and
 * archives that unpack to far more data than images would. Files are first written to a folder next
 * to the final one. Therefore a damaged archive or a full disk leaves nothing under the final name.
 */
final class Unpacker {
  private static final String ARCHIVES = ".*\\.(zip|tar|tgz|tar\\.gz)";

  /** The number of first bytes that tell the kind of an archive. */
  private static final int START = 4;

  /** The maximum nesting: some data sets contain archives in an archive. */
  private static final int MAX_DEPTH = 3;

  /** The maximum ratio of sizes: images do not shrink, lists shrink to a tenth. */
  private static final int MAX_RATIO = 20;

  private static final long ANY_RATIO_BYTES = 1L << 30;

  private static final Pattern NAME_WITH_CLASS = Pattern.compile("(.+)_(n\\d{8})(\\.[A-Za-z]+)");

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
   * Unpacks archives, and the archives in them, and moves the wanted files or folders to their
   * place. They may be at any depth of the archive, but next to each other.
   *
   * @param archives together the content of the source
   * @param paths the wanted files or folders, below {@code folder}
   * @param folder the folder of the data set
   */
  void unpack(List<Path> archives, Download.Source source, List<String> paths, Path folder) {
    Path first = archives.get(0);
    String name = "." + folder.getFileName() + ".unpacking-";
    try (ScratchFolder scratch = ScratchFolder.in(Folders.parent(folder), name)) {
      Path temporary = scratch.path();
      for (Path archive : archives) {
        long maxBytes = Math.max(anyRatioBytes, MAX_RATIO * Files.size(archive));
        extract(archive, temporary, 1, new SizeBudget(archive, maxBytes));
      }
      if (source.byClass()) {
        sortByName(temporary, temporary.resolve(source.nameInArchive(paths.get(0))));
      }
      List<String> names = paths.stream().map(source::nameInArchive).toList();
      Path base =
          base(temporary, names)
              .orElseThrow(
                  () ->
                      KgCoopException.data(
                          "%s: does not contain %s; the archive is kept, look into it"
                              .formatted(first, String.join(", ", names))));
      for (int i = 0; i < paths.size(); i++) {
        Path target = folder.resolve(paths.get(i));
        Files.createDirectories(Folders.parent(target));
        Files.move(base.resolve(names.get(i)), target, StandardCopyOption.ATOMIC_MOVE);
      }
    } catch (IOException e) {
      throw KgCoopException.io(
          "%s: cannot be unpacked: %s; free some space, or delete it and download again"
              .formatted(first, Messages.reason(e)),
          e);
    }
  }

  /** Returns the folder nearest to the top that contains all of these files or folders. */
  private static Optional<Path> base(Path top, List<String> names) throws IOException {
    try (Stream<Path> all = Files.walk(top)) {
      return all.filter(folder -> names.stream().allMatch(n -> Files.exists(folder.resolve(n))))
          .filter(folder -> !top.relativize(folder).toString().contains("__MACOSX"))
          .min(Comparator.comparing(Path::getNameCount).thenComparing(Comparator.naturalOrder()));
    }
  }

  /**
   * Sorts the images below a folder into class folders by their names. Hugging Face's archives of
   * ImageNet have one folder, with names such as {@code n01440764_10026_n01440764.JPEG}.
   */
  private static void sortByName(Path folder, Path into) throws IOException {
    for (Path file : Folders.deepestFirst(folder)) {
      Matcher name = NAME_WITH_CLASS.matcher(String.valueOf(file.getFileName()));
      if (name.matches() && Files.isRegularFile(file)) {
        Path target = into.resolve(name.group(2)).resolve(name.group(1) + name.group(3));
        Files.createDirectories(target.resolveSibling(""));
        Files.move(file, target);
      }
    }
  }

  private void extract(Path archive, Path folder, int depth, SizeBudget budget) throws IOException {
    String name = String.valueOf(archive.getFileName());
    byte[] buffer = new byte[1 << 16];
    try (SeekableByteChannel file = Files.newByteChannel(archive);
        InputStream bytes = new BufferedInputStream(Channels.newInputStream(file), buffer.length);
        Progress.Task task = progress.start("unpacking " + name, file.size());
        ArchiveInputStream<?> in = stream(bytes)) {
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
          for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            budget.take(n);
            out.write(buffer, 0, n);
            task.done(file.position());
          }
        }
        if (target.toString().matches(ARCHIVES)) {
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

  /** Opens an archive by its first bytes, because names can be wrong. */
  private static ArchiveInputStream<?> stream(InputStream in) throws IOException {
    PushbackInputStream all = new PushbackInputStream(in, START);
    byte[] start = Arrays.copyOf(all.readNBytes(START), START);
    all.unread(start);
    if (start[0] == 'P' && start[1] == 'K') {
      return new ZipArchiveInputStream(all, null, true, true);
    }
    boolean isGzip = (start[0] & 0xff) == 0x1f && (start[1] & 0xff) == 0x8b;
    return new BoundedTar(isGzip ? new GZIPInputStream(all, 1 << 16) : all);
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
  }
}
