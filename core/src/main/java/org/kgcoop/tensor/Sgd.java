package org.kgcoop.tensor;

import java.util.List;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;

/**
 * LibTorch's stochastic gradient descent with momentum and weight decay; no dampening, no Nesterov.
 * It updates its parameters in place: {@code v = momentum v + (g + weightDecay p); p = p - rate v}.
 */
public final class Sgd implements AutoCloseable {
  private final NativeOptimizer optimizer;

  /**
   * @param parameters what is updated; they must outlive this object
   */
  public Sgd(List<Tensor> parameters, double momentum, double weightDecay) {
    optimizer =
        new NativeOptimizer(
            parameters,
            vector -> {
              SGDOptions options = new SGDOptions(0.0);
              options.momentum().put(momentum);
              options.weight_decay().put(weightDecay);
              return new SGD(vector, options);
            });
  }

  /**
   * One update.
   *
   * @param gradients for each parameter one of its shape, in the order of the parameters
   */
  public void step(List<Tensor> gradients, double learningRate) {
    optimizer.step(gradients, learningRate);
  }

  /** The momentum of every parameter, for {@link #load}. */
  public byte[] state() {
    return optimizer.state();
  }

  /** Continues from a state that {@link #state()} gave for parameters of the same shapes. */
  public void load(byte[] state) {
    optimizer.load(state);
  }

  @Override
  public void close() {
    optimizer.close();
  }
}
