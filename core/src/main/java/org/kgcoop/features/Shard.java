package org.kgcoop.features;

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
 * A file of a feature cache, named after a digest of its keys. Equal features give byte-identical
 * files. The time of the computation varies, so it is in a small file next to this one.
 *
 * @param features at least one, all of the same width
 */
public record Shard(List<Feature> features) {
  /** The maximum number of features per file. An interrupted run loses at most this many. */
  public static final int LENGTH = 1024;

  /** The extension of these files. */
  public static final String ENDING = ".safetensors";

  private static final String FEATURES = "features";
  private static final String NORMS = "norms";
  private static final String TIME_ENDING = ".seconds";
  private static final String WHAT = "file of a feature cache";

  /**
   * A feature of unit length.
   *
   * @param key the SHA-256 of the image's bytes, a space, and the view
   * @param vector (E)
   * @param norm the length before scaling
   * @param seconds the time to compute it
   */
  // An array, because there are many features. No code compares these records.
  @SuppressWarnings("ArrayRecordComponent")
  public record Feature(String key, float[] vector, float norm, double seconds) {
    /** Returns the feature as the image encoder computes it. */
    float[] raw() {
      return new ViewEncoder.Encoded(vector, norm).raw();
    }
  }

  public Shard {
    features = List.copyOf(features);
    if (features.isEmpty()) {
      throw new IllegalArgumentException("features of a file: expected at least one");
    }
  }

  /** Returns the name of the file, which depends on the keys. */
  String fileName() {
    return Sha256.of(keys().toString()).substring(0, 32) + ENDING;
  }

  private ArrayNode keys() {
    ArrayNode keys = JsonNodeFactory.instance.arrayNode();
    features.forEach(feature -> keys.add(feature.key()));
    return keys;
  }

  /**
   * Writes the file atomically, and the file of the time.
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
   * @throws KgCoopException if it is damaged or not a file of a feature cache
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
   * The content of a file without its features, which fill the end of the file row by row, after
   * their norms.
   *
   * @param width E
   * @param seconds the time that each feature took
   */
  record Index(List<String> keys, int width, double seconds) {
    /**
     * Reads the index of a file without reading the features.
     *
     * @throws KgCoopException if the file is not a file of a feature cache
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

  /** Checks the checksum of a file. */
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

  /** Returns the file with the time, which has the same name with another extension. */
  public static Path timeFile(Path file) {
    String name = String.valueOf(file.getFileName());
    return file.resolveSibling(name.substring(0, name.length() - ENDING.length()) + TIME_ENDING);
  }

  private static double time(Path file) {
    Path beside = timeFile(file);
    try {
      return Double.parseDouble(Files.readString(beside).strip());
    } catch (NoSuchFileException | NumberFormatException e) {
      return 0; // the time is not essential
    } catch (IOException e) {
      throw FileErrors.unreadable(beside, e);
    }
  }
}
