package org.kgcoop.method;

import java.util.List;
import org.kgcoop.tensor.Tensor;

/**
 * Raw image features of several views of each image, with labels.
 *
 * @param features the outputs of the image encoder, (V, N, E), not normalized
 * @param labels the labels of the N images, 0 to classes - 1
 */
public record LabeledViews(Tensor features, List<Integer> labels) {
  public LabeledViews {
    labels = List.copyOf(labels);
  }
}
