package org.kgcoop.model;

import java.util.Optional;
import org.kgcoop.tensor.Tensor;

/**
 * Head whose logits are divided by a temperature T, so that softmax returns calibrated
 * probabilities. Guo et al., "On Calibration of Modern Neural Networks", ICML 2017.
 *
 * @param head the original head, closed together with this one
 * @param temperature T, above 0
 */
public record CalibratedHead(Head head, double temperature) implements Head {
  @Override
  public Tensor logits(Tensor features) {
    return head.logits(features).times(1 / temperature);
  }

  @Override
  public Optional<FeatureEncoder> encoder() {
    return head.encoder();
  }

  @Override
  public Optional<FixedHead> fixed() {
    return head.fixed().map(fixed -> fixed.times(1 / temperature));
  }

  @Override
  public void close() {
    head.close();
  }
}
