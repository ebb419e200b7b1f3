package org.kgcoop.cli.sorting;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.kgcoop.files.Folders;
import org.kgcoop.files.InputFile;

/**
 * Puts an image at a path where nothing is. It replaces no file, and deletes the image at its old
 * path only after the new path has its content. If the process is killed between two steps, the
 * image is complete at one path or at both. Tests override the steps to end there.
 */
class Placement {
  /** The path of an incomplete copy. It belongs to the caller and is replaced. */
  private final Path part;

  Placement(Path part) {
    this.part = part;
  }

  final void copy(Path image, Path to) throws IOException {
    InputFile.check(image);
    copyToPart(image);
    publish(to);
  }

  final void link(Path image, Path to) throws IOException {
    InputFile.check(image);
    createLink(to, image.toRealPath());
  }

  /** Moves an image. A symbolic link is replaced by a link to the same image. */
  final void move(Path image, Path to) throws IOException {
    InputFile.check(image);
    if (Files.isSymbolicLink(image)) {
      createLink(to, image.toRealPath());
      delete(image);
    } else if (!hardLink(image, to)) {
      moveWithoutHardLinks(image, to);
    } else if (!Files.isSameFile(image, to)) {
      throw changed(image);
    } else {
      delete(image);
    }
  }

  /**
   * Deletes an image that an interrupted move has put.
   *
   * @param isPut compares it with the image at its new path
   */
  final void deleteMoved(Path image, BooleanSupplier isPut) throws IOException {
    List<Object> before = version(image);
    if (!isPut.getAsBoolean() || !version(image).equals(before)) {
      throw changed(image);
    }
    delete(image);
  }

  private static IOException changed(Path image) {
    return new FileSystemException(image.toString(), null, "it changed while it was moved");
  }

  private void moveWithoutHardLinks(Path image, Path to) throws IOException {
    try {
      rename(image, to);
    } catch (AtomicMoveNotSupportedException e) { // another file system
      List<Object> before = version(image);
      copyToPart(image);
      force(part);
      Files.setLastModifiedTime(part, Files.getLastModifiedTime(image));
      publish(to);
      Folders.force(to.resolveSibling(""));
      if (!version(image).equals(before)) {
        throw changed(image);
      }
      delete(image);
    }
  }

  /** Returns values that differ if another program changes or replaces a file. */
  private static List<Object> version(Path file) throws IOException {
    BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
    return List.of(now.size(), now.lastModifiedTime(), String.valueOf(now.fileKey()));
  }

  /** Gives the complete copy its name. */
  private void publish(Path to) throws IOException {
    if (hardLink(part, to)) {
      delete(part);
    } else {
      rename(part, to);
    }
  }

  void copyToPart(Path image) throws IOException {
    Files.deleteIfExists(part);
    Files.copy(image, part);
  }

  void createLink(Path to, Path image) throws IOException {
    Files.createSymbolicLink(to, image);
  }

  /**
   * Gives a file a second name, unless the name is taken. Returns false if the file system cannot.
   */
  boolean hardLink(Path file, Path to) throws IOException {
    try {
      Files.createLink(to, file);
      return true;
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (FileSystemException | UnsupportedOperationException e) {
      return false;
    }
  }

  /** Renames a file. Java has no rename that fails if another program creates {@code to}. */
  void rename(Path file, Path to) throws IOException {
    if (Files.exists(to, LinkOption.NOFOLLOW_LINKS)) {
      throw new FileAlreadyExistsException(to.toString());
    }
    Files.move(file, to, StandardCopyOption.ATOMIC_MOVE);
  }

  void delete(Path file) throws IOException {
    Files.delete(file);
  }

  private static void force(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
