package org.kgcoop.cache;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.AtomicFile;
import org.kgcoop.files.FileErrors;
import org.kgcoop.files.Sha256;
import org.kgcoop.io.SealedFile;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.tensor.DType;

/**
 * A file of a feature cache. It is named by the keys that it holds, and equal features make equal
 * bytes; the time that they took to compute, which no two computations share, stands in a small
 * file beside it.
 *
 * @param features at least one, of one width
 */
public record Shard(List<Feature> features) {
  /** Features in one file at most: what a run that is cut off loses. */
  public static final int LENGTH = 1024;

  /** The ending of the name of such a file. */
  public static final String ENDING = ".safetensors";

  private static final String FEATURES = "features";
  private static final String NORMS = "norms";
  private static final String TIME_ENDING = ".seconds";
  private static final String WHAT = "file of a feature cache";

  /**
   * A unit feature.
   *
   * @param key the SHA-256 of the image's bytes, a space, and how it was seen
   * @param vector (E)
   * @param norm the length before it became 1
   * @param seconds that it took to compute
   */
  // An array, since features are many and never compared.
  @SuppressWarnings("ArrayRecordComponent")
  public record Feature(String key, float[] vector, float norm, double seconds) {}

  public Shard {
    features = List.copyOf(features);
    if (features.isEmpty()) {
      throw new IllegalArgumentException("features of a file: expected at least one");
    }
  }

  /** The name of its file, which follows from the keys. */
  String fileName() {
    return Sha256.of(keys().toString()).substring(0, 32) + ENDING;
  }

  private ArrayNode keys() {
    ArrayNode keys = JsonNodeFactory.instance.arrayNode();
    features.forEach(feature -> keys.add(feature.key()));
    return keys;
  }

  /**
   * Writes its file, whole or not at all, and the one beside it.
   *
   * @return the file
   */
  @CanIgnoreReturnValue
  public Path write(Path folder) {
    int width = features.get(0).vector().length;
    float[] values = new float[features.size() * width];
    float[] norms = new float[features.size()];
    double seconds = 0;
    for (int i = 0; i < features.size(); i++) {
      System.arraycopy(features.get(i).vector(), 0, values, i * width, width);
      norms[i] = features.get(i).norm();
      seconds += features.get(i).seconds();
    }
    List<StoredTensor> tensors =
        List.of(
            StoredTensor.ofFloats(NORMS, new long[] {norms.length}, norms),
            StoredTensor.ofFloats(FEATURES, new long[] {norms.length, width}, values));
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.set("keys", keys());
    Path file = folder.resolve(fileName());
    String time = seconds + "\n";
    AtomicFile.write(timeFile(file), out -> out.write(time.getBytes(StandardCharsets.UTF_8)));
    SealedFile.write(file, tensors, json);
    return file;
  }

  /**
   * Reads a file.
   *
   * @throws KgCoopException where it is damaged or none of a feature cache
   */
  public static Shard read(Path file) {
    SealedFile.Content content = SealedFile.read(file, WHAT);
    Index index = Index.of(file, content);
    int width = index.width();
    float[] values = Objects.requireNonNull(content.tensors().get(FEATURES)).toFloats();
    float[] norms = Objects.requireNonNull(content.tensors().get(NORMS)).toFloats();
    List<Feature> features = new ArrayList<>();
    for (int i = 0; i < index.keys().size(); i++) {
      float[] vector = new float[width];
      System.arraycopy(values, i * width, vector, 0, width);
      features.add(new Feature(index.keys().get(i), vector, norms[i], index.seconds()));
    }
    return new Shard(features);
  }

  /**
   * The content of a file but for its features, which fill its end row by row, their norms before
   * them.
   *
   * @param width E
   * @param seconds that each took to compute
   */
  record Index(List<String> keys, int width, double seconds) {
    /**
     * Reads it, without a look at the features.
     *
     * @throws KgCoopException where it is none of a feature cache
     */
    static Index read(Path file) {
      return of(file, SealedFile.readUnchecked(file, WHAT));
    }

    private static Index of(Path file, SealedFile.Content content) {
      List<String> keys = new ArrayList<>();
      content.json().path("keys").forEach(key -> keys.add(key.asText()));
      StoredTensor features = content.tensors().get(FEATURES);
      if (content.tensors().size() != 2 || features == null || features.shape().length != 2) {
        throw foreign(file);
      }
      int width = Math.toIntExact(features.shape()[1]);
      checkTensor(file, features, keys.size(), width);
      checkTensor(file, content.tensors().get(NORMS), keys.size());
      return new Index(keys, width, time(file) / Math.max(1, keys.size()));
    }
  }

  /** Checks the seal of a file: that no bit of it has changed. */
  static void check(Path file) {
    SealedFile.read(file, WHAT);
  }

  private static void checkTensor(Path file, @Nullable StoredTensor tensor, long... shape) {
    if (tensor == null
        || tensor.dtype() != DType.FLOAT32
        || !Arrays.equals(tensor.shape(), shape)) {
      throw foreign(file);
    }
  }

  private static KgCoopException foreign(Path file) {
    return KgCoopException.weights(file + ": not a " + WHAT);
  }

  /** The file with the time of another: of the same name but for the ending. */
  public static Path timeFile(Path file) {
    String name = String.valueOf(file.getFileName());
    return file.resolveSibling(name.substring(0, name.length() - ENDING.length()) + TIME_ENDING);
  }

  private static double time(Path file) {
    Path beside = timeFile(file);
    try {
      return Double.parseDouble(Files.readString(beside).strip());
    } catch (NoSuchFileException | NumberFormatException e) {
      return 0; // the features are good without it
    } catch (IOException e) {
      throw FileErrors.unreadable(beside, e);
    }
  }
}
