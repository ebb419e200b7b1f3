package org.kgcoop.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A folder with all that is in it. Links are taken as they are, not followed. */
public final class FolderTree {
  private FolderTree() {}

  /** The content, the folder itself last: what is deleted in this order is empty by then. */
  public static List<Path> deepestFirst(Path folder) throws IOException {
    try (Stream<Path> content = Files.walk(folder)) {
      return content.sorted(Comparator.reverseOrder()).toList();
    } catch (UncheckedIOException e) { // of a folder below
      throw e.getCause();
    }
  }

  /** Deletes a folder, if it is there. */
  public static void delete(Path folder) throws IOException {
    if (Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      for (Path path : deepestFirst(folder)) {
        Files.delete(path);
      }
    }
  }
}
