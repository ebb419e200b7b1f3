package org.kgcoop.method;

import java.util.List;
import org.kgcoop.tensor.Tensor;

/**
 * Raw image features of several views of each image, with the images' labels.
 *
 * @param features (V, N, E), as the image encoder makes them, not brought to unit length
 * @param labels of the N images, 0 to classes - 1
 */
public record LabeledViews(Tensor features, List<Integer> labels) {
  public LabeledViews {
    labels = List.copyOf(labels);
  }
}
