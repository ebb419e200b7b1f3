package org.kgcoop.io;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Tensor;

/**
 * A named array as stored in a file: element type, shape and bytes, row-major and little-endian.
 * The bytes are in memory, or in the file. Those in a file are read on each use, and a use fails if
 * the file has changed since it was opened.
 */
public final class StoredTensor {
  /** The number of values that are converted together. */
  private static final int AT_A_TIME = 1 << 16;

  private final String name;
  private final DType dtype;
  private final long[] shape;
  private final ByteSource source;

  /** Creates a tensor that shares the bytes between position and limit. They must not change. */
  public StoredTensor(String name, DType dtype, long[] shape, ByteBuffer data) {
    this(name, dtype, shape, ByteSource.of(data));
  }

  StoredTensor(String name, DType dtype, long[] shape, ByteSource source) {
    long expected = Math.multiplyExact(elements(shape), (long) dtype.bytes());
    if (source.size() != expected) {
      throw new IllegalArgumentException(
          "%s: %s %s takes %s bytes, got %s"
              .formatted(name, dtype, Arrays.toString(shape), expected, source.size()));
    }
    this.name = name;
    this.dtype = dtype;
    this.shape = shape.clone();
    this.source = source;
  }

  /** Creates a float32 tensor with a copy of the values. */
  public static StoredTensor ofFloats(String name, long[] shape, float... values) {
    ByteBuffer data = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
    data.asFloatBuffer().put(values);
    return new StoredTensor(name, DType.FLOAT32, shape, data);
  }

  /** Creates a copy of a tensor, with its type and shape. */
  public static StoredTensor of(String name, Tensor tensor) {
    return new StoredTensor(
        name, tensor.dtype(), tensor.shape(), ByteBuffer.wrap(tensor.toBytes()));
  }

  /**
   * Returns a tensor that uses bytes in memory without a copy if possible; see {@link Tensor#of}.
   * Bytes in a file are read into the tensor's own memory.
   */
  public Tensor tensor() {
    return source instanceof ByteSource.InMemory
        ? Tensor.of(data(), dtype, shape)
        : Tensor.of(this::copyTo, dtype, shape);
  }

  /**
   * Returns the number of elements of a shape.
   *
   * @throws ArithmeticException if it does not fit into 63 bits
   * @throws IllegalArgumentException if a dimension is negative
   */
  static long elements(long[] shape) {
    long product = 1;
    boolean empty = false;
    for (long dimension : shape) {
      if (dimension < 0) {
        throw new IllegalArgumentException("negative dimension in " + Arrays.toString(shape));
      }
      empty |= dimension == 0;
      product = Math.multiplyExact(product, Math.max(1, dimension));
    }
    return empty ? 0 : product;
  }

  public String name() {
    return name;
  }

  public DType dtype() {
    return dtype;
  }

  /** Returns a copy of the shape; empty for a scalar. */
  public long[] shape() {
    return shape.clone();
  }

  public long elements() {
    return source.size() / dtype.bytes();
  }

  /** Returns the number of bytes. */
  public int byteCount() {
    return (int) source.size();
  }

  /** Returns all bytes, read-only and little-endian. Bytes in memory are shared. */
  public ByteBuffer data() {
    return source.bytes(0, byteCount());
  }

  /** Copies all bytes to a buffer. */
  public void copyTo(ByteBuffer target) {
    ByteBuffer space = target.slice(target.position(), byteCount());
    source.copyTo(space, 0);
    target.position(target.position() + byteCount());
  }

  /** Fills a buffer with the bytes from element {@code from}. */
  void copyTo(ByteBuffer target, int from) {
    source.copyTo(target, (long) from * dtype.bytes());
  }

  /** Returns this tensor with its bytes in memory. */
  public StoredTensor inMemory() {
    return source instanceof ByteSource.InMemory
        ? this
        : new StoredTensor(name, dtype, shape, data());
  }

  /** Returns the same bytes under another name. */
  public StoredTensor withName(String newName) {
    return new StoredTensor(newName, dtype, shape, source);
  }

  /**
   * Returns the same bytes in another shape.
   *
   * @throws IllegalArgumentException if the number of elements differs
   */
  public StoredTensor reshaped(long... newShape) {
    return new StoredTensor(name, dtype, newShape, source);
  }

  /**
   * Returns the values of a floating-point tensor as floats. float64 is rounded, and 16-bit types
   * are exact.
   */
  public float[] toFloats() {
    return toFloats(0, (int) elements());
  }

  /**
   * Converts other floating-point types to float32. Returns this tensor if it is float32 or not
   * floating-point.
   */
  public StoredTensor asFloat32() {
    return dtype == DType.FLOAT32 || !dtype.isFloating() ? this : ofFloats(name, shape, toFloats());
  }

  /** Returns true if all values of {@link #toFloats()} are finite. */
  public boolean isFinite() {
    for (int from = 0; from < elements(); from += AT_A_TIME) {
      for (float value : toFloats(from, (int) Math.min(AT_A_TIME, elements() - from))) {
        if (!Float.isFinite(value)) {
          return false;
        }
      }
    }
    return true;
  }

  /** Returns true if all bytes are 0. It reads a file only up to the first other byte. */
  public boolean isZero() {
    int bytes = byteCount();
    for (int from = 0; from < bytes; from += AT_A_TIME) {
      ByteBuffer part = source.bytes(from, Math.min(AT_A_TIME, bytes - from));
      while (part.hasRemaining()) {
        if (part.get() != 0) {
          return false;
        }
      }
    }
    return bytes > 0;
  }

  /** Returns {@code count} values from element {@code from}, as {@link #toFloats()}. */
  float[] toFloats(int from, int count) {
    ByteBuffer bytes = source.bytes((long) from * dtype.bytes(), count * dtype.bytes());
    float[] values = new float[count];
    if (dtype == DType.FLOAT32) {
      bytes.asFloatBuffer().get(values);
      return values;
    }
    for (int i = 0; i < count; i++) {
      values[i] =
          switch (dtype) {
            case FLOAT64 -> (float) bytes.getDouble(8 * i);
            case FLOAT16 -> float16(bytes.getShort(2 * i));
            case BFLOAT16 -> bfloat16(bytes.getShort(2 * i));
            default ->
                throw new IllegalArgumentException(
                    name + ": expected a floating element type, got " + dtype);
          };
    }
    return values;
  }

  /** Converts IEEE binary16 bits: 1 sign, 5 exponent (bias 15) and 10 fraction bits. */
  static float float16(short bits) {
    int sign = (bits & 0x8000) << 16;
    int exponent = (bits >> 10) & 0x1f;
    int fraction = bits & 0x3ff;
    if (exponent == 0x1f) { // infinity, or NaN with its payload
      return Float.intBitsToFloat(sign | 0x7f800000 | fraction << 13);
    }
    if (exponent == 0) { // zero, or fraction * 2^-24
      float magnitude = fraction * 0x1p-24f;
      return sign == 0 ? magnitude : -magnitude;
    }
    return Float.intBitsToFloat(sign | (exponent - 15 + 127) << 23 | fraction << 13);
  }

  /** Converts bfloat16 bits, which are the upper half of a float. */
  static float bfloat16(short bits) {
    return Float.intBitsToFloat(bits << 16);
  }

  /** Returns the only value of an integer tensor with one element. */
  long toLong() {
    if (elements() != 1 || dtype.isFloating()) {
      throw new IllegalArgumentException(name + ": expected one integer, got " + this);
    }
    ByteBuffer bytes = data();
    return switch (dtype) {
      case INT64 -> bytes.getLong();
      case INT32 -> bytes.getInt();
      case INT16 -> bytes.getShort();
      case INT8 -> bytes.get();
      default -> bytes.get() & 0xff;
    };
  }

  @Override
  public String toString() {
    return "%s %s %s".formatted(name, dtype, Arrays.toString(shape));
  }
}
