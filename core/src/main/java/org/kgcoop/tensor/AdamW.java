package org.kgcoop.tensor;

import java.util.List;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.pytorch.AdamWOptions;

/**
 * LibTorch's Adam with decoupled weight decay (Loshchilov and Hutter, ICLR 2019). In step t, with
 * gradient g, rate r and decay d, each parameter p becomes
 *
 * <pre>
 * p = p - r d p
 * m = beta1 m + (1 - beta1) g;  v = beta2 v + (1 - beta2) g^2
 * p = p - r / (1 - beta1^t) * m / (sqrt(v / (1 - beta2^t)) + epsilon)
 * </pre>
 */
public final class AdamW implements AutoCloseable {

  /**
   * What does not change between steps. CLIP's own (Radford et al., 2021, table 19) are 0.9, 0.98
   * and 1e-6.
   */
  public record Settings(double beta1, double beta2, double epsilon, double weightDecay) {}

  private final NativeOptimizer optimizer;

  /**
   * @param parameters what is updated, float32; they must outlive this object
   */
  public AdamW(List<Tensor> parameters, Settings settings) {
    optimizer =
        new NativeOptimizer(
            parameters,
            vector -> {
              AdamWOptions options = new AdamWOptions(0.0);
              DoublePointer betas = options.betas();
              // A C++ tuple: some standard libraries lay out its last element first. The defaults,
              // 0.9 and 0.999, tell which is where.
              boolean reversed = betas.get(0) > betas.get(1);
              betas.put(reversed ? 1 : 0, settings.beta1());
              betas.put(reversed ? 0 : 1, settings.beta2());
              options.eps().put(settings.epsilon());
              options.weight_decay().put(settings.weightDecay());
              return new org.bytedeco.pytorch.AdamW(vector, options);
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

  /** Both moments of every parameter and the number of steps, for {@link #load}. */
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
