package org.kgcoop.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * A frozen layer whose outputs are computed in parts, on several {@link Workers} at the same time.
 * Otherwise a single image would keep one core busy. An output is the sum over one row of the
 * weight, so its bits do not depend on the other outputs, unless a kernel computes the outputs at
 * the end of a block in another way. The first layer of each shape is therefore compared with the
 * whole product.
 */
final class DividedOutputs implements AutoCloseable {
  /** The size of a weight from which the parts take longer than to pass them to other threads. */
  private static final long LEAST_WEIGHTS = 1 << 19;

  private static final long LEAST_ROWS = 64;
  private static final long LEAST_OUTPUTS = 256; // of a part

  /** Whether the parts have the bits of the whole, by type and shape. */
  private static final Map<String, Boolean> EQUAL = new ConcurrentHashMap<>();

  private final List<Linear> parts = new ArrayList<>();

  /** Returns true if it may be worth dividing a product for the calling thread. */
  static boolean areWorthIt(Tensor rows, long outputs) {
    return Workers.dividing() > 1
        && !Autograd.isOn()
        && rows.size(0) >= LEAST_ROWS
        && outputs >= 2 * LEAST_OUTPUTS
        && outputs * rows.size(1) >= LEAST_WEIGHTS;
  }

  /**
   * Divides the outputs of a layer.
   *
   * @param outputs their number
   */
  DividedOutputs(Linear layer, long outputs) {
    int count = (int) Math.min(Workers.dividing(), outputs / LEAST_OUTPUTS);
    for (int i = 0; i < count; i++) {
      long from = outputs * i / count;
      parts.add(layer.part(from, outputs * (i + 1) / count - from));
    }
  }

  /**
   * Returns true if the parts give the same bits as the whole layer.
   *
   * @param copy creates a copy of the layer for a comparison
   * @param kind the type and the number of outputs
   */
  boolean areEqual(Supplier<Linear> copy, String kind, Tensor rows) {
    String key = kind + " " + parts.size() + " " + Arrays.toString(rows.shape());
    return EQUAL.computeIfAbsent(
        key,
        k -> {
          try (Scope scope = Scope.open("comparison");
              Linear layer = copy.get()) {
            float[] expected = layer.whole(rows).to(DType.FLOAT32).toFloats();
            return Arrays.equals(apply(rows).to(DType.FLOAT32).toFloats(), expected);
          }
        });
  }

  /** Computes the outputs of all parts. */
  Tensor apply(Tensor rows) {
    List<Tensor> outputs = new ArrayList<>();
    Workers.map(parts.size(), i -> List.of(parts.get(i).whole(rows))).forEach(outputs::addAll);
    return Tensor.concat(outputs, 1);
  }

  @Override
  public void close() {
    parts.forEach(Linear::close);
  }
}
