package org.kgcoop.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.kgcoop.KgCoopException;

/** A folder and its entire content. Symbolic links are not followed. */
public final class FolderTree {
  private FolderTree() {}

  /**
   * Lists the content, with the folder itself last. If you delete in this order, each folder is
   * empty when its turn comes.
   */
  public static List<Path> deepestFirst(Path folder) throws IOException {
    try (Stream<Path> content = Files.walk(folder)) {
      return content.sorted(Comparator.reverseOrder()).toList();
    } catch (UncheckedIOException e) { // in a subfolder
      throw e.getCause();
    }
  }

  /** Deletes a folder, if it exists. */
  public static void delete(Path folder) throws IOException {
    if (Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      for (Path path : deepestFirst(folder)) {
        Files.delete(path);
      }
    }
  }

  /**
   * Deletes a folder that kgcoop has made, if it exists.
   *
   * @throws KgCoopException of the category IO if it cannot be deleted
   */
  public static void remove(Path folder) {
    try {
      delete(folder);
    } catch (IOException e) {
      throw KgCoopException.io(folder + ": cannot be deleted: " + FileErrors.reason(e), e);
    }
  }
}
