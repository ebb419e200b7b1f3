package org.kgcoop.export;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.export.format.AttributeProto;
import org.kgcoop.export.format.GraphProto;
import org.kgcoop.export.format.NodeProto;
import org.kgcoop.export.format.TensorProto;
import org.kgcoop.export.format.TensorShapeProto;
import org.kgcoop.export.format.TypeProto;
import org.kgcoop.export.format.ValueInfoProto;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.tensor.DType;

/**
 * Builds an ONNX graph. Values have names. A method that adds a node takes the name of its result
 * and returns it. Weights keep their released names. The operators are those of opset 17, the first
 * with LayerNormalization, which all current runtimes support.
 */
final class OnnxGraph {
  static final int OPSET = 17;

  /** The version of the file format of the opset. */
  static final int IR_VERSION = 8;

  /** A length of a shape that the graph computes from its input; see {@link #setVariable}. */
  static final int VARIABLE = -2;

  private static final List<String> IMAGE_AXES = List.of("channels", "height", "width");

  private static final double BATCH_EPSILON = 1e-5; // in all of CLIP's batch norms

  private final Map<String, StoredTensor> weights;
  private final GraphProto.Builder graph = GraphProto.newBuilder();
  private final Map<String, StoredTensor> initializers = new LinkedHashMap<>();
  private @Nullable String variable;

  /**
   * Creates an empty graph.
   *
   * @param weights the available weights by their released names, of any floating-point type
   */
  OnnxGraph(String name, Map<String, StoredTensor> weights) {
    this.weights = weights;
    graph.setName(name);
  }

  /** Returns nodes, inputs and outputs, without the values of constants. */
  GraphProto nodes() {
    return graph.build();
  }

  /** Returns the values of constants: int64, or floating-point ones that are written as float32. */
  List<StoredTensor> initializers() {
    return List.copyOf(initializers.values());
  }

  // ---- inputs and outputs

  /**
   * Adds a float32 input. The first axis is the batch, of any size. {@link #VARIABLE} lengths are
   * those of an image.
   */
  String input(String name, String meaning, long... rest) {
    graph.addInput(value(name, meaning, rest));
    return name;
  }

  /** Makes a value an output. The first axis is the batch, of any size. */
  void output(String name, String meaning, long... rest) {
    graph.addOutput(value(name, meaning, rest));
  }

  private static ValueInfoProto value(String name, String meaning, long... rest) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    shape.addDimBuilder().setDimParam("batch");
    for (int i = 0; i < rest.length; i++) {
      if (rest[i] == VARIABLE) {
        shape.addDimBuilder().setDimParam(IMAGE_AXES.get(i));
      } else {
        shape.addDimBuilder().setDimValue(rest[i]);
      }
    }
    TypeProto.Tensor.Builder tensor =
        TypeProto.Tensor.newBuilder().setElemType(TensorProto.DataType.FLOAT).setShape(shape);
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setDocString(meaning)
        .setType(TypeProto.newBuilder().setTensorType(tensor))
        .build();
  }

  // ---- constants

  /** Returns a weight of the model. */
  String weight(String name) {
    return constant(Objects.requireNonNull(weights.get(name), name));
  }

  /** Returns true if the model has a weight of that name. */
  boolean has(String name) {
    return weights.containsKey(name);
  }

  /** Adds a constant under its own name. */
  String constant(StoredTensor tensor) {
    initializers.put(tensor.name(), tensor);
    return tensor.name();
  }

  /** Returns a float32 number, (). */
  String number(double value) {
    return constant(StoredTensor.ofFloats("number_" + (float) value, new long[0], (float) value));
  }

  private String integers(long... values) {
    String name = "shape" + Arrays.toString(values).replaceAll("[\\[,\\] ]+", "_");
    return integers(name, new long[] {values.length}, values);
  }

  /** Returns an index, (), so that {@code Gather} drops the axis. */
  private String index(long value) {
    return integers("index_" + value, new long[0], value);
  }

  private String integers(String name, long[] shape, long... values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Long.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asLongBuffer().put(values);
    return constant(new StoredTensor(name, DType.INT64, shape, bytes));
  }

  // ---- operators

  String sum(String name, String a, String b) {
    return node("Add", name, List.of(a, b));
  }

  String sum(String name, String x, double value) {
    return sum(name, x, number(value));
  }

  String divided(String name, String a, String b) {
    return node("Div", name, List.of(a, b));
  }

  String times(String name, String a, String b) {
    return node("Mul", name, List.of(a, b));
  }

  String times(String name, String x, double factor) {
    return times(name, x, number(factor));
  }

  String matmul(String name, String a, String b) {
    return node("MatMul", name, List.of(a, b));
  }

  /**
   * Adds {@code x W^T + b} for rows: W is {@code layer.weight} (out, in), b is {@code layer.bias}.
   */
  String linear(String name, String rows, String layer) {
    return linear(name, rows, layer + ".weight", layer + ".bias");
  }

  /** Adds {@code x W^T + b} for rows, with the names of W (out, in) and b (out). */
  String linear(String name, String rows, String weight, String bias) {
    return node("Gemm", name, List.of(rows, weight(weight), weight(bias)), integer("transB", 1));
  }

  /** Adds {@code factor a b^T} of two matrices, plus an optional third value. */
  String scaledProduct(String name, double factor, String... operands) {
    return node("Gemm", name, List.of(operands), real("alpha", factor), integer("transB", 1));
  }

  /** Adds a convolution with the filters {@code layer.weight}, and {@code layer.bias} if any. */
  String convolution(String name, String x, String layer, int stride, int padding) {
    boolean biased = has(layer + ".bias");
    List<String> in = biased ? with(x, layer, "weight", "bias") : with(x, layer, "weight");
    return node(
        "Conv",
        name,
        in,
        list("strides", stride, stride),
        list("pads", padding, padding, padding, padding));
  }

  /** Returns a value and weights of a layer, as inputs of a node. */
  private List<String> with(String x, String layer, String... parts) {
    Stream<String> weights = Arrays.stream(parts).map(part -> weight(layer + "." + part));
    return Stream.concat(Stream.of(x), weights).toList();
  }

  /** Adds batch normalization with stored statistics. */
  String batchNorm(String name, String x, String layer) {
    return node(
        "BatchNormalization",
        name,
        with(x, layer, "weight", "bias", "running_mean", "running_var"),
        real("epsilon", BATCH_EPSILON));
  }

  /** Adds layer normalization over the last axis. */
  String layerNorm(String name, String x, String layer, double epsilon) {
    return node(
        "LayerNormalization",
        name,
        with(x, layer, "weight", "bias"),
        integer("axis", -1),
        real("epsilon", epsilon));
  }

  /** Adds the mean over non-overlapping squares of {@code size} by {@code size} pixels. */
  String averagePool(String name, String x, int size) {
    return node(
        "AveragePool",
        name,
        List.of(x),
        list("kernel_shape", size, size),
        list("strides", size, size));
  }

  String exp(String name, String x) {
    return node("Exp", name, List.of(x));
  }

  String log(String name, String x) {
    return node("Log", name, List.of(x));
  }

  String relu(String name, String x) {
    return node("Relu", name, List.of(x));
  }

  /** {@code x sigmoid(1.702 x)}. */
  String quickGelu(String name, String x) {
    String gate = node("Sigmoid", name + ".gate", List.of(times(name + ".scaled", x, 1.702)));
    return times(name, x, gate);
  }

  /** {@code x (1 + erf(x / sqrt 2)) / 2}: the operator Gelu is younger than opset 17. */
  String gelu(String name, String x) {
    String scaled = divided(name + ".scaled", x, number(Math.sqrt(2)));
    String erf = node("Erf", name + ".erf", List.of(scaled));
    String twice = times(name + ".twice", x, sum(name + ".gate", erf, number(1)));
    return times(name, twice, 0.5);
  }

  /** {@code x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2}. */
  String geluTanh(String name, String x) {
    String square = times(name + ".square", x, x);
    String factor = sum(name + ".factor", times(name + ".small", square, 0.044715), number(1));
    String inner =
        times(name + ".inner", times(name + ".cubic", x, factor), Math.sqrt(2 / Math.PI));
    String tanh = node("Tanh", name + ".tanh", List.of(inner));
    String twice = times(name + ".twice", x, sum(name + ".gate", tanh, number(1)));
    return times(name, twice, 0.5);
  }

  String softmax(String name, String x) {
    return node("Softmax", name, List.of(x), integer("axis", -1));
  }

  /** Adds the mean over an axis, which keeps length 1. */
  String mean(String name, String x, long axis) {
    return node("ReduceMean", name, List.of(x), list("axes", axis), integer("keepdims", 1));
  }

  /** Adds the division of rows by their Euclidean norms. */
  String unitRows(String name, String rows) {
    String norm =
        node("ReduceL2", name + ".norm", List.of(rows), list("axes", 1), integer("keepdims", 1));
    return divided(name, rows, norm);
  }

  /**
   * Adds a reshape. One length may be -1, which is computed from the others; 0 keeps the length of
   * the axis, and {@link #VARIABLE} is the length of {@link #setVariable}.
   */
  String reshape(String name, String x, long... shape) {
    for (int i = 0; i < shape.length; i++) {
      if (shape[i] == VARIABLE) {
        List<String> parts = new ArrayList<>();
        if (i > 0) {
          parts.add(integers(Arrays.copyOf(shape, i)));
        }
        parts.add(Objects.requireNonNull(variable, "the variable length"));
        if (i + 1 < shape.length) {
          parts.add(integers(Arrays.copyOfRange(shape, i + 1, shape.length)));
        }
        String all = concat(name + ".shape", 0, parts.toArray(String[]::new));
        return node("Reshape", name, List.of(x, all));
      }
    }
    return node("Reshape", name, List.of(x, integers(shape)));
  }

  /** Sets the value of {@link #VARIABLE} in later shapes, an int64 (1). */
  void setVariable(String length) {
    variable = length;
  }

  /** Adds the length of an axis, int64 (1). */
  String length(String name, String x, long axis) {
    return node("Shape", name, List.of(x), integer("start", axis), integer("end", axis + 1));
  }

  String transpose(String name, String x, long... axes) {
    return node("Transpose", name, List.of(x), list("perm", axes));
  }

  String concat(String name, long axis, String... parts) {
    return node("Concat", name, List.of(parts), integer("axis", axis));
  }

  /** Adds the selection of an index of an axis, which is removed. */
  String select(String name, String x, long axis, long index) {
    return node("Gather", name, List.of(x, index(index)), integer("axis", axis));
  }

  /** Adds the selection of columns of (batch, C). */
  String columns(String name, String x, long... indices) {
    return node("Gather", name, List.of(x, integers(indices)), integer("axis", 1));
  }

  /** Expands (n, W) to (batch, n, W), with the batch of another value; (W) counts as one row. */
  String eachOfBatch(String name, String rows, String batched, long count, long width) {
    String batch = length(name + ".batch", batched, 0);
    String shape = concat(name + ".shape", 0, batch, integers(count, width));
    return node("Expand", name, List.of(rows, shape));
  }

  /** Adds a slice of an axis from an index to another, exclusive. */
  String slice(String name, String x, long axis, long from, long to) {
    return node("Slice", name, List.of(x, integers(from), integers(to), integers(axis)));
  }

  /** Splits an axis into equal parts, named {@code name.0} and so on. */
  List<String> split(String name, String x, long axis, int parts) {
    List<String> outputs = IntStream.range(0, parts).mapToObj(i -> name + "." + i).toList();
    add("Split", name, List.of(x), outputs, integer("axis", axis));
    return outputs;
  }

  /** Adds a node with one output, of the same name. */
  String node(String operator, String name, List<String> in, AttributeProto... attributes) {
    add(operator, name, in, List.of(name), attributes);
    return name;
  }

  private void add(
      String operator,
      String name,
      List<String> in,
      List<String> out,
      AttributeProto... attributes) {
    graph.addNode(
        NodeProto.newBuilder()
            .setOpType(operator)
            .setName(name)
            .addAllInput(in)
            .addAllOutput(out)
            .addAllAttribute(List.of(attributes)));
  }

  static AttributeProto integer(String name, long value) {
    return attribute(name, AttributeProto.AttributeType.INT).setI(value).build();
  }

  private static AttributeProto real(String name, double value) {
    return attribute(name, AttributeProto.AttributeType.FLOAT).setF((float) value).build();
  }

  static AttributeProto list(String name, long... values) {
    AttributeProto.Builder attribute = attribute(name, AttributeProto.AttributeType.INTS);
    Arrays.stream(values).forEach(attribute::addInts);
    return attribute.build();
  }

  private static AttributeProto.Builder attribute(String name, AttributeProto.AttributeType type) {
    return AttributeProto.newBuilder().setName(name).setType(type);
  }
}
