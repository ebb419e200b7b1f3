package org.kgcoop.features;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.Digest;
import org.kgcoop.files.FileErrors;
import org.kgcoop.files.Json;
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
  private static final String WHAT = "file of a feature cache";

  /** The metadata of a file. */
  private record Metadata(@Nullable String model, @Nullable List<String> keys) {}

  public Shard {
    features = Collections.unmodifiableMap(new LinkedHashMap<>(features));
    if (features.isEmpty()) {
      throw new IllegalArgumentException("features of a file: expected at least one");
    }
  }

  /** Returns the name of the file, which depends on the keys. */
  String fileName() {
    String keys = Json.LENIENT.valueToTree(features.keySet()).toString();
    return Sha256.of(keys).substring(0, 32) + ENDING;
  }

  /** Returns true if a file has a name as {@link #fileName} returns it. */
  static boolean isNamed(Path file) {
    return String.valueOf(file.getFileName()).matches("[0-9a-f]{32}\\" + ENDING);
  }

  /**
   * Writes the file atomically, and the file of its keys.
   *
   * @return the file
   */
  @CanIgnoreReturnValue
  public Path write(Path folder) {
    Path file = folder.resolve(fileName());
    Metadata metadata = new Metadata(ShardKeys.model(file), List.copyOf(features.keySet()));
    shortKeys().write(keyFile(file));
    SealedFile.write(file, tensors(), Json.tree(metadata));
    return file;
  }

  private int width() {
    return features.values().iterator().next().vector().length;
  }

  /** Returns norms and features, in the order of the file. */
  private List<StoredTensor> tensors() {
    int width = width();
    float[] values = new float[features.size() * width];
    float[] norms = new float[features.size()];
    int i = 0;
    for (Feature feature : features.values()) {
      System.arraycopy(feature.vector(), 0, values, i * width, width);
      norms[i++] = feature.norm();
    }
    return List.of(
        StoredTensor.ofFloats(NORMS, new long[] {norms.length}, norms),
        StoredTensor.ofFloats(FEATURES, new long[] {norms.length, width}, values));
  }

  /** Returns the content of the file of the keys. */
  ShardKeys shortKeys() {
    return new ShardKeys(
        features.keySet().stream().map(FeatureKey::digest).toList(),
        width(),
        features.values().stream().mapToDouble(Feature::seconds).sum(),
        Digest.crc32c(tensors().stream().map(StoredTensor::data).toArray(ByteBuffer[]::new)));
  }

  /**
   * Reads a file.
   *
   * @throws KgCoopException if it is damaged or not a file of a feature cache
   */
  public static Shard read(Path file) {
    Content content = open(file);
    List<String> keys = content.keys();
    double seconds = ShardKeys.read(keyFile(file)).map(ShardKeys::seconds).orElse(0.0);
    Map<String, Feature> features = new LinkedHashMap<>();
    for (int i = 0; i < keys.size(); i++) {
      features.put(keys.get(i), content.block().feature(i, seconds / keys.size()));
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
    Content content = open(file);
    Block block = content.block();
    ShardKeys rebuilt =
        new ShardKeys(
            content.keys().stream().map(FeatureKey::digest).toList(),
            block.width(),
            /* seconds= */ 0,
            Digest.crc32c(block.norms().duplicate(), block.features().duplicate()));
    try {
      rebuilt.write(keyFile(file));
    } catch (KgCoopException e) {
      return rebuilt; // the folder is read-only
    }
    return rebuilt;
  }

  /** The keys and features of a file. */
  record Content(List<String> keys, Block block) {}

  /**
   * Reads a file at once and verifies its checksum.
   *
   * @throws KgCoopException if it is damaged or not a file of a feature cache
   */
  static Content open(Path file) {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (IOException e) {
      throw FileErrors.unreadable(file, e);
    }
    SealedFile.Content sealed = SealedFile.open(Safetensors.read(file, bytes), WHAT);
    Metadata metadata = Json.LENIENT.convertValue(sealed.json(), Metadata.class);
    if (!ShardKeys.model(file).equals(metadata.model())) {
      throw KgCoopException.weights(file + ": a " + WHAT + " of another model");
    }
    StoredTensor features = sealed.tensors().get(FEATURES);
    StoredTensor norms = sealed.tensors().get(NORMS);
    if (sealed.tensors().size() != 2
        || features == null
        || norms == null
        || features.dtype() != DType.FLOAT32
        || norms.dtype() != DType.FLOAT32
        || features.shape().length != 2
        || metadata.keys() == null) {
      throw foreign(file);
    }
    int width = Math.toIntExact(features.shape()[1]);
    Block block = new Block(features.data(), norms.data(), width);
    return new Content(metadata.keys(), block.checked(file, metadata.keys().size(), width));
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

    /** Returns this block, if it has the expected size. */
    Block checked(Path file, int count, int expectedWidth) {
      if (count < 1
          || width != expectedWidth
          || norms.limit() != Float.BYTES * count
          || features.limit() != norms.limit() * width) {
        throw foreign(file);
      }
      return this;
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
