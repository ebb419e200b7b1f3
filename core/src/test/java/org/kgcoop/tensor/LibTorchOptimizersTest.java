package org.kgcoop.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.pytorch.Adam;
import org.bytedeco.pytorch.AdamOptions;
import org.bytedeco.pytorch.AdamW;
import org.bytedeco.pytorch.AdamWOptions;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.TensorVector;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Compares {@link Optimizer} with the optimizers of LibTorch. */
class LibTorchOptimizersTest {
  private static final int STEPS = 300;

  /** Shapes with and without a remainder after full vectors of 8 or 16 values. */
  private static final List<long[]> SHAPES =
      List.of(new long[0], new long[] {1}, new long[] {16, 64}, new long[] {7, 515});

  static List<UpdateRule> rules() {
    return List.of(
        new UpdateRule.Sgd(0, 0),
        new UpdateRule.Sgd(0, 5e-4),
        new UpdateRule.Sgd(0.9, 0),
        new UpdateRule.Sgd(0.9, 5e-4),
        new UpdateRule.Adam(0.9, 0.999, 1e-8, 0, false),
        new UpdateRule.Adam(0.8, 0.95, 1e-3, 5e-4, false),
        new UpdateRule.Adam(0, 0, 1e-8, 0.1, false),
        new UpdateRule.Adam(0.9, 0.999, 1e-8, 0.01, true),
        new UpdateRule.Adam(0.9, 0.98, 1e-6, 0, true));
  }

  @ParameterizedTest
  @MethodSource("rules")
  @Tag("equality")
  void parametersEqualThoseOfLibTorchInEveryBit(UpdateRule rule) {
    Random random = new Random(7);
    try (Scope scope = Scope.open("test")) {
      List<Tensor> own = new ArrayList<>();
      List<Tensor> theirs = new ArrayList<>();
      for (long[] shape : SHAPES) {
        Tensor start = values(random, shape);
        own.add(start.parameter());
        theirs.add(start.parameter());
      }
      org.bytedeco.pytorch.Optimizer reference = reference(Autograd.vector(theirs), rule);
      try (Optimizer optimizer = new Optimizer(own, rule)) {
        for (int step = 0; step < STEPS; step++) {
          double rate = 1e-6 + 0.002 * (1 + Math.cos(Math.PI * step / STEPS)) / 2;
          try (Scope inner = Scope.open("step")) {
            List<Tensor> gradients = new ArrayList<>();
            for (long[] shape : SHAPES) {
              gradients.add(gradient(random, step, shape));
            }
            optimizer.step(gradients, rate);
            step(reference, theirs, gradients, rate);
          }
          for (int i = 0; i < own.size(); i++) {
            assertThat(own.get(i).toBytes())
                .as("parameter %s after step %s", i, step)
                .isEqualTo(theirs.get(i).toBytes());
          }
        }
      }
    }
  }

  private static Tensor values(Random random, long... shape) {
    int count = 1;
    for (long length : shape) {
      count *= (int) length;
    }
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = random.nextFloat() - 0.5f;
    }
    return Tensor.of(values, shape);
  }

  /** Returns gradients of the kinds that occur: transposed, with zeros of both signs, tiny. */
  private static Tensor gradient(Random random, int step, long... shape) {
    if (shape.length == 2 && step % 2 == 0) {
      return values(random, shape[1], shape[0]).transpose(0, 1);
    }
    Tensor gradient = values(random, shape);
    return step % 5 == 1 ? gradient.times(-0.0) : step % 7 == 3 ? gradient.times(1e-30) : gradient;
  }

  private static void step(
      org.bytedeco.pytorch.Optimizer reference,
      List<Tensor> parameters,
      List<Tensor> gradients,
      double rate) {
    for (int i = 0; i < gradients.size(); i++) {
      parameters.get(i).handle().mutable_grad().put(gradients.get(i).handle());
    }
    reference.param_groups().get(0).options().set_lr(rate);
    reference.step();
  }

  private static org.bytedeco.pytorch.Optimizer reference(TensorVector vector, UpdateRule rule) {
    if (rule instanceof UpdateRule.Sgd sgd) {
      SGDOptions options = new SGDOptions(0.0);
      options.momentum().put(sgd.momentum());
      options.weight_decay().put(sgd.weightDecay());
      return new SGD(vector, options);
    } else if (rule instanceof UpdateRule.Adam adam && !adam.decoupled()) {
      AdamOptions options = new AdamOptions(0.0);
      putBetas(options.betas(), adam.beta1(), adam.beta2());
      options.eps().put(adam.epsilon());
      options.weight_decay().put(adam.weightDecay());
      return new Adam(vector, options);
    } else if (rule instanceof UpdateRule.Adam adam) {
      AdamWOptions options = new AdamWOptions(0.0);
      putBetas(options.betas(), adam.beta1(), adam.beta2());
      options.eps().put(adam.epsilon());
      options.weight_decay().put(adam.weightDecay());
      return new AdamW(vector, options);
    }
    throw new AssertionError("a sealed interface: " + rule);
  }

  private static void putBetas(DoublePointer betas, double beta1, double beta2) {
    // A C++ tuple, whose first element some standard libraries store last. The defaults, 0.9 and
    // 0.999, show the order.
    boolean reversed = betas.get(0) > betas.get(1);
    betas.put(reversed ? 1 : 0, beta1);
    betas.put(reversed ? 0 : 1, beta2);
  }
}
