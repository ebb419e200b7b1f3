package org.kgcoop.clip;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Device;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * Texts that begin alike in one matrix: first the P rows of the beginning that all share, once;
 * then, text by text, the rows after it up to the end of text. Attention being causal, the shared
 * rows are the same for every text, and nothing after an end of text is ever read.
 *
 * <p>The linear layers and norms work on all N rows at once. For attention alone the rows after the
 * beginning are padded to the longest text's.
 *
 * <p>Texts of a model that is not causal share nothing and lie whole behind each other.
 */
public final class PackedTexts implements AutoCloseable {
  private final boolean causal;
  private final int sharedLength; // P
  private final int texts; // C
  private final int longest; // L: the most rows a text has after the beginning
  private final int rows; // N
  private final Tensor positions; // (N), position of each row in its text
  private final @Nullable Tensor padding; // (C L), the row that stands there
  private final @Nullable Tensor packing; // (N - P), the inverse, among the padded
  private final Tensor ends; // (C), the row of each end of text
  private final @Nullable Tensor mask; // (L, L)
  private final @Nullable Tensor maskInBeginning; // (P, P)
  private final @Nullable Tensor endMask; // (C, 1, L)

  /**
   * The layout of some texts.
   *
   * @param lengths of each text, after the beginning
   * @param ends for each text the position of its end of text, where it is read
   * @param type of attention scores
   */
  private PackedTexts(
      boolean causal, int sharedLength, int[] lengths, int[] ends, DType type, Device device) {
    this.causal = causal;
    this.sharedLength = sharedLength;
    this.texts = ends.length;
    this.longest = Arrays.stream(lengths).max().orElse(0);
    this.rows = sharedLength + Arrays.stream(lengths).sum();
    long[] rowPositions = new long[rows];
    long[] padded = new long[texts * longest];
    long[] packed = new long[rows - sharedLength];
    long[] endRows = new long[texts];
    float[] ownMask = new float[texts * longest];
    for (int p = 0; p < sharedLength; p++) {
      rowPositions[p] = p;
    }
    int row = 0; // after the beginning
    for (int t = 0; t < texts; t++) {
      for (int i = 0; i < longest; i++) {
        // Padding repeats the end of text: no row that is read looks at what comes after it.
        padded[t * longest + i] = (long) sharedLength + row + Math.min(i, lengths[t] - 1);
        ownMask[t * longest + i] = i < lengths[t] ? 0 : Float.NEGATIVE_INFINITY;
      }
      endRows[t] = (long) row + ends[t];
      for (int i = 0; i < lengths[t]; i++) {
        rowPositions[sharedLength + row] = (long) sharedLength + i;
        packed[row] = (long) t * longest + i;
        row++;
      }
    }
    boolean ragged = Arrays.stream(lengths).anyMatch(length -> length != longest);
    try (Scope scope = Scope.open("layout of texts")) {
      this.positions = kept(Tensor.of(rowPositions, rows), device);
      this.padding = ragged ? kept(Tensor.of(padded, padded.length), device) : null;
      this.packing = ragged ? kept(Tensor.of(packed, packed.length), device) : null;
      this.ends = kept(Tensor.of(endRows, texts), device);
      this.mask = causal ? kept(causalMask(longest).to(type), device) : null;
      this.maskInBeginning =
          sharedLength > 0 ? kept(causalMask(sharedLength).to(type), device) : null;
      this.endMask = ragged ? kept(Tensor.of(ownMask, texts, 1, longest).to(type), device) : null;
    }
  }

  /**
   * The layout of causal texts.
   *
   * @param sharedLength P, how many first positions all texts share, 0 for none; at most the least
   *     end
   * @param ends for each text the position of its end of text
   * @param type of attention scores
   */
  static PackedTexts causal(int sharedLength, int[] ends, DType type, Device device) {
    int[] lengths = Arrays.stream(ends).map(end -> end + 1 - sharedLength).toArray();
    if (sharedLength < 0 || Arrays.stream(lengths).anyMatch(length -> length < 1)) {
      throw new IllegalArgumentException(
          "shared length " + sharedLength + ": expected 0 to the least end of text");
    }
    return new PackedTexts(true, sharedLength, lengths, ends, type, device);
  }

  /**
   * The layout of texts that are not causal.
   *
   * @param length of every text, with what fills it up
   * @param ends for each text the position of its end of text
   */
  static PackedTexts whole(int length, int[] ends, Device device) {
    int[] lengths = new int[ends.length];
    Arrays.fill(lengths, length);
    return new PackedTexts(false, 0, lengths, ends, DType.FLOAT32, device);
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

  /** True if a row sees only the rows before it. */
  boolean isCausal() {
    return causal;
  }

  /** P, how many first positions all texts share; 0 for none, as where they are not causal. */
  public int sharedLength() {
    return sharedLength;
  }

  /** C, how many texts there are. */
  public int texts() {
    return texts;
  }

  /** L, the most rows that a text has after the beginning. */
  public int longest() {
    return longest;
  }

  /** N, how many rows there are in all. */
  public int rows() {
    return rows;
  }

  /** (N), the position of each row in its text. */
  Tensor positions() {
    return positions;
  }

  /** (L, L): 0 where a row may look among its text's rows, else minus infinity; null for all. */
  @Nullable Tensor mask() {
    return mask;
  }

  /** (P, P): the same within the beginning; null where there is none. */
  @Nullable Tensor maskInBeginning() {
    return maskInBeginning;
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
    for (Tensor optional : new Tensor[] {mask, maskInBeginning, padding, packing, endMask}) {
      if (optional != null) {
        optional.close();
      }
    }
  }
}
