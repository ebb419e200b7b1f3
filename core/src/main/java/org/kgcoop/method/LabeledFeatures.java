package org.kgcoop.method;

import java.util.List;
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
}
