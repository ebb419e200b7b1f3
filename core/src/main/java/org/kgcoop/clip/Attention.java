package org.kgcoop.clip;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Tensor;

/**
 * Multi-head attention over groups of rows: the positions of an image or of a text. It computes
 * {@code softmax(q k^T / sqrt(head width)) v}. Each group has its own keys. Texts also have the
 * keys of their shared beginning.
 *
 * <p>The shared keys are not copied per text: the queries of all texts form one matrix. Two
 * products and a softmax replace LibTorch's fused kernel, which is several times slower in bf16 on
 * a CPU.
 *
 * @param groups the number of groups; G in the shapes below, with Q queries and L keys per group
 */
public record Attention(int heads, long groups) {

  /** Keys and values, each (rows, W). */
  public record Memory(Tensor keys, Tensor values) {}

  /**
   * Computes the weighted mean of the values for each query.
   *
   * @param queries (G Q, W)
   * @param own (G L, W) keys and values of the groups
   * @param mask added to the scores of own keys, broadcast to (G, Q, L); or null
   * @param shared (P, W) keys and values that every query attends to without a mask; or null
   * @return (G Q, W)
   */
  public Tensor of(Tensor queries, Memory own, @Nullable Tensor mask, @Nullable Memory shared) {
    long width = queries.size(1);
    double scale = 1 / Math.sqrt((double) width / heads);
    Tensor query = byHead(queries); // (heads G, Q, d)
    Tensor scores = // (heads G, Q, L)
        Functions.scaledProduct(
            query, byHead(own.keys()).transpose(1, 2), scale, mask == null ? null : each(mask));
    Tensor values = byHead(own.values()); // (heads G, L, d)
    if (shared == null) {
      return byRow(Functions.softmax(scores, -1).matmul(values), width);
    }
    long p = shared.keys().size(0);
    long keys = scores.size(2);
    long headWidth = width / heads;
    Tensor stacked = query.reshape(heads, -1, headWidth); // (heads, G Q, d)
    Tensor sharedScores = // (heads G, Q, P)
        Functions.scaledProduct(stacked, oneGroup(shared.keys()).transpose(1, 2), scale, null)
            .reshape(heads * groups, -1, p);
    Tensor weights = Functions.softmax(Tensor.concat(List.of(sharedScores, scores), 2), -1);
    Tensor fromShared = // (heads G, Q, d)
        weights
            .narrow(2, 0, p)
            .reshape(heads, -1, p)
            .matmul(oneGroup(shared.values()))
            .reshape(heads * groups, -1, headWidth);
    return byRow(Functions.scaledProduct(weights.narrow(2, p, keys), values, 1, fromShared), width);
  }

  /** Converts (G R, W) to (heads G, R, d). */
  private Tensor byHead(Tensor rows) {
    long width = rows.size(1);
    return rows.reshape(groups, -1, heads, width / heads)
        .permute(2, 0, 1, 3)
        .reshape(heads * groups, -1, width / heads);
  }

  /** Converts (P, W) to (heads, P, d). */
  private Tensor oneGroup(Tensor rows) {
    return rows.reshape(-1, heads, rows.size(1) / heads).transpose(0, 1);
  }

  /** Converts (heads G, Q, d) to (G Q, W). */
  private Tensor byRow(Tensor attended, long width) {
    return attended
        .reshape(heads, groups, -1, width / heads)
        .permute(1, 2, 0, 3)
        .reshape(-1, width);
  }

  /** Returns a mask for each head: (Q, L) unchanged, (G, 1, L) as (heads G, 1, L). */
  private Tensor each(Tensor mask) {
    return mask.rank() == 2
        ? mask
        : mask.expand(heads, groups, 1, mask.size(2)).reshape(heads * groups, 1, mask.size(2));
  }
}
