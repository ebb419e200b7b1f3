package org.kgcoop.corpus;

import java.util.BitSet;
import java.util.List;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/** Finds drawings that are copies or almost copies of others. */
final class Twins {

  /** Two drawings with a higher correlation are twins. */
  static final double SAME = 0.95;

  private static final int ROWS = 512;
  private static final int COLUMNS = 8192;

  private Twins() {}

  /**
   * Finds the drawings that have a twin among others.
   *
   * @param prints the prints to check
   * @param others the prints of the held-out drawings
   * @return the positions in {@code prints} whose correlation with any other is above {@link #SAME}
   */
  static BitSet of(List<Print> prints, List<Print> others) {
    BitSet twins = new BitSet();
    try (Scope all = Scope.open("twins");
        Autograd.Switch off = Autograd.off()) {
      for (int column = 0; column < others.size(); column += COLUMNS) {
        try (Scope block = Scope.open("columns")) {
          Tensor right = matrix(others, column, COLUMNS).transpose(0, 1);
          for (int row = 0; row < prints.size(); row += ROWS) {
            mark(prints, row, right, twins);
          }
        }
      }
    }
    return twins;
  }

  private static void mark(List<Print> prints, int from, Tensor right, BitSet twins) {
    try (Scope block = Scope.open("rows")) {
      Tensor products = matrix(prints, from, ROWS).matmul(right); // (rows, columns)
      int width = (int) products.size(1);
      float[] values = products.toFloats();
      for (int row = 0; row < products.size(0); row++) {
        for (int i = row * width; i < (row + 1) * width; i++) {
          if (values[i] > SAME) {
            twins.set(from + row);
            break;
          }
        }
      }
    }
  }

  private static Tensor matrix(List<Print> prints, int from, int most) {
    int count = Math.min(most, prints.size() - from);
    float[] values = new float[count * Print.LENGTH];
    for (int i = 0; i < count; i++) {
      prints.get(from + i).copyTo(values, i * Print.LENGTH);
    }
    return Tensor.of(values, count, Print.LENGTH);
  }
}
