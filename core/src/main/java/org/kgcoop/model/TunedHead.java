package org.kgcoop.model;

import java.util.Optional;
import org.kgcoop.tensor.Tensor;

/**
 * Head for features of a tuned image encoder.
 *
 * @param head the head of these features, closed together with this one
 * @param tuned the encoder
 * @param closing an additional action on closing
 */
public record TunedHead(FixedHead head, FeatureEncoder tuned, Runnable closing) implements Head {
  @Override
  public Tensor logits(Tensor features) {
    return head.logits(features);
  }

  @Override
  public Optional<FeatureEncoder> encoder() {
    return Optional.of(tuned);
  }

  @Override
  public Optional<FixedHead> fixed() {
    return Optional.of(head);
  }

  @Override
  public void close() {
    head.close();
    closing.run();
  }
}
