package org.kgcoop.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/** Gradients of small polynomials, derived by hand. */
class TapeTest {
  private static Tensor a() {
    return Tensor.of(new float[] {2, 3}, 2).parameter();
  }

  private static Tensor b() {
    return Tensor.of(new float[] {5, 7}, 2).parameter();
  }

  /** The product of two tensors, computed without autograd. */
  private record Product(Tensor x, Tensor y) implements Tape.Forward {
    @Override
    public List<Tensor> inputs() {
      return List.of(x, y);
    }

    @Override
    public Tensor output() {
      try (Autograd.Switch off = Autograd.off()) {
        return x.times(y);
      }
    }

    @Override
    public List<List<Tensor>> gradients(List<Tensor> byOutput) {
      try (Autograd.Switch off = Autograd.off()) {
        return byOutput.stream().map(g -> List.of(g.times(y), g.times(x))).toList();
      }
    }
  }

  private static List<float[]> floats(List<Tensor> tensors) {
    return tensors.stream().map(Tensor::toFloats).toList();
  }

  @Test
  void aCutHasTheGradientOfItsForwardComputation() {
    try (Scope scope = Scope.open("test")) {
      Tensor a = a();
      Tensor b = b();
      Tape tape = new Tape();
      Tensor product = tape.cut(new Product(a, b));
      Tensor loss = product.times(product).sum(); // a^2 b^2
      assertThat(floats(tape.gradients(List.of(loss), List.of(a, b)).get(0)))
          .containsExactly(new float[] {100, 294}, new float[] {40, 126});
    }
  }

  @Test
  void aParameterCountsOnBothSidesOfACut() {
    try (Scope scope = Scope.open("test")) {
      Tensor a = a();
      Tensor b = b();
      Tape tape = new Tape();
      Tensor product = tape.cut(new Product(a.times(a), b));
      Tensor loss = product.times(a).plus(a).sum(); // a^3 b + a
      assertThat(floats(tape.gradients(List.of(loss), List.of(a, b)).get(0)))
          .containsExactly(new float[] {61, 190}, new float[] {8, 27});
    }
  }

  @Test
  void cutsFollowEachOther() {
    try (Scope scope = Scope.open("test")) {
      Tensor a = a();
      Tensor b = b();
      Tape tape = new Tape();
      Tensor first = tape.cut(new Product(a, b));
      Tensor second = tape.cut(new Product(first.times(2), a));
      assertThat(floats(tape.gradients(List.of(second.sum()), List.of(a, b)).get(0))) // 2 a^2 b
          .containsExactly(new float[] {40, 84}, new float[] {8, 18});
    }
  }

  @Test
  void eachLossHasGradientsOfItsOwn() {
    try (Scope scope = Scope.open("test")) {
      Tensor a = a();
      Tensor b = b();
      Tape tape = new Tape();
      Tensor product = tape.cut(new Product(a, b));
      List<List<Tensor>> gradients =
          tape.gradients(List.of(product.sum(), product.times(a).sum()), List.of(a));
      assertThat(floats(gradients.get(0))).containsExactly(new float[] {5, 7});
      assertThat(floats(gradients.get(1))).containsExactly(new float[] {20, 42}); // of a^2 b
    }
  }

  @Test
  void knownGradientsOfOutputsGoOnToTheParameters() {
    try (Scope scope = Scope.open("test")) {
      Tensor a = a();
      Tensor b = b();
      Tape tape = new Tape();
      Tensor product = tape.cut(new Product(a, b));
      Tensor output = product.plus(a); // a b + a
      List<Tensor> known = List.of(Tensor.of(new float[] {10, 100}, 2));
      assertThat(floats(tape.gradients(List.of(output), known, List.of(a, b))))
          .containsExactly(new float[] {60, 800}, new float[] {20, 300});
    }
  }
}
