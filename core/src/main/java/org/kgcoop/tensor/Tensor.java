package org.kgcoop.tensor;

import static org.kgcoop.tensor.NativeCall.run;
import static org.kgcoop.tensor.NativeCall.tensor;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * A native array. It belongs to the scope in which it was created, or to the caller of {@link
 * #keep}. Results never belong to an operand. Operations record gradients unless {@link
 * Autograd#off} is active. The names of in-place operations end in {@code _}.
 *
 * <p>A wrong shape or type causes a {@link org.kgcoop.KgCoopException} with the operation and the
 * shapes. The use of a tensor after the end of its scope causes an {@link IllegalStateException}
 * with the scope.
 */
public final class Tensor implements AutoCloseable {
  private final org.bytedeco.pytorch.Tensor handle;
  private @Nullable Scope owner;
  private boolean closed;

  /** Memory outside LibTorch that this tensor uses. */
  @SuppressWarnings("UnusedVariable") // prevents garbage collection of the memory
  private @Nullable Object backing;

  Tensor(org.bytedeco.pytorch.Tensor handle, Scope owner) {
    this.handle = handle;
    this.owner = owner;
  }

  // ---- creation

  /** Creates a float32 tensor of {@code shape} with a copy of {@code values} in row-major order. */
  public static Tensor of(float[] values, long... shape) {
    checkCount(values.length, shape);
    return tensor("of", () -> org.bytedeco.pytorch.Tensor.create(values, shape));
  }

  /**
   * Creates a float32 matrix with a copy of rows of equal length, of which there is at least one.
   */
  public static Tensor ofRows(float[][] rows) {
    int width = rows[0].length;
    float[] values = new float[Math.multiplyExact(rows.length, width)];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(rows[i], 0, values, i * width, width);
    }
    return of(values, rows.length, width);
  }

  /** Creates an int64 tensor of {@code shape} with a copy of {@code values} in row-major order. */
  public static Tensor of(long[] values, long... shape) {
    checkCount(values.length, shape);
    return tensor("of", () -> org.bytedeco.pytorch.Tensor.create(values, shape));
  }

  /** Creates an int64 vector with a copy of {@code values}, such as for {@link #indexSelect}. */
  public static Tensor indices(int[] values) {
    return of(Arrays.stream(values).asLongStream().toArray(), values.length);
  }

  /** Creates a float32 tensor of shape () with one value. */
  public static Tensor scalar(double value) {
    return full(value, new long[0]);
  }

  /** Creates a float64 tensor with a copy of {@code values}. */
  public static Tensor of(double[] values, long... shape) {
    checkCount(values.length, shape);
    ByteBuffer data = ByteBuffer.allocate(values.length * 8).order(ByteOrder.LITTLE_ENDIAN);
    data.asDoubleBuffer().put(values);
    return of(data, DType.FLOAT64, shape);
  }

  /** Creates a float32 tensor of {@code shape} filled with {@code value}. */
  public static Tensor full(double value, long... shape) {
    return tensor("full", () -> torch.full(shape, new Scalar((float) value)));
  }

  /**
   * Creates a tensor from {@code data}. A direct buffer with aligned elements is used without a
   * copy, so its memory must not change. Any other buffer is copied.
   *
   * @param data little-endian elements in row-major order, from position to limit
   */
  public static Tensor of(ByteBuffer data, DType dtype, long... shape) {
    if (data.remaining() != count(shape) * dtype.bytes()) {
      throw new IllegalArgumentException(
          "%s%s needs %s bytes, got %s"
              .formatted(
                  dtype,
                  NativeCall.shapeText(shape),
                  count(shape) * dtype.bytes(),
                  data.remaining()));
    }
    var options = new org.bytedeco.pytorch.TensorOptions(scalarType(dtype));
    if (data.isDirect()) {
      BytePointer pointer = new BytePointer(data);
      if ((pointer.address() + pointer.position()) % dtype.bytes() == 0) {
        Tensor view = tensor("of", () -> torch.from_blob(pointer, shape, options));
        view.backing = data;
        return view;
      }
    }
    return of(target -> target.put(data.duplicate()), dtype, shape);
  }

  /**
   * Creates a tensor with memory of its own.
   *
   * @param writer writes all elements, little-endian in row-major order
   */
  public static Tensor of(Consumer<ByteBuffer> writer, DType dtype, long... shape) {
    var options = new org.bytedeco.pytorch.TensorOptions(scalarType(dtype));
    Tensor tensor = tensor("of", () -> torch.empty(shape, options, null));
    long bytes = count(shape) * dtype.bytes();
    if (bytes > 0) {
      writer.accept(new BytePointer(tensor.handle.data_ptr()).capacity(bytes).asByteBuffer());
    }
    return tensor;
  }

  /** Concatenates tensors along an existing axis. */
  public static Tensor concat(List<Tensor> tensors, long axis) {
    return tensor(
        "concat", () -> torch.cat(Autograd.vector(tensors), axis), tensors.toArray(Tensor[]::new));
  }

  /** Stacks tensors along a new axis. */
  public static Tensor stack(List<Tensor> tensors, long axis) {
    return tensor(
        "stack", () -> torch.stack(Autograd.vector(tensors), axis), tensors.toArray(Tensor[]::new));
  }

  // ---- properties

  public long[] shape() {
    checkOpen("shape");
    return handle.shape();
  }

  /** Returns the length of an axis. Negative axes count from the end. */
  public long size(int axis) {
    long[] shape = shape();
    return shape[axis < 0 ? axis + shape.length : axis];
  }

  public int rank() {
    return shape().length;
  }

  /** Returns the number of elements. */
  public long count() {
    return count(shape());
  }

  public DType dtype() {
    checkOpen("dtype");
    return dtypeOf(handle.scalar_type().intern());
  }

  public Device device() {
    checkOpen("device");
    return handle.is_cpu() ? Device.CPU : new Device("cuda:" + handle.device().index());
  }

  public boolean requiresGradient() {
    checkOpen("requiresGradient");
    return handle.requires_grad();
  }

  // ---- values

  /** Returns the elements as float32 in row-major order. */
  public float[] toFloats() {
    float[] values = new float[Math.toIntExact(count())];
    copyOut("toFloats", DType.FLOAT32, p -> new org.bytedeco.javacpp.FloatPointer(p).get(values));
    return values;
  }

  /** Returns the rows of a matrix as float32. */
  public float[][] toRows() {
    float[] values = toFloats();
    int width = Math.toIntExact(size(1));
    float[][] rows = new float[Math.toIntExact(size(0))][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = Arrays.copyOfRange(values, i * width, (i + 1) * width);
    }
    return rows;
  }

  /** Returns the elements as float64 in row-major order. */
  public double[] toDoubles() {
    double[] values = new double[Math.toIntExact(count())];
    copyOut("toDoubles", DType.FLOAT64, p -> new org.bytedeco.javacpp.DoublePointer(p).get(values));
    return values;
  }

  /** Returns the rows of a matrix as float64. */
  public double[][] toDoubleRows() {
    double[] values = toDoubles();
    int width = Math.toIntExact(size(1));
    double[][] rows = new double[Math.toIntExact(size(0))][];
    Arrays.setAll(rows, i -> Arrays.copyOfRange(values, i * width, (i + 1) * width));
    return rows;
  }

  /** Returns the elements as int64 in row-major order. */
  public long[] toLongs() {
    long[] values = new long[Math.toIntExact(count())];
    copyOut("toLongs", DType.INT64, p -> new org.bytedeco.javacpp.LongPointer(p).get(values));
    return values;
  }

  /** Returns the elements in their own type, little-endian in row-major order. */
  public byte[] toBytes() {
    DType dtype = dtype();
    byte[] values = new byte[Math.toIntExact(count() * dtype.bytes())];
    copyOut("toBytes", dtype, p -> new BytePointer(p).get(values));
    return values;
  }

  /** Returns the value of a tensor with one element. */
  public double item() {
    if (count() != 1) {
      throw new IllegalArgumentException(
          "item: expected one element, got " + NativeCall.shapeText(shape()));
    }
    return toFloats()[0];
  }

  /** Returns true if all elements are finite. */
  public boolean isFinite() {
    try (Scope scope = Scope.open("isFinite")) {
      return tensor("isFinite", () -> handle.isfinite().all(), this).toBytes()[0] != 0;
    }
  }

  // ---- arithmetic, with broadcasting

  public Tensor plus(Tensor other) {
    return tensor("plus", () -> handle.add(other.handle), this, other);
  }

  public Tensor plus(double value) {
    return tensor("plus", () -> handle.add(new Scalar(value)), this);
  }

  public Tensor minus(Tensor other) {
    return tensor("minus", () -> handle.sub(other.handle), this, other);
  }

  public Tensor times(Tensor other) {
    return tensor("times", () -> handle.mul(other.handle), this, other);
  }

  public Tensor times(double value) {
    return tensor("times", () -> handle.mul(new Scalar(value)), this);
  }

  public Tensor dividedBy(Tensor other) {
    return tensor("dividedBy", () -> handle.div(other.handle), this, other);
  }

  public Tensor abs() {
    return tensor("abs", handle::abs, this);
  }

  public Tensor exp() {
    return tensor("exp", handle::exp, this);
  }

  /** Computes the matrix product over the last two axes. The other axes broadcast. */
  public Tensor matmul(Tensor other) {
    return tensor("matmul", () -> handle.matmul(other.handle), this, other);
  }

  /** Sums all elements: (). */
  public Tensor sum() {
    return tensor("sum", handle::sum, this);
  }

  /** Sums over an axis and removes it. */
  public Tensor sum(long axis) {
    return tensor(
        "sum", () -> handle.sum(new long[] {axis}, false, new ScalarTypeOptional()), this);
  }

  /** Computes the mean of all elements: (). */
  public Tensor mean() {
    return tensor("mean", handle::mean, this);
  }

  /** Computes the mean over an axis, and removes it or keeps it with length 1. */
  public Tensor mean(long axis, boolean keepAxis) {
    return tensor(
        "mean", () -> handle.mean(new long[] {axis}, keepAxis, new ScalarTypeOptional()), this);
  }

  /** Computes the Euclidean norm of all elements: (). */
  public Tensor norm() {
    return tensor("norm", () -> handle.norm(), this);
  }

  /**
   * Divides each row (last axis) by its Euclidean norm, without an epsilon, as in the published
   * code.
   */
  public Tensor unitRows() {
    return tensor(
        "unitRows",
        () -> handle.div(handle.norm(new ScalarOptional(new Scalar(2.0)), new long[] {-1}, true)),
        this);
  }

  /** Returns the index of the largest element along an axis, as int64 without that axis. */
  public Tensor argmax(long axis) {
    return tensor("argmax", () -> handle.argmax(new LongOptional(axis), false), this);
  }

  // ---- shape

  /** Returns the same elements in another shape. One length may be -1. */
  public Tensor reshape(long... shape) {
    return view("reshape", () -> handle.reshape(shape));
  }

  public Tensor permute(long... axes) {
    return view("permute", () -> handle.permute(axes));
  }

  public Tensor transpose(long a, long b) {
    return view("transpose", () -> handle.transpose(a, b));
  }

  /** Inserts a new axis of length 1. */
  public Tensor unsqueeze(long axis) {
    return view("unsqueeze", () -> handle.unsqueeze(axis));
  }

  /** Repeats axes of length 1 without copying; -1 keeps a length. */
  public Tensor expand(long... shape) {
    return view("expand", () -> handle.expand(shape));
  }

  /** Returns a view of {@code length} positions along an axis, from {@code start}. */
  public Tensor narrow(long axis, long start, long length) {
    return view("narrow", () -> handle.narrow(axis, start, length));
  }

  /** Returns a view of one position along an axis, without that axis. */
  public Tensor select(long axis, long index) {
    return view("select", () -> handle.select(axis, index));
  }

  /** Returns a view of the diagonal of a matrix (n, n), (n). */
  public Tensor diagonal() {
    return view("diagonal", handle::diagonal);
  }

  /** Selects the positions in an int64 vector, in its order. */
  public Tensor indexSelect(long axis, Tensor indices) {
    return tensor(
        "indexSelect",
        () -> handle.index_select(axis, indices.handle.to(handle.device(), torch.ScalarType.Long)),
        this,
        indices);
  }

  /** Returns the elements at int64 positions along an axis, in the shape of the positions. */
  public Tensor gather(long axis, Tensor positions) {
    return tensor("gather", () -> handle.gather(axis, positions.handle), this, positions);
  }

  // ---- type, device, gradients

  /** Converts to a type. Returns this tensor's data if it has that type already. */
  public Tensor to(DType dtype) {
    return view("to " + dtype, () -> handle.to(scalarType(dtype)));
  }

  /** Moves to a device. Returns this tensor's data if it is there already. */
  public Tensor to(Device device) {
    return view("to " + device, () -> handle.to(device.handle(), scalarType(dtype())));
  }

  /** Returns the same values without gradient history. */
  public Tensor detach() {
    return view("detach", handle::detach);
  }

  /** Copies the values to new memory. */
  public Tensor copy() {
    return tensor("copy", () -> handle.clone(), this);
  }

  /** Returns a copy without gradient history that requires gradients. */
  public Tensor parameter() {
    return tensor("parameter", () -> handle.detach().clone().set_requires_grad(true), this);
  }

  /** Overwrites the values. */
  public void copy_(Tensor source) {
    inPlace("copy_", () -> handle.copy_(source.handle), source);
  }

  /** Adds values of the same shape in place, without recording. */
  public void add_(Tensor other) {
    inPlace("add_", () -> handle.add_(other.handle), other);
  }

  /** Overwrites the elements at int64 positions along an axis, without recording. */
  public void scatter_(long axis, Tensor positions, double value) {
    inPlace(
        "scatter_", () -> handle.scatter_(axis, positions.handle, new Scalar(value)), positions);
  }

  private void inPlace(
      String name, Supplier<org.bytedeco.pytorch.Tensor> operation, Tensor operand) {
    try (Autograd.Switch off = Autograd.off()) {
      run(name, operation, this, operand);
    }
  }

  // ---- lifetime

  /** Removes the tensor from its scope. The caller must close it. A kept tensor stays kept. */
  @CanIgnoreReturnValue
  public Tensor keep() {
    checkOpen("keep");
    if (owner != null) {
      handle.retainReference();
      owner = null;
    }
    return this;
  }

  /** Frees a kept tensor. A tensor in a scope is freed with the scope. */
  @Override
  public void close() {
    if (!closed && owner == null) {
      closed = true;
      handle.close();
    }
  }

  org.bytedeco.pytorch.Tensor handle() {
    return handle;
  }

  boolean isKept() {
    return owner == null;
  }

  void ownedBy(Scope scope) {
    owner = scope;
  }

  void checkOpen(String operation) {
    Scope scope = owner;
    if (closed || (scope != null && scope.isClosed()) || handle.isNull()) {
      throw new IllegalStateException(
          scope == null
              ? "%s: the owner of the tensor, such as a Clip or a Classifier, is closed: close it last"
                  .formatted(operation)
              : "%s: the tensor was freed with %s: promote or keep tensors that you need later"
                  .formatted(operation, scope));
    }
  }

  @Override
  public String toString() {
    return handle.isNull() ? "Tensor(freed)" : dtype() + NativeCall.shapeText(shape());
  }

  // ---- helpers

  /** Returns a result that may share this tensor's memory, and then keeps that memory alive. */
  private Tensor view(String name, Supplier<org.bytedeco.pytorch.Tensor> operation) {
    Tensor view = tensor(name, operation, this);
    view.backing = backing;
    return view;
  }

  private void copyOut(String name, DType dtype, Consumer<Pointer> reader) {
    try (Scope scope = Scope.open(name);
        Autograd.Switch off = Autograd.off()) {
      org.bytedeco.pytorch.Tensor plain =
          run(name, () -> handle.to(Device.CPU.handle(), scalarType(dtype)).contiguous(), this);
      if (plain.numel() > 0) {
        reader.accept(plain.data_ptr());
      }
    }
  }

  private static void checkCount(int values, long[] shape) {
    if (values != count(shape)) {
      throw new IllegalArgumentException(
          "shape %s needs %s values, got %s"
              .formatted(NativeCall.shapeText(shape), count(shape), values));
    }
  }

  private static long count(long[] shape) {
    return Arrays.stream(shape).reduce(1, Math::multiplyExact);
  }

  private static torch.ScalarType scalarType(DType dtype) {
    return switch (dtype) {
      case FLOAT64 -> torch.ScalarType.Double;
      case FLOAT32 -> torch.ScalarType.Float;
      case FLOAT16 -> torch.ScalarType.Half;
      case BFLOAT16 -> torch.ScalarType.BFloat16;
      case INT64 -> torch.ScalarType.Long;
      case INT32 -> torch.ScalarType.Int;
      case INT16 -> torch.ScalarType.Short;
      case INT8 -> torch.ScalarType.Char;
      case UINT8 -> torch.ScalarType.Byte;
      case BOOL -> torch.ScalarType.Bool;
    };
  }

  private static DType dtypeOf(torch.ScalarType type) {
    for (DType dtype : DType.values()) {
      if (scalarType(dtype) == type) {
        return dtype;
      }
    }
    throw new IllegalStateException("element type " + type + " is not supported");
  }
}
