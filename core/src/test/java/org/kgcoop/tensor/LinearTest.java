package org.kgcoop.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
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
      assertThat(Packing.packs(DType.FLOAT32)).isTrue();
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
          Tensor gradient =
              Autograd.gradients(List.of(output), List.of(byOutput), List.of(x), false).get(0);
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
        Tensor gradient =
            Autograd.gradients(List.of(output), List.of(byOutput), List.of(x), again).get(0);
        Tensor expected =
            Autograd.gradients(List.of(plain), List.of(byOutput), List.of(x), again).get(0);
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
            Autograd.gradients(
                    List.of(output), List.of(Tensor.full(1, 3, 8)), List.of(weight), false)
                .get(0);
        assertThat(gradient.norm().item()).isPositive();
      }
    }
  }

  @Test
  void aLargeRowDoesNotTakeThePrecisionOfOtherRowsInInt8() {
    assumeTrue(Linear.hasInt8(), "a build with int8 products");
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

  @Test
  void dividedOutputsHaveTheBitsOfTheWhole() {
    int threads = Engine.threads();
    Engine.setThreads(3);
    try (Autograd.Switch off = Autograd.off()) {
      for (DType type : List.of(DType.FLOAT32, DType.BFLOAT16, DType.INT8)) {
        if (type == DType.INT8 && !Linear.hasInt8()) {
          continue;
        }
        for (long[] shape : new long[][] {{768, 768}, {2304, 768}, {1000, 640}, {768, 3072}}) {
          areEqual(type, shape[0], shape[1]);
        }
      }
    } finally {
      Engine.setThreads(threads);
    }
  }

  private static void areEqual(DType type, long outputs, long inputs) {
    DType stored = type == DType.INT8 ? DType.FLOAT32 : type;
    try (Scope scope = Scope.open("test")) {
      Tensor weight = Arithmetic.sample(outputs, inputs).to(stored);
      Tensor bias = Arithmetic.sample(outputs).to(stored);
      Linear.Packs packs = type == DType.INT8 ? Linear.Packs.INT8 : Linear.Packs.ALWAYS;
      Tensor rows = Arithmetic.sample(197, inputs);
      try (Linear divided = new Linear(weight, bias, 1, packs);
          Linear inWorkers = new Linear(weight, bias, 1, packs)) {
        float[] outside = Workers.single(() -> divided.apply(rows)).to(DType.FLOAT32).toFloats();
        // A worker computes the whole, also while others wait for parts.
        Workers.map(6, i -> List.of(inWorkers.apply(rows).to(DType.FLOAT32)))
            .forEach(each -> assertThat(each.get(0).toFloats()).isEqualTo(outside));
        assertThat(Workers.single(() -> divided.apply(rows)).to(DType.FLOAT32).toFloats())
            .isEqualTo(outside);
      }
    }
  }

  @Test
  void callersThatDivideAndWorkersDoNotWaitForEachOther() throws Exception {
    int threads = Engine.threads();
    Engine.setThreads(2);
    try (Scope scope = Scope.open("test");
        Linear layer =
            new Linear(
                Arithmetic.sample(1024, 768), Arithmetic.sample(1024), 1, Linear.Packs.ALWAYS)) {
      Tensor rows = Arithmetic.sample(197, 768);
      ExecutorService callers = Executors.newFixedThreadPool(4);
      try {
        List<Future<float[]>> answers = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
          boolean alone = i % 2 == 0;
          answers.add(callers.submit(() -> answer(layer, rows, alone ? 1 : 5)));
        }
        for (Future<float[]> each : answers) {
          assertThat(each.get(60, TimeUnit.SECONDS)).isEqualTo(answers.get(0).get());
        }
      } finally {
        callers.shutdownNow();
      }
    } finally {
      Engine.setThreads(threads);
    }
  }

  private static float[] answer(Linear layer, Tensor rows, int pieces) {
    try (Scope scope = Scope.open("answer");
        Autograd.Switch off = Autograd.off()) {
      return pieces == 1
          ? Workers.single(() -> layer.apply(rows)).toFloats()
          : Workers.map(pieces, i -> List.of(layer.apply(rows))).get(0).get(0).toFloats();
    }
  }
}
