package org.kgcoop.verify;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.kgcoop.clip.Clip;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Tensor;

/**
 * A case, or an object in it such as its expected values. Fields are read by key, and computed
 * values are compared with the expected field of a key.
 *
 * @param folder has the tensors and files that the fields name
 * @param json the fields
 * @param comparison collects the differences
 */
record ReferenceCase(ReferenceFolder folder, JsonNode json, Comparison comparison) {

  // ---- fields

  JsonNode path(String key) {
    return json.path(key);
  }

  boolean has(String key) {
    return json.has(key);
  }

  ReferenceCase at(String key) {
    return new ReferenceCase(folder, json.path(key), comparison);
  }

  /** Returns an element of a list. */
  ReferenceCase at(String key, int index) {
    return new ReferenceCase(folder, json.path(key).path(index), comparison);
  }

  ReferenceCase expect() {
    return at("expect");
  }

  String text(String key) {
    return json.path(key).asText();
  }

  List<String> texts(String key) {
    List<String> texts = new ArrayList<>();
    json.path(key).forEach(each -> texts.add(each.asText()));
    return texts;
  }

  double number(String key) {
    return json.path(key).asDouble();
  }

  int whole(String key) {
    return json.path(key).asInt();
  }

  double[] doubles(String key) {
    return doubles(json.path(key));
  }

  private static double[] doubles(JsonNode array) {
    return elements(array).stream().mapToDouble(JsonNode::asDouble).toArray();
  }

  int[] ints(String key) {
    return ints(json.path(key));
  }

  static int[] ints(JsonNode array) {
    return elements(array).stream().mapToInt(JsonNode::asInt).toArray();
  }

  List<Integer> integers(String key) {
    return Arrays.stream(ints(key)).boxed().toList();
  }

  /** Returns the numbers in a list of lists. */
  double[][] rows(String key) {
    return elements(json.path(key)).stream().map(ReferenceCase::doubles).toArray(double[][]::new);
  }

  static List<JsonNode> elements(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).toList();
  }

  /** Returns the CLIP of this case, which is loaded once. */
  Clip model() {
    return folder.model(json);
  }

  Path file(String key) {
    return folder.file(text(key));
  }

  Tensor tensor(String key) {
    return folder.tensor(text(key)).tensor();
  }

  Tensor floats(String key) {
    return tensor(key).to(DType.FLOAT32);
  }

  /** Returns the numbers of a tensor. */
  double[] stored(String key) {
    float[] values = folder.floats(text(key));
    return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
  }

  // ---- comparisons with an expected field

  /** Compares a number. */
  void value(String key, double actual) {
    comparison.value(key, actual, number(key));
  }

  /** Compares a number, which must be equal. */
  void exact(String key, double actual) {
    comparison.equal(key, actual, number(key));
  }

  void count(String key, long actual) {
    comparison.equal(key, actual, json.path(key).asLong());
  }

  void texts(String key, List<String> actual) {
    comparison.equal(key, actual, texts(key));
  }

  void integers(String key, List<Integer> actual) {
    comparison.equal(key, actual, integers(key));
  }

  void counts(String key, long[] actual) {
    List<Long> expected = elements(json.path(key)).stream().map(JsonNode::asLong).toList();
    comparison.equal(key, Arrays.stream(actual).boxed().toList(), expected);
  }

  /** Compares whole numbers in a list of lists. */
  void pairs(String key, List<List<Integer>> actual) {
    comparison.equal(
        key,
        actual,
        elements(json.path(key)).stream()
            .map(row -> Arrays.stream(ints(row)).boxed().toList())
            .toList());
  }

  void numbers(String key, double... actual) {
    comparison.numbers(key, actual, doubles(key));
  }

  /** Compares the numbers in a list of lists. */
  void rows(String key, double[] actual) {
    comparison.numbers(key, actual, flat(rows(key)));
  }

  static double[] flat(double[][] rows) {
    return Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray();
  }

  /** Compares the numbers of a tensor. */
  void stored(String key, double[] actual) {
    comparison.numbers(key, actual, stored(key));
  }

  /** Compares the shape and the numbers of a tensor. */
  void tensor(String what, Tensor actual, String key) {
    comparison.equal(
        "shape of " + what,
        Arrays.toString(actual.shape()),
        Arrays.toString(folder.tensor(text(key)).shape()));
    comparison.tensor(what, actual.toFloats(), folder.floats(text(key)));
  }

  /** Compares the tensors that the fields of this object name. */
  void tensors(String what, Map<String, Tensor> actual) {
    json.fieldNames()
        .forEachRemaining(
            name -> {
              Tensor tensor = actual.get(name);
              if (tensor == null) {
                comparison.problem("no parameter '" + name + "'");
              } else {
                tensor(what + name, tensor, name);
              }
            });
  }
}
