package org.kgcoop.cluster.features;

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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.features.Feature;
import org.kgcoop.features.Shard;
import org.kgcoop.files.FileErrors;
import org.kgcoop.files.Folders;

/**
 * A merge of a feature cache into files that depend only on its content. Without a merge, the order
 * of requests determines which features share a file. Merged caches with the same features are
 * byte-identical, except for the stored times. A merged cache also opens faster than one that grew
 * in small steps.
 *
 * <p>The merge first divides the features by the first digits of their keys, into temporary parts
 * next to the files. It then sorts each part. It needs the memory of one part, and temporarily
 * twice the disk space of the cache. A run that uses the cache at the same time may miss a file,
 * and computes its features again.
 */
public final class FeatureCacheMerge {
  /**
   * The target number of files per part; the actual number is a power of 16. A part is about 128 MB
   * with 512 numbers per feature.
   */
  private static final int FILES_OF_A_PART = 64;

  /** The maximum number of parts, because each is an open file. */
  private static final int MOST_PARTS = 256;

  private static final String TEMPORARY = ".merge-";

  private FeatureCacheMerge() {}

  /**
   * Merges the files of each model and arithmetic.
   *
   * @param cache the folder of the feature cache
   * @param warnings receives a line for each damaged file, which is not changed
   * @return the number of features
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
        Folders.delete(left); // by a merge that was killed
      }
      Path temporary = Files.createTempDirectory(folder, TEMPORARY);
      try {
        return mergeFolder(folder, temporary, warnings);
      } finally {
        Folders.delete(temporary);
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
          for (Map.Entry<String, Feature> each : Shard.read(file).features().entrySet()) {
            parts.get(number(each.getKey(), parts.size())).add(each.getKey(), each.getValue());
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
    Map<String, Feature> next = new LinkedHashMap<>();
    for (Part part : parts) {
      for (Map.Entry<String, Feature> each : part.sorted().entrySet()) {
        next.put(each.getKey(), each.getValue());
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
        delete(Shard.keyFile(file));
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

  /** Returns the part of a key, by its first hexadecimal digits, so that the parts are in order. */
  private static int number(String key, int parts) {
    int digits = 0;
    for (int p = parts; p > 1; p /= 16) {
      digits++;
    }
    return digits == 0 ? 0 : Integer.parseInt(key.substring(0, digits), 16);
  }

  /** Features whose keys begin alike, on disk. */
  private static final class Part {
    private final Path file;
    private final DataOutputStream out;
    private int count;

    Part(Path file) throws IOException {
      this.file = file;
      this.out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)));
    }

    void add(String key, Feature feature) throws IOException {
      out.writeUTF(key);
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

    /**
     * Returns all features sorted by key, the last one of equal keys. Its file can then be deleted.
     */
    SortedMap<String, Feature> sorted() throws IOException {
      SortedMap<String, Feature> features = new TreeMap<>();
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
          features.put(key, new Feature(vector, norm, seconds));
        }
      }
      Files.delete(file);
      return features;
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
