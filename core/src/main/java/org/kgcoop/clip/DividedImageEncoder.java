package org.kgcoop.clip;

import java.util.ArrayList;
import java.util.List;
import org.kgcoop.tensor.Tensor;
import org.kgcoop.tensor.Workers;

/** An image tower whose batches are divided among the workers. */
record DividedImageEncoder(ImageEncoder whole) implements ImageEncoder {

  @Override
  public Tensor features(Tensor images) {
    long batch = images.size(0);
    int pieces = (int) Math.min(batch, Workers.count());
    if (pieces <= 1) {
      return whole.features(images);
    }
    List<Tensor> features = new ArrayList<>();
    Workers.map(
            pieces,
            piece -> {
              long from = batch * piece / pieces;
              long to = batch * (piece + 1) / pieces;
              return List.of(whole.features(images.narrow(0, from, to - from)));
            })
        .forEach(features::addAll);
    return Tensor.concat(features, 0);
  }
}
