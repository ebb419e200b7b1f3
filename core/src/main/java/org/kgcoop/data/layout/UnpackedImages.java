package org.kgcoop.data.layout;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.FileErrors;
import org.kgcoop.files.ScratchFolder;
import org.kgcoop.files.Sha256;
import org.kgcoop.files.UserFolders;
import org.kgcoop.image.ImageNames;

/**
 * Images of a packed file as files of their own, since training reads them often and in any order.
 * They lie in the user's cache ({@code $XDG_CACHE_HOME/kgcoop/images}, else {@code
 * ~/.cache/kgcoop/images}) in a folder for each packed file, whose name follows from the file's
 * path, size and time: what was unpacked once is found again, what changed is unpacked anew. A
 * folder appears there whole or not at all.
 *
 * <p>Files are numbered: a hostile name inside of a packed file reaches no file of this machine.
 */
final class UnpackedImages {

  /** An image: the place below the folder, the key and the class. */
  record Entry(String file, String key, @Nullable Integer label, @Nullable String className) {}

  private static final String INDEX = "index.json";

  private UnpackedImages() {}

  /**
   * The images of a packed file.
   *
   * @return keys as the format gives them, with the files they were unpacked to
   */
  static List<Entry> of(Path packed, PackedFormat format) {
    Path folder = UserFolders.cache("images").resolve(fingerprint(packed));
    try {
      if (!Files.isRegularFile(folder.resolve(INDEX))) {
        unpack(packed, format, folder);
      }
      List<Entry> entries =
          new ObjectMapper()
              .readValue(folder.resolve(INDEX).toFile(), new TypeReference<List<Entry>>() {});
      return entries.stream()
          .map(
              e ->
                  new Entry(folder.resolve(e.file()).toString(), e.key(), e.label(), e.className()))
          .toList();
    } catch (IOException | UncheckedIOException e) {
      throw KgCoopException.io(
          "%s: cannot be unpacked to %s: %s; free some space, or set XDG_CACHE_HOME to another place"
              .formatted(packed, folder, e.getMessage()),
          e);
    }
  }

  private static String fingerprint(Path packed) {
    try {
      Path real = packed.toRealPath();
      BasicFileAttributes attributes = Files.readAttributes(real, BasicFileAttributes.class);
      String text =
          "1\n%s\n%s\n%s".formatted(real, attributes.size(), attributes.lastModifiedTime());
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
            entries.add(new Entry(name, image.key(), image.label(), image.className()));
          });
      new ObjectMapper().writeValue(temporary.resolve(INDEX).toFile(), entries);
      Files.move(temporary, folder);
    } catch (IOException e) {
      // Another process may have been quicker; its folder is as good.
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
