package org.kgcoop.data.layout;

import com.fasterxml.jackson.core.type.TypeReference;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.AtomicFile;
import org.kgcoop.files.FileErrors;
import org.kgcoop.files.Json;
import org.kgcoop.files.ScratchFolder;
import org.kgcoop.files.Sha256;
import org.kgcoop.files.UserFolders;
import org.kgcoop.image.ImageNames;

/**
 * The images of a packed file as separate files, because training reads them often and in any
 * order. They are in the user's cache ({@code $XDG_CACHE_HOME/kgcoop/images}, or {@code
 * ~/.cache/kgcoop/images}), in one folder per packed file. The name of the folder depends on the
 * path, size and time of the packed file, so a changed file is unpacked again. Folders are created
 * atomically.
 *
 * <p>Unpacked files have numbers as names, so a name in a packed file cannot refer to another file
 * of this machine.
 */
final class UnpackedImages {

  /** An image: the path below the folder, its bytes, the key and the class. */
  record Entry(
      String file, long size, String key, @Nullable Integer label, @Nullable String className) {}

  private static final String INDEX = "index.json";

  private UnpackedImages() {}

  /**
   * Returns the images of a packed file.
   *
   * @return the keys of the format, with the unpacked files
   */
  static List<Entry> of(Path packed, PackedFormat format) {
    Path folder = UserFolders.cache("images").resolve(fingerprint(packed));
    try {
      if (!Files.isRegularFile(folder.resolve(INDEX))) {
        unpack(packed, format, folder);
      }
      List<Entry> entries =
          Json.STRICT.readValue(
              folder.resolve(INDEX).toFile(), new TypeReference<List<Entry>>() {});
      if (entries.stream().anyMatch(e -> !isIntact(folder, e))) {
        repair(packed, format, folder, entries);
      }
      return entries.stream()
          .map(
              e ->
                  new Entry(
                      folder.resolve(e.file()).toString(),
                      e.size(),
                      e.key(),
                      e.label(),
                      e.className()))
          .toList();
    } catch (IOException | UncheckedIOException e) {
      throw KgCoopException.io(
          "%s: cannot be unpacked to %s: %s; free some space, or set XDG_CACHE_HOME to another place"
              .formatted(packed, folder, e.getMessage()),
          e);
    }
  }

  /**
   * Returns true if an image has its size. To force each image to the disk would take longer than
   * to unpack it. After a power failure, an image may therefore be shorter, or missing.
   */
  private static boolean isIntact(Path folder, Entry entry) {
    try {
      return Files.size(folder.resolve(entry.file())) == entry.size();
    } catch (IOException e) {
      return false;
    }
  }

  /** Unpacks the images again that are not intact. */
  private static void repair(Path packed, PackedFormat format, Path folder, List<Entry> entries)
      throws IOException {
    Iterator<Entry> all = entries.iterator();
    format.read(
        packed,
        image -> {
          Entry entry = all.next();
          if (!isIntact(folder, entry)) {
            AtomicFile.write(folder.resolve(entry.file()), out -> out.write(image.content()));
          }
        });
  }

  private static String fingerprint(Path packed) {
    try {
      Path real = packed.toRealPath();
      BasicFileAttributes attributes = Files.readAttributes(real, BasicFileAttributes.class);
      String text =
          "2\n%s\n%s\n%s".formatted(real, attributes.size(), attributes.lastModifiedTime());
      return Sha256.of(text).substring(0, 32);
    } catch (IOException e) {
      throw FileErrors.unreadable(packed, e);
    }
  }

  private static void unpack(Path packed, PackedFormat format, Path folder) throws IOException {
    Path place = Files.createDirectories(folder.resolveSibling(""));
    try (ScratchFolder scratch = ScratchFolder.in(place, ".unpacking-")) {
      Path temporary = scratch.path();
      List<Entry> entries = new ArrayList<>();
      format.read(
          packed,
          image -> {
            String name = String.format(Locale.ROOT, "%06d%s", entries.size(), ending(image.key()));
            try {
              Files.write(temporary.resolve(name), image.content());
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
            int size = image.content().length;
            entries.add(new Entry(name, size, image.key(), image.label(), image.className()));
          });
      byte[] index = Json.STRICT.writeValueAsBytes(entries);
      AtomicFile.write(temporary.resolve(INDEX), out -> out.write(index));
      Files.move(temporary, folder);
    } catch (IOException e) {
      // If another process was faster, its folder is equivalent.
      if (!Files.isRegularFile(folder.resolve(INDEX))) {
        throw e;
      }
    }
  }

  private static String ending(String key) {
    String name = key.toLowerCase(Locale.ROOT);
    return ImageNames.isRead(name) ? name.substring(name.lastIndexOf('.')) : "";
  }
}
