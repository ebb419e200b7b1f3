package org.kgcoop.verify;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.kgcoop.clip.Clip;
import org.kgcoop.files.Json;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Tensor;

/**
 * A reference case, or a part of it: reads its fields, and compares computed values with them. A
 * field that is a text may be the name of a tensor.
 */
record Case(ReferenceFolder folder, JsonNode json, Comparison comparison) {

  /** Returns the part with this key. */
  Case at(String key) {
    return new Case(folder, json.path(key), comparison);
  }

  Case expect() {
    return at("expect");
  }

  private static Stream<JsonNode> elements(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false);
  }

  /** Returns the parts of a list. */
  List<Case> all(String key) {
    return elements(json.path(key)).map(each -> new Case(folder, each, comparison)).toList();
  }

  boolean has(String key) {
    return json.has(key);
  }

  boolean is(String key) {
    return json.path(key).asBoolean();
  }

  String text(String key) {
    return json.path(key).asText();
  }

  List<String> texts(String key) {
    return elements(json.path(key)).map(JsonNode::asText).toList();
  }

  double number(String key) {
    return json.path(key).asDouble();
  }

  int integer(String key) {
    return json.path(key).asInt();
  }

  int[] ints(String key) {
    return Arrays.stream(numbers(key)).mapToInt(value -> (int) value).toArray();
  }

  List<Integer> integers(String key) {
    return IntStream.of(ints(key)).boxed().toList();
  }

  /** Returns the numbers of a tensor, or of a list that may contain lists. */
  double[] numbers(String key) {
    return json.path(key).isTextual() ? folder.numbers(text(key)) : flat(json.path(key)).toArray();
  }

  private static DoubleStream flat(JsonNode list) {
    return elements(list)
        .flatMapToDouble(each -> each.isArray() ? flat(each) : DoubleStream.of(each.asDouble()));
  }

  /** Returns the rows of a matrix. */
  double[][] rows(String key) {
    JsonNode list = json.path(key);
    double[] values = numbers(key);
    int rows = list.isTextual() ? (int) stored(key).shape()[0] : list.size();
    int columns = rows == 0 ? 0 : values.length / rows;
    return IntStream.range(0, rows)
        .mapToObj(row -> Arrays.copyOfRange(values, row * columns, (row + 1) * columns))
        .toArray(double[][]::new);
  }

  StoredTensor stored(String key) {
    return folder.tensor(text(key));
  }

  /** Returns the tensor that a field names, in float32. */
  Tensor tensor(String key) {
    return stored(key).tensor().to(DType.FLOAT32);
  }

  /** Returns the file that a field names. */
  Path file(String key) {
    return folder.file(text(key));
  }

  /** Returns the CLIP of the case. */
  Clip clip() {
    return folder.model(json);
  }

  // ---- comparisons

  /** Compares a value whose JSON must be equal. A missing field is null. */
  void equal(String key, @Nullable Object actual) {
    JsonNode expected = json.path(key);
    comparison.equal(
        key,
        Json.STRICT.valueToTree(actual).toString(),
        expected.isMissingNode() ? "null" : expected.toString());
  }

  void compare(String key, double actual) {
    comparison.value(key, actual, number(key));
  }

  void compare(String key, double[] actual) {
    comparison.numbers(key, actual, numbers(key));
  }

  /** Compares the shape and the values of a tensor. */
  void compare(String what, String key, Tensor actual) {
    comparison.equal(
        "shape of " + what, Arrays.toString(actual.shape()), Arrays.toString(stored(key).shape()));
    comparison.numbers(what, actual.toDoubles(), numbers(key));
  }

  /** Compares the named tensors of a part. */
  void compareAll(String what, String key, Map<String, Tensor> actual) {
    Case part = at(key);
    part.json
        .fieldNames()
        .forEachRemaining(
            name -> {
              Tensor tensor = actual.get(name);
              if (tensor == null) {
                comparison.problem("no parameter '" + name + "'");
              } else {
                part.compare(what + name, name, tensor);
              }
            });
  }
}
