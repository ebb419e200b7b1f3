package org.kgcoop.features;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.FileErrors;
import org.kgcoop.files.Sha256;
import org.kgcoop.io.Safetensors;
import org.kgcoop.io.SealedFile;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.tensor.DType;

/**
 * A file of a feature cache, named after a digest of its keys. It contains the name of its folder,
 * which stands for the model, so a file in the folder of another model is rejected. Equal features
 * give byte-identical files. The time of the computation varies, so it is in a small file next to
 * this one, with a copy of the keys for quick reading.
 *
 * @param features the features by key, in the order of the file: at least one, all of the same
 *     width. A key is the SHA-256 of the image's bytes, a space, and the view.
 */
public record Shard(Map<String, Feature> features) {
  /** The maximum number of features per file. */
  public static final int LENGTH = 1024;

  /** The extension of these files. */
  public static final String ENDING = ".safetensors";

  private static final String FEATURES = "features";
  private static final String NORMS = "norms";
  private static final String MODEL = "model";
  private static final String WHAT = "file of a feature cache";

  public Shard {
    features = Collections.unmodifiableMap(new LinkedHashMap<>(features));
    if (features.isEmpty()) {
      throw new IllegalArgumentException("features of a file: expected at least one");
    }
  }

  /** Returns the name of the file, which depends on the keys. */
  String fileName() {
    return Sha256.of(keys().toString()).substring(0, 32) + ENDING;
  }

  /** Returns true if a file has a name as {@link #fileName} returns it. */
  static boolean isNamed(Path file) {
    return String.valueOf(file.getFileName()).matches("[0-9a-f]{32}\\" + ENDING);
  }

  private ArrayNode keys() {
    ArrayNode keys = JsonNodeFactory.instance.arrayNode();
    features.keySet().forEach(key -> keys.add(key));
    return keys;
  }

  /**
   * Writes the file atomically, and the file of its keys.
   *
   * @return the file
   */
  @CanIgnoreReturnValue
  public Path write(Path folder) {
    Path file = folder.resolve(fileName());
    ObjectNode json = JsonNodeFactory.instance.objectNode().put(MODEL, ShardKeys.model(file));
    json.set("keys", keys());
    shortKeys().write(keyFile(file));
    SealedFile.write(file, tensors().values(), json);
    return file;
  }

  private int width() {
    return features.values().iterator().next().vector().length;
  }

  /** Returns the tensors in the order of the file. */
  private Map<String, StoredTensor> tensors() {
    int width = width();
    float[] values = new float[features.size() * width];
    float[] norms = new float[features.size()];
    int i = 0;
    for (Feature feature : features.values()) {
      System.arraycopy(feature.vector(), 0, values, i * width, width);
      norms[i++] = feature.norm();
    }
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    tensors.put(NORMS, StoredTensor.ofFloats(NORMS, new long[] {norms.length}, norms));
    long[] shape = {norms.length, width};
    tensors.put(FEATURES, StoredTensor.ofFloats(FEATURES, shape, values));
    return tensors;
  }

  /** Returns the content of the file of the keys. */
  ShardKeys shortKeys() {
    return new ShardKeys(
        features.keySet().stream().map(FeatureKey::digest).toList(),
        width(),
        features.values().stream().mapToDouble(Feature::seconds).sum(),
        Block.of(Path.of(fileName()), tensors()).checksum());
  }

  /**
   * Reads a file.
   *
   * @throws KgCoopException if it is damaged or not a file of a feature cache
   */
  public static Shard read(Path file) {
    SealedFile.Content content = content(file);
    List<String> keys = keys(content.json());
    Block block = Block.of(file, content.tensors());
    double seconds = ShardKeys.read(keyFile(file)).map(ShardKeys::seconds).orElse(0.0);
    block.check(file, keys.size(), block.width());
    Map<String, Feature> features = new LinkedHashMap<>();
    for (int i = 0; i < keys.size(); i++) {
      features.put(keys.get(i), block.feature(i, seconds / keys.size()));
    }
    return new Shard(features);
  }

  /**
   * Reads the keys of a file, if possible from the file of its keys, which is written again if it
   * is missing or damaged.
   *
   * @throws KgCoopException if the file is damaged or not a file of a feature cache
   */
  static ShardKeys readKeys(Path file) {
    return ShardKeys.read(keyFile(file)).orElseGet(() -> rebuiltKeys(file));
  }

  private static ShardKeys rebuiltKeys(Path file) {
    SealedFile.Content content = content(file);
    List<String> keys = keys(content.json());
    Block block = Block.of(file, content.tensors());
    block.check(file, keys.size(), block.width());
    ShardKeys rebuilt =
        new ShardKeys(
            keys.stream().map(FeatureKey::digest).toList(),
            block.width(),
            /* seconds= */ 0,
            block.checksum());
    try {
      rebuilt.write(keyFile(file));
    } catch (KgCoopException e) {
      return rebuilt; // the folder is read-only
    }
    return rebuilt;
  }

  private static SealedFile.Content content(Path file) {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (IOException e) {
      throw FileErrors.unreadable(file, e);
    }
    SealedFile.Content content = SealedFile.open(Safetensors.read(file, bytes), WHAT);
    if (!content.json().path(MODEL).asText().equals(ShardKeys.model(file))) {
      throw KgCoopException.weights(file + ": a " + WHAT + " of another model");
    }
    return content;
  }

  private static List<String> keys(ObjectNode json) {
    List<String> keys = new ArrayList<>();
    json.path("keys").forEach(key -> keys.add(key.asText()));
    return keys;
  }

  /**
   * The features of a file. They fill the end of the file row by row, after their norms.
   *
   * @param features (count, E), little-endian
   * @param norms (count), little-endian
   * @param width E
   */
  record Block(ByteBuffer features, ByteBuffer norms, int width) {
    /**
     * Reads a file at once and verifies its checksum.
     *
     * @throws KgCoopException if it is damaged or not a file of a feature cache
     */
    static Block read(Path file) {
      return of(file, content(file).tensors());
    }

    static Block of(Path file, Map<String, StoredTensor> tensors) {
      StoredTensor features = tensors.get(FEATURES);
      StoredTensor norms = tensors.get(NORMS);
      if (tensors.size() != 2
          || features == null
          || norms == null
          || features.dtype() != DType.FLOAT32
          || norms.dtype() != DType.FLOAT32
          || features.shape().length != 2
          || !Arrays.equals(norms.shape(), new long[] {features.shape()[0]})) {
        throw foreign(file);
      }
      return new Block(features.data(), norms.data(), Math.toIntExact(features.shape()[1]));
    }

    /**
     * Divides the end of a file.
     *
     * @param bytes norms and features, little-endian
     */
    static Block of(ByteBuffer bytes, int count, int width) {
      int norms = Float.BYTES * count;
      return new Block(
          bytes.slice(norms, norms * width).order(ByteOrder.LITTLE_ENDIAN),
          bytes.slice(0, norms).order(ByteOrder.LITTLE_ENDIAN),
          width);
    }

    /** Returns the CRC-32C of norms and features. */
    int checksum() {
      return ShardKeys.check(norms.duplicate(), features.duplicate());
    }

    /** Checks that the block has the expected size. */
    void check(Path file, int count, int expectedWidth) {
      if (count < 1 || norms.limit() != Float.BYTES * count || width != expectedWidth) {
        throw foreign(file);
      }
    }

    /** Returns a copy of a feature. */
    Feature feature(int row, double seconds) {
      float[] vector = new float[width];
      features.asFloatBuffer().get(row * width, vector);
      return new Feature(vector, norms.getFloat(Float.BYTES * row), seconds);
    }
  }

  private static KgCoopException foreign(Path file) {
    return KgCoopException.weights(file + ": not a " + WHAT);
  }

  /** Returns the file of the keys, which has the same name with another extension. */
  public static Path keyFile(Path file) {
    String name = String.valueOf(file.getFileName());
    return file.resolveSibling(
        name.substring(0, name.length() - ENDING.length()) + ShardKeys.ENDING);
  }
}
