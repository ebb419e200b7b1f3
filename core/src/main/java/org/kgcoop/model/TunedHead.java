package org.kgcoop.model;

import java.util.Optional;
import org.kgcoop.tensor.Tensor;

/**
 * A head of features that a tuned image encoder makes.
 *
 * @param head of those features; closed with this one
 * @param tuned the encoder
 * @param closing what else to do when this is closed
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
