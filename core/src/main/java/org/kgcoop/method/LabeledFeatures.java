package org.kgcoop.method;

import java.util.List;
import java.util.stream.IntStream;
import org.kgcoop.tensor.Tensor;

/**
 * Image features with labels.
 *
 * @param features the features, (N, E), unit rows
 * @param labels the labels of the rows, 0 to classes - 1
 */
public record LabeledFeatures(Tensor features, List<Integer> labels) {
  int[] labelArray() {
    return labels.stream().mapToInt(Integer::intValue).toArray();
  }

  /** Selects some of the rows by their indices, in the open scope. */
  LabeledFeatures part(int[] places) {
    return new LabeledFeatures(
        features.indexSelect(0, Tensor.indices(places)),
        IntStream.of(places).mapToObj(labels::get).toList());
  }
}
