package org.kgcoop.clip;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Device;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * A layout of texts in one matrix. The first P rows are the shared beginning of all texts. The rest
 * of each text follows, up to its end of text. Attention is causal, so the shared rows are the same
 * for every text, and rows after an end of text are not needed.
 *
 * <p>Linear layers and norms process all N rows at once. Only for attention, the rows after the
 * beginning are padded to the longest text.
 *
 * <p>Texts of a model that is not causal share nothing. They follow each other, in full length if
 * padding is visible to them.
 */
public final class PackedTexts implements AutoCloseable {
  private final boolean causal;
  private final int sharedLength; // P
  private final int texts; // C
  private final int longest; // L: maximum number of rows of a text after the beginning
  private final int rows; // N
  private final Tensor positions; // (N), position of each row in its text
  private final @Nullable Tensor padding; // (C L), the index of each padded row
  private final @Nullable Tensor packing; // (N - P), the inverse: index into the padded rows
  private final Tensor ends; // (C), the row of each end of text
  private final @Nullable Tensor mask; // (L, L), of causal texts
  private final @Nullable Tensor maskInBeginning; // (P, P)
  private final @Nullable Tensor endMask; // (C, 1, L)

  /**
   * Creates the layout of texts.
   *
   * @param lengths the length of each text after the beginning
   * @param ends the position of each text where its feature is read, often its end
   * @param hidden the positions of each text that nothing attends to
   * @param type the type of attention scores
   */
  private PackedTexts(
      boolean causal,
      int sharedLength,
      int[] lengths,
      int[] ends,
      List<int[]> hidden,
      DType type,
      Device device) {
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
        // Padding repeats the end of text. The mask hides it from the other rows.
        padded[t * longest + i] = (long) sharedLength + row + Math.min(i, lengths[t] - 1);
        ownMask[t * longest + i] = i < lengths[t] ? 0 : Float.NEGATIVE_INFINITY;
      }
      for (int position : hidden.get(t)) {
        ownMask[t * longest + position - sharedLength] = Float.NEGATIVE_INFINITY;
      }
      endRows[t] = (long) row + ends[t];
      for (int i = 0; i < lengths[t]; i++) {
        rowPositions[sharedLength + row] = (long) sharedLength + i;
        packed[row] = (long) t * longest + i;
        row++;
      }
    }
    boolean ragged = Arrays.stream(lengths).anyMatch(length -> length != longest);
    boolean masked = ragged || hidden.stream().anyMatch(positions -> positions.length > 0);
    try (Scope scope = Scope.open("layout of texts")) {
      this.positions = keepOn(Tensor.of(rowPositions, rows), device);
      this.padding = ragged ? keepOn(Tensor.of(padded, padded.length), device) : null;
      this.packing = ragged ? keepOn(Tensor.of(packed, packed.length), device) : null;
      this.ends = keepOn(Tensor.of(endRows, texts), device);
      this.mask = causal ? keepOn(causalMask(longest).to(type), device) : null;
      this.maskInBeginning =
          sharedLength > 0 ? keepOn(causalMask(sharedLength).to(type), device) : null;
      this.endMask = masked ? keepOn(Tensor.of(ownMask, texts, 1, longest).to(type), device) : null;
    }
  }

  /**
   * Creates the layout of causal texts.
   *
   * @param sharedLength P, the number of first positions that all texts share, 0 for none; at most
   *     the smallest end
   * @param ends the position of the end of each text
   * @param type the type of attention scores
   */
  public static PackedTexts causal(int sharedLength, int[] ends, DType type, Device device) {
    int[] lengths = Arrays.stream(ends).map(end -> end + 1 - sharedLength).toArray();
    return new PackedTexts(true, sharedLength, lengths, ends, nothing(ends), type, device);
  }

  /**
   * Creates the layout of texts that are not causal.
   *
   * @param length the length of every text, including padding
   * @param ends the position of the end of each text
   */
  public static PackedTexts whole(int length, int[] ends, Device device) {
    int[] lengths = new int[ends.length];
    Arrays.fill(lengths, length);
    return new PackedTexts(false, 0, lengths, ends, nothing(ends), DType.FLOAT32, device);
  }

  /**
   * Creates the layout of texts that are not causal and do not see their padding. Their features
   * are read at the first position.
   *
   * @param lengths the number of tokens of each text
   * @param hidden the positions of each text with padding inside of it
   * @param type the type of attention scores
   */
  public static PackedTexts ofFirsts(int[] lengths, List<int[]> hidden, DType type, Device device) {
    return new PackedTexts(false, 0, lengths, new int[lengths.length], hidden, type, device);
  }

  /** Returns no position for each text. */
  private static List<int[]> nothing(int[] ends) {
    return Collections.nCopies(ends.length, new int[0]);
  }

  private static Tensor keepOn(Tensor tensor, Device device) {
    return tensor.to(device).keep();
  }

  private static Tensor causalMask(int length) {
    float[] mask = new float[length * length];
    for (int i = 0; i < length; i++) {
      Arrays.fill(mask, i * length + i + 1, (i + 1) * length, Float.NEGATIVE_INFINITY);
    }
    return Tensor.of(mask, length, length);
  }

  /** Returns P, the number of first positions that all texts share; 0 if texts are not causal. */
  public int sharedLength() {
    return sharedLength;
  }

  /** Returns C, the number of texts. */
  public int texts() {
    return texts;
  }

  /** Returns L, the maximum number of rows of a text after the beginning. */
  public int longest() {
    return longest;
  }

  /** Returns N, the number of rows. */
  public int rows() {
    return rows;
  }

  /** Returns the position of each row in its text, (N). */
  public Tensor positions() {
    return positions;
  }

  /**
   * Returns the attention mask within a text, (L, L), or (C, 1, L) if texts are not causal: 0, or
   * minus infinity for hidden rows; null if nothing is hidden.
   */
  @Nullable Tensor mask() {
    return causal ? mask : endMask;
  }

  /** Returns the mask within the beginning, (P, P); null if there is no beginning. */
  @Nullable Tensor maskInBeginning() {
    return maskInBeginning;
  }

  /** Returns the mask for the ends of texts, (C, 1, L); null if nothing is hidden. */
  @Nullable Tensor endMask() {
    return endMask;
  }

  /** Selects the shared rows: (N, ...) to (P, ...). */
  Tensor beginning(Tensor rows) {
    return rows.narrow(0, 0, sharedLength);
  }

  /** Selects the ends of texts: (N, ...) to (C, ...). */
  Tensor ends(Tensor rows) {
    return rows.indexSelect(0, ends);
  }

  /** Pads the rows after the beginning to the longest text: (N, ...) to (C L, ...). */
  Tensor padded(Tensor rows) {
    return padding == null
        ? rows.narrow(0, sharedLength, this.rows - sharedLength)
        : rows.indexSelect(0, padding);
  }

  /** Removes the padding: (C L, ...) to (N - P, ...). */
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
