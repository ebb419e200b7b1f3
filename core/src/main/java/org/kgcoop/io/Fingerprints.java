package org.kgcoop.io;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Collection;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import org.kgcoop.files.Sha256;
import org.kgcoop.tensor.DType;

/**
 * SHA-256 of tensors, independent of the file format and the order in a file. Tensors are processed
 * in the order of their names. Each adds its name (length, UTF-8), its safetensors type name (also
 * with length), the number of dimensions, the dimensions and the bytes. Lengths and dimensions are
 * little-endian 64-bit numbers.
 */
public final class Fingerprints {

  private static final int CHUNK = 1 << 16;

  private Fingerprints() {}

  /** Computes the fingerprint of the tensors as stored. */
  static String exact(Collection<StoredTensor> tensors) {
    return of(tensors, false);
  }

  /**
   * Computes the fingerprint of the values. Floating-point tensors count as float32, whatever their
   * stored type. A half-precision file and the same weights widened to float32 therefore agree.
   * Other types count as stored.
   */
  public static String asFloat32(Collection<StoredTensor> tensors) {
    return of(tensors, true);
  }

  private static String of(Collection<StoredTensor> tensors, boolean asFloat32) {
    MessageDigest sha = Sha256.digest();
    ByteBuffer chunk = ByteBuffer.allocate(8 * CHUNK).order(ByteOrder.LITTLE_ENDIAN);
    List<StoredTensor> sorted =
        tensors.stream().sorted(Comparator.comparing(StoredTensor::name)).toList();
    for (StoredTensor tensor : sorted) {
      boolean convert = asFloat32 && tensor.dtype().isFloating() && tensor.dtype() != DType.FLOAT32;
      addHeader(sha, tensor, convert ? DType.FLOAT32 : tensor.dtype());
      int elements = (int) tensor.elements();
      for (int from = 0; from < elements; from += CHUNK) {
        int count = Math.min(CHUNK, elements - from);
        if (convert) {
          chunk.clear().asFloatBuffer().put(tensor.toFloats(from, count));
          sha.update(chunk.limit(4 * count));
        } else {
          tensor.copyTo(chunk.clear().limit(tensor.dtype().bytes() * count), from);
          sha.update(chunk.flip());
        }
      }
    }
    return HexFormat.of().formatHex(sha.digest());
  }

  private static void addHeader(MessageDigest sha, StoredTensor tensor, DType dtype) {
    addText(sha, tensor.name());
    addText(sha, dtype.safetensorsName());
    long[] shape = tensor.shape();
    addLong(sha, shape.length);
    for (long dimension : shape) {
      addLong(sha, dimension);
    }
  }

  private static void addText(MessageDigest sha, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    addLong(sha, bytes.length);
    sha.update(bytes);
  }

  private static void addLong(MessageDigest sha, long value) {
    sha.update(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, value));
  }
}
