package org.kgcoop.clip;

import java.util.ArrayList;
import java.util.List;
import org.kgcoop.tensor.Tensor;
import org.kgcoop.tensor.Workers;

/**
 * An image encoder that computes each image alone, on one core, the images of a batch side by side.
 *
 * <p>A row of a matrix product may have other last bits at another place among the rows, and a
 * convolution other ones in a batch of another size; which, differs between processors. An image
 * that is computed alone has the same feature whatever is encoded beside it, in which order and by
 * how many threads.
 */
record PerImageEncoder(ImageEncoder whole) implements ImageEncoder {

  @Override
  public Tensor features(Tensor images) {
    List<Tensor> features = new ArrayList<>();
    Workers.map(
            Math.toIntExact(images.size(0)),
            image -> List.of(whole.features(images.narrow(0, image, 1))))
        .forEach(features::addAll);
    return Tensor.concat(features, 0);
  }
}
