package org.kgcoop.clip;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Device;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * How texts that begin alike lie in one matrix: first the P rows of the beginning that all share,
 * once; then, text by text, the rows after it up to the end of text. Attention being causal, the
 * shared rows are the same for every text, and nothing after an end of text is ever read.
 *
 * <p>The linear layers and norms work on all N rows at once. For attention alone the rows after the
 * beginning are padded to the longest text's.
 */
public final class PackedTexts implements AutoCloseable {
  private final int sharedLength; // P
  private final int texts; // C
  private final int longest; // L: the most rows a text has after the beginning
  private final int rows; // N
  private final Tensor positions; // (N), position of each row in its text
  private final @Nullable Tensor padding; // (C L), the row that stands there
  private final @Nullable Tensor packing; // (N - P), the inverse, among the padded
  private final Tensor ends; // (C), the row of each end of text
  private final Tensor causal; // (L, L)
  private final Tensor causalInBeginning; // (P, P)
  private final @Nullable Tensor endMask; // (C, 1, L)

  /**
   * The layout of some texts.
   *
   * @param sharedLength P, how many first positions all texts share; at most the least end
   * @param ends for each text the position of its end of text
   * @param type of attention scores
   */
  PackedTexts(int sharedLength, int[] ends, DType type, Device device) {
    this.sharedLength = sharedLength;
    this.texts = ends.length;
    int[] lengths = Arrays.stream(ends).map(end -> end + 1 - sharedLength).toArray();
    this.longest = Arrays.stream(lengths).max().orElse(0);
    this.rows = sharedLength + Arrays.stream(lengths).sum();
    if (sharedLength < 1 || Arrays.stream(lengths).anyMatch(length -> length < 1)) {
      throw new IllegalArgumentException(
          "shared length " + sharedLength + ": expected 1 to the least end of text");
    }
    long[] rowPositions = new long[rows];
    long[] padded = new long[texts * longest];
    long[] packed = new long[rows - sharedLength];
    long[] endRows = new long[texts];
    float[] mask = new float[texts * longest];
    for (int p = 0; p < sharedLength; p++) {
      rowPositions[p] = p;
    }
    int row = 0; // after the beginning
    for (int t = 0; t < texts; t++) {
      for (int i = 0; i < longest; i++) {
        // Padding repeats the end of text: no row that is read looks at what comes after it.
        padded[t * longest + i] = (long) sharedLength + row + Math.min(i, lengths[t] - 1);
        mask[t * longest + i] = i < lengths[t] ? 0 : Float.NEGATIVE_INFINITY;
      }
      for (int i = 0; i < lengths[t]; i++) {
        rowPositions[sharedLength + row] = (long) sharedLength + i;
        packed[row] = (long) t * longest + i;
        row++;
      }
      endRows[t] = (long) sharedLength + row - 1;
    }
    boolean ragged = Arrays.stream(lengths).anyMatch(length -> length != longest);
    try (Scope scope = Scope.open("layout of texts")) {
      this.positions = kept(Tensor.of(rowPositions, rows), device);
      this.padding = ragged ? kept(Tensor.of(padded, padded.length), device) : null;
      this.packing = ragged ? kept(Tensor.of(packed, packed.length), device) : null;
      this.ends = kept(Tensor.of(endRows, texts), device);
      this.causal = kept(causalMask(longest).to(type), device);
      this.causalInBeginning = kept(causalMask(sharedLength).to(type), device);
      this.endMask = ragged ? kept(Tensor.of(mask, texts, 1, longest).to(type), device) : null;
    }
  }

  private static Tensor kept(Tensor tensor, Device device) {
    return tensor.to(device).keep();
  }

  private static Tensor causalMask(int length) {
    float[] mask = new float[length * length];
    for (int i = 0; i < length; i++) {
      Arrays.fill(mask, i * length + i + 1, (i + 1) * length, Float.NEGATIVE_INFINITY);
    }
    return Tensor.of(mask, length, length);
  }

  /** P, how many first positions all texts share. */
  public int sharedLength() {
    return sharedLength;
  }

  /** C, how many texts there are. */
  public int texts() {
    return texts;
  }

  /** N, how many rows there are in all. */
  public int rows() {
    return rows;
  }

  /** (N), the position of each row in its text. */
  Tensor positions() {
    return positions;
  }

  /** (L, L): 0 where a row may look among its text's rows, else minus infinity. */
  Tensor causal() {
    return causal;
  }

  /** (P, P): the same within the beginning. */
  Tensor causalInBeginning() {
    return causalInBeginning;
  }

  /** (C, 1, L): the same for ends of texts; null where they may look everywhere. */
  @Nullable Tensor endMask() {
    return endMask;
  }

  /** (N, ...) to (P, ...): the shared rows. */
  Tensor beginning(Tensor rows) {
    return rows.narrow(0, 0, sharedLength);
  }

  /** (N, ...) to (C, ...): the ends of texts. */
  Tensor ends(Tensor rows) {
    return rows.indexSelect(0, ends);
  }

  /** (N, ...) to (C L, ...): the rows after the beginning, as many for every text. */
  Tensor padded(Tensor rows) {
    return padding == null
        ? rows.narrow(0, sharedLength, this.rows - sharedLength)
        : rows.indexSelect(0, padding);
  }

  /** (C L, ...) to (N - P, ...): without the padding. */
  Tensor packed(Tensor padded) {
    return packing == null ? padded : padded.indexSelect(0, packing);
  }

  @Override
  public void close() {
    positions.close();
    ends.close();
    causal.close();
    causalInBeginning.close();
    for (Tensor optional : new Tensor[] {padding, packing, endMask}) {
      if (optional != null) {
        optional.close();
      }
    }
  }
}
