package org.kgcoop.pretrain;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * Muon (Jordan et al., "Muon: An optimizer for hidden layers in neural networks", 2024) for the
 * matrices of transformer blocks. The update of a matrix W (r, c) with gradient G is an
 * approximation of the matrix with orthonormal rows or columns that is closest to its momentum:
 *
 * <pre>
 * M = 0.95 M + 0.05 G;  N = 0.95 M + 0.05 G
 * X = N / |N|, five times X = a X + (b A + c A A) X with A = X X^T
 * W = W - rate (decay W + 0.2 sqrt(max(r, c)) X)
 * </pre>
 *
 * <p>a, b, c = 3.4445, -4.7750, 2.0315. The factor gives X the size of an update of AdamW (Liu et
 * al., "Muon is Scalable for LLM Training", 2025). A matrix of three stacked squares contains
 * query, key and value, which are updated separately. The five iterations use bf16.
 */
final class Muon implements AutoCloseable {
  private static final double MOMENTUM = 0.95;
  private static final double A = 3.4445;
  private static final double B = -4.7750;
  private static final double C = 2.0315;
  private static final int ITERATIONS = 5;
  private static final double SIZE = 0.2;
  private static final double FLOOR = 1e-9;

  private final List<Tensor> parameters;
  private final List<Tensor> momenta = new ArrayList<>();
  private final double decay;
  private final Map<List<Long>, List<Integer>> byShape = new LinkedHashMap<>();

  /**
   * Creates an optimizer without steps.
   *
   * @param parameters float32 matrices; they must outlive this object
   */
  Muon(List<Tensor> parameters, double decay) {
    this.parameters = List.copyOf(parameters);
    this.decay = decay;
    try (Scope scope = Scope.open("momenta")) {
      for (int i = 0; i < parameters.size(); i++) {
        Tensor parameter = parameters.get(i);
        momenta.add(Tensor.full(0, parameter.shape()).keep());
        List<Long> shape = List.of(parameter.size(0), parameter.size(1));
        byShape.computeIfAbsent(shape, s -> new ArrayList<>()).add(i);
      }
    }
  }

  /**
   * Updates the parameters.
   *
   * @param gradients the gradient of each parameter, in the order of the parameters
   */
  void step(List<Tensor> gradients, double rate) {
    byShape.forEach(
        (shape, places) -> {
          try (Scope scope = Scope.open("step of Muon");
              Autograd.Switch off = Autograd.off()) {
            step(shape.get(0), shape.get(1), places, gradients, rate);
          }
        });
  }

  private void step(
      long rows, long columns, List<Integer> places, List<Tensor> gradients, double rate) {
    long parts = rows == 3 * columns ? 3 : 1;
    List<Tensor> wanted = new ArrayList<>();
    for (int place : places) {
      Tensor gradient = gradients.get(place).times(1 - MOMENTUM);
      Tensor momentum = momenta.get(place);
      momentum.multiply_(MOMENTUM);
      momentum.add_(gradient);
      wanted.add(gradient.plus(momentum.times(MOMENTUM)).reshape(parts, rows / parts, columns));
    }
    Tensor steps = orthogonal(Tensor.concat(wanted, 0));
    double size = SIZE * Math.sqrt((double) Math.max(rows / parts, columns));
    for (int i = 0; i < places.size(); i++) {
      Tensor parameter = parameters.get(places.get(i));
      parameter.multiply_(1 - rate * decay);
      parameter.add_(steps.narrow(0, i * parts, parts).reshape(rows, columns).times(-rate * size));
    }
  }

  /**
   * Returns matrices with the same singular vectors and singular values of about 0.7 to 1.2.
   *
   * @param x (N, r, c)
   * @return (N, r, c) float32
   */
  static Tensor orthogonal(Tensor x) {
    boolean high = x.size(1) > x.size(2);
    Tensor wide = high ? x.transpose(1, 2) : x;
    long each = wide.size(1) * wide.size(2);
    Tensor rows = wide.reshape(-1, each);
    Tensor floor = Tensor.full(FLOOR, rows.size(0), 1); // added so that no norm is 0
    Tensor unit = Tensor.concat(List.of(rows, floor), 1).unitRows().narrow(1, 0, each);
    Tensor y = unit.reshape(wide.shape()).to(DType.BFLOAT16);
    for (int i = 0; i < ITERATIONS; i++) {
      Tensor square = y.matmul(y.transpose(1, 2));
      Tensor factor = Functions.scaledProduct(square.times(C), square, 1, square.times(B));
      y = Functions.scaledProduct(factor, y, 1, y.times(A));
    }
    Tensor result = y.to(DType.FLOAT32);
    return high ? result.transpose(1, 2) : result;
  }

  // ---- Checkpoints

  /** Returns the momenta for {@link #load}. They change with the next step. */
  Map<String, Tensor> state() {
    Map<String, Tensor> state = new LinkedHashMap<>();
    for (int i = 0; i < momenta.size(); i++) {
      state.put("momentum_buffer/" + i, momenta.get(i));
    }
    return state;
  }

  void load(Map<String, Tensor> state) {
    state()
        .forEach((name, momentum) -> momentum.copy_(Objects.requireNonNull(state.get(name), name)));
  }

  @Override
  public void close() {
    momenta.forEach(Tensor::close);
  }
}
