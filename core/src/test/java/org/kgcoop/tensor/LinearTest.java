package org.kgcoop.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Compares the layer with packed weights to LibTorch's own, forward and backward. */
class LinearTest {
  private static final double TOLERANCE = 1e-5;

  private static double relative(Tensor actual, Tensor expected) {
    return actual.minus(expected).norm().item() / expected.norm().item();
  }

  @Test
  void weightsArePackedIfTheLibraryHasKernels() {
    // Part of LibTorch for Linux on x86, on which all figures are measured.
    if (System.getProperty("os.name").equals("Linux")
        && System.getProperty("os.arch").equals("amd64")) {
      assertThat(Packing.available()).isPresent();
    }
  }

  @Test
  void outputAndGradientAreThoseOfThePlainLayer() {
    for (int rows : new int[] {1, 7, 100, 130}) {
      for (double scale : new double[] {1, 1.702}) {
        try (Scope scope = Scope.open("test");
            Linear layer =
                new Linear(
                    Arithmetic.sample(72, 40), Arithmetic.sample(72), scale, Linear.Packs.ALWAYS)) {
          Tensor weight = Arithmetic.sample(72, 40);
          Tensor x = Arithmetic.sample(rows, 40).parameter();
          Tensor output = layer.apply(x);
          Tensor expected =
              x.matmul(weight.transpose(0, 1)).times(scale).plus(Arithmetic.sample(72));
          assertThat(relative(output, expected)).isLessThan(TOLERANCE);
          try (Autograd.Switch off = Autograd.off()) {
            assertThat(layer.apply(x).toFloats()).isEqualTo(output.toFloats());
          }
          Tensor byOutput = Arithmetic.sample(rows, 72);
          Tensor gradient = Autograd.gradients(output, byOutput, List.of(x), false).get(0);
          assertThat(relative(gradient, byOutput.matmul(weight).times(scale)))
              .isLessThan(TOLERANCE);
        }
      }
    }
  }

  @Test
  void layersBehindEachOtherAreGoneThroughTwice() {
    try (Scope scope = Scope.open("test");
        Linear first =
            new Linear(Arithmetic.sample(24, 16), Arithmetic.sample(24), 1, Linear.Packs.ALWAYS);
        Linear second =
            new Linear(Arithmetic.sample(16, 24), Arithmetic.sample(16), 1, Linear.Packs.ALWAYS)) {
      Tensor x = Arithmetic.sample(9, 16).parameter();
      Tensor output = x.plus(second.apply(Functions.gelu(first.apply(x))));
      Tensor plain =
          x.plus(
              Functions.linear(
                  Functions.gelu(
                      Functions.linear(x, Arithmetic.sample(24, 16), Arithmetic.sample(24))),
                  Arithmetic.sample(16, 24),
                  Arithmetic.sample(16)));
      for (int direction = 0; direction < 2; direction++) {
        Tensor byOutput = Arithmetic.sample(9, 16).times(direction - 0.3);
        boolean again = direction == 0;
        Tensor gradient = Autograd.gradients(output, byOutput, List.of(x), again).get(0);
        Tensor expected = Autograd.gradients(plain, byOutput, List.of(x), again).get(0);
        assertThat(relative(gradient, expected)).isLessThan(TOLERANCE);
      }
    }
  }

  @Test
  void aWeightThatLearnsIsNotPacked() {
    try (Scope scope = Scope.open("test")) {
      Tensor weight = Arithmetic.sample(8, 8).parameter();
      try (Linear layer = new Linear(weight, Arithmetic.sample(8), 1, Linear.Packs.ALWAYS)) {
        Tensor output = layer.apply(Arithmetic.sample(3, 8).parameter());
        Tensor gradient =
            Autograd.gradients(output, Tensor.full(1, 3, 8), List.of(weight), false).get(0);
        assertThat(gradient.norm().item()).isPositive();
      }
    }
  }

  @Test
  void aLargeRowDoesNotTakeThePrecisionOfOtherRowsInInt8() {
    assumeTrue(Linear.hasInt8(), "a processor with VNNI");
    try (Scope scope = Scope.open("test");
        Autograd.Switch off = Autograd.off();
        Linear layer =
            new Linear(Arithmetic.sample(72, 40), Arithmetic.sample(72), 2, Linear.Packs.INT8);
        Linear part = layer.part(8, 16)) {
      Tensor x = Arithmetic.sample(9, 40);
      Tensor expected =
          Functions.scaledLinear(x, Arithmetic.sample(72, 40), 2, Arithmetic.sample(72));
      assertThat(relative(layer.apply(x), expected)).isBetween(1e-5, 1e-2);
      Tensor large = Tensor.concat(List.of(x, x.narrow(0, 0, 1).times(1000)), 0);
      assertThat(relative(layer.apply(large).narrow(0, 0, 9), expected)).isLessThan(1e-2);
      assertThat(relative(part.apply(x), expected.narrow(1, 8, 16))).isLessThan(1e-2);
    }
  }
}
