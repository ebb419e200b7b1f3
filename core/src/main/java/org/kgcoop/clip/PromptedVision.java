package org.kgcoop.clip;

import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.kgcoop.tensor.Tensor;

/**
 * A ViT with prompt tokens in its blocks, or with terms on its projections. It computes the
 * published function without unused parts. If the next block replaces prompt tokens, a block uses
 * only their keys and values, computed once for all images. The last block computes only the tokens
 * that are read.
 */
public record PromptedVision(VisionTransformer encoder) {
  /** Returns the number of blocks. */
  public int layers() {
    return encoder.blocks().size();
  }

  /** Returns the width of the tokens, W. */
  public int width() {
    return encoder.width();
  }

  /**
   * Computes the frozen part: the tokens of images in front of a block.
   *
   * @param images (B, channels, R, R), normalized
   * @param block counted from 0
   * @return (B, L, W)
   */
  public Tensor rows(Tensor images, int block) {
    return encoder.rows(images, block);
  }

  /**
   * Computes image features, before scaling to unit length.
   *
   * @param rows (B, L, W) in front of the first block of the prompts
   * @return (B, E)
   */
  public Tensor features(Tensor rows, DeepPrompts prompts) {
    int last = layers() - 1;
    Tensor x = beforeLast(rows, prompts);
    return project(
        encoder.norm(encoder.blocks().get(last).classRows(x, rows.size(0), prompt(prompts, last))));
  }

  /**
   * Computes image features with terms on the projections, before scaling to unit length.
   *
   * @param rows (B, L, W) in front of a block
   * @param first this block, counted from 0
   * @param additions the terms of each block from the first on
   * @return (B, E)
   */
  public Tensor features(Tensor rows, int first, IntFunction<ProjectionDeltas> additions) {
    long batch = rows.size(0);
    Tensor x = rows.reshape(-1, width());
    for (int i = first; i < layers() - 1; i++) {
      x = encoder.blocks().get(i).with(additions.apply(i)).images(x, batch, null);
    }
    TransformerBlock last = encoder.blocks().get(layers() - 1).with(additions.apply(layers() - 1));
    return encoder.readsClassToken()
        ? project(encoder.norm(last.classRows(x, batch, null)))
        : encoder.pooled(last.images(x, batch, null), batch);
  }

  /**
   * The tokens that are read from the encoder, after its last norm.
   *
   * @param classRows (B, W), for {@link #project}
   * @param tokens (B, n, W), the output of the last block for the prompt tokens
   */
  public record Output(Tensor classRows, Tensor tokens) {}

  /**
   * Computes the CLS tokens of images, and the output of the last block for the prompt tokens.
   *
   * @param rows (B, L, W) in front of the first block of the prompts
   * @param prompts prompt tokens in front of at least one block
   */
  public Output output(Tensor rows, DeepPrompts prompts) {
    long batch = rows.size(0);
    int last = layers() - 1;
    Tensor x = beforeLast(rows, prompts);
    TransformerBlock block = encoder.blocks().get(last);
    Tensor prompt = prompt(prompts, last);
    Tensor read = // (B, 1 + n, W), or (B, L + n, W)
        encoder
            .norm(
                prompt == null
                    ? block.images(x, batch, null)
                    : block.classRowsAndBeside(x, batch, prompt))
            .reshape(batch, -1, width());
    long before = prompt == null ? rows.size(1) : 1;
    return new Output(read.select(1, 0), read.narrow(1, before, read.size(1) - before));
  }

  /** Projects CLS tokens after the last norm to features: (B, W) to (B, E). */
  public Tensor project(Tensor classRows) {
    return encoder.project(classRows);
  }

  /**
   * Computes the tokens in front of the last block. If the last block has no prompt tokens of its
   * own, those before it follow the tokens of each image.
   *
   * @param rows (B, L, W)
   * @return (B L', W)
   */
  private Tensor beforeLast(Tensor rows, DeepPrompts prompts) {
    long batch = rows.size(0);
    Tensor x = rows.reshape(-1, width());
    for (int i = prompts.first(); i < layers() - 1; i++) {
      TransformerBlock block = encoder.blocks().get(i);
      Tensor prompt = prompt(prompts, i);
      if (prompts.before(i + 1).isPresent()) {
        Tensor all = block.images(x, batch, prompt).reshape(batch, -1, width());
        x = all.narrow(1, 0, rows.size(1)).reshape(-1, width());
      } else {
        Tensor all = prompt == null ? x : TransformerBlock.withEach(x, batch, prompt);
        x = block.images(all, batch, null);
      }
    }
    return x;
  }

  /** Returns the prompt tokens in front of a block, or null if it has none of its own. */
  private @Nullable Tensor prompt(DeepPrompts prompts, int block) {
    return prompts
        .before(block)
        .map(rows -> block == 0 && prompts.normed() ? encoder.preNorm(rows) : rows)
        .orElse(null);
  }
}
