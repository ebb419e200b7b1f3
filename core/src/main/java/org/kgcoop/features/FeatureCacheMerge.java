package org.kgcoop.cache;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.files.FileErrors;
import org.kgcoop.files.FolderTree;

/**
 * Brings a feature cache into files that follow from what it holds alone. Which features share a
 * file is else a matter of what was missing when; merged, feature caches of the same features are
 * the same in every byte (but for the times beside them), and a feature cache that grew in small
 * steps opens quicker.
 *
 * <p>Features are first divided by the beginning of their keys, into parts beside the files, then
 * sorted part by part. So it takes the memory of a part, and meanwhile the disk that the feature
 * cache takes twice more. A run that opens the feature cache meanwhile may find a file gone, and
 * computes again what was in it.
 */
public final class FeatureCacheMerge {
  /** Files of a part, as near as a power of 16 comes: 128 MB of 512 numbers a feature. */
  private static final int FILES_OF_A_PART = 64;

  /** Parts at most, since each is an open file. */
  private static final int MOST_PARTS = 256;

  private static final String TEMPORARY = ".merge-";

  private FeatureCacheMerge() {}

  /**
   * Merges the files of each model and way of computing.
   *
   * @param cache the folder that {@code --cache} names
   * @param warnings gets a line for a damaged file, which stays as it is
   * @return how many features there are
   */
  @CanIgnoreReturnValue
  public static long merge(Path cache, Consumer<String> warnings) {
    long count = 0;
    for (Path folder : list(cache, Files::isDirectory)) {
      count += mergeFolder(folder, warnings);
    }
    return count;
  }

  private static long mergeFolder(Path folder, Consumer<String> warnings) {
    try {
      for (Path left : list(folder, path -> name(path).startsWith(TEMPORARY))) {
        FolderTree.delete(left); // by a merge that was killed
      }
      Path temporary = Files.createTempDirectory(folder, TEMPORARY);
      try {
        return mergeFolder(folder, temporary, warnings);
      } finally {
        FolderTree.delete(temporary);
      }
    } catch (IOException e) {
      throw KgCoopException.io(
          folder + ": cannot be merged: " + FileErrors.reason(e) + "; nothing is lost, merge again",
          e);
    }
  }

  private static long mergeFolder(Path folder, Path temporary, Consumer<String> warnings)
      throws IOException {
    List<Path> files = list(folder, path -> name(path).endsWith(Shard.ENDING));
    List<Path> read = new ArrayList<>();
    List<Part> parts = parts(files.size(), temporary);
    try {
      for (Path file : files) {
        try {
          for (Shard.Feature feature : Shard.read(file).features()) {
            parts.get(number(feature.key(), parts.size())).add(feature);
          }
          read.add(file);
        } catch (KgCoopException e) {
          warnings.accept(e.getMessage() + " (left as it is)");
        }
      }
    } finally {
      for (Part part : parts) {
        part.close();
      }
    }
    Set<Path> written = new HashSet<>();
    long count = 0;
    List<Shard.Feature> next = new ArrayList<>();
    for (Part part : parts) {
      for (Shard.Feature feature : part.sorted()) {
        next.add(feature);
        count++;
        if (next.size() == Shard.LENGTH) {
          written.add(new Shard(next).write(folder));
          next.clear();
        }
      }
    }
    if (!next.isEmpty()) {
      written.add(new Shard(next).write(folder));
    }
    for (Path file : read) {
      if (!written.contains(file)) {
        delete(file);
        delete(Shard.timeFile(file));
      }
    }
    return count;
  }

  private static List<Part> parts(int files, Path folder) throws IOException {
    int count = 1;
    while (count < MOST_PARTS && count * FILES_OF_A_PART < files) {
      count *= 16;
    }
    List<Part> parts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      parts.add(new Part(folder.resolve(String.valueOf(i))));
    }
    return parts;
  }

  /** The part of a key, by its first hexadecimal digits, so that parts follow each other. */
  private static int number(String key, int parts) {
    int digits = 0;
    for (int p = parts; p > 1; p /= 16) {
      digits++;
    }
    return digits == 0 ? 0 : Integer.parseInt(key.substring(0, digits), 16);
  }

  /** Features whose keys begin alike, on the disk. */
  private static final class Part {
    private final Path file;
    private final DataOutputStream out;
    private int count;

    Part(Path file) throws IOException {
      this.file = file;
      this.out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)));
    }

    void add(Shard.Feature feature) throws IOException {
      out.writeUTF(feature.key());
      out.writeDouble(feature.seconds());
      out.writeFloat(feature.norm());
      out.writeInt(feature.vector().length);
      for (float value : feature.vector()) {
        out.writeFloat(value);
      }
      count++;
    }

    void close() throws IOException {
      out.close();
    }

    /** All of them, of equal keys the last; their file is not needed any more. */
    List<Shard.Feature> sorted() throws IOException {
      TreeMap<String, Shard.Feature> features = new TreeMap<>();
      try (DataInputStream in =
          new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
        for (int i = 0; i < count; i++) {
          String key = in.readUTF();
          double seconds = in.readDouble();
          float norm = in.readFloat();
          float[] vector = new float[in.readInt()];
          for (int j = 0; j < vector.length; j++) {
            vector[j] = in.readFloat();
          }
          features.put(key, new Shard.Feature(key, vector, norm, seconds));
        }
      }
      Files.delete(file);
      return List.copyOf(features.values());
    }
  }

  private static String name(Path file) {
    return String.valueOf(file.getFileName());
  }

  private static List<Path> list(Path folder, Predicate<Path> wanted) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(wanted).sorted().toList();
    } catch (IOException e) {
      throw KgCoopException.io(
          folder + ": cannot be listed (" + Messages.reason(e) + "); expected a feature cache", e);
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw KgCoopException.io(
          file + ": cannot be deleted (" + Messages.reason(e) + "); merge again", e);
    }
  }
}
