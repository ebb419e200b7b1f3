package org.kgcoop.clip;

import java.util.List;
import java.util.function.IntFunction;
import org.kgcoop.tensor.Tensor;

/**
 * A ViT of CLIP with learned rows inside, or terms beside its projections. It computes the
 * published function and leaves out what nothing reads: of rows that are exchanged behind a block,
 * that block takes keys and values alone, once for all images; the last block goes on with the rows
 * that are read.
 */
public final class PromptedVision {
  private final VisionTransformer tower;

  PromptedVision(VisionTransformer tower) {
    this.tower = tower;
  }

  /** The number of blocks. */
  public int layers() {
    return tower.blocks().size();
  }

  /** The width of the rows, W. */
  public int width() {
    return tower.width();
  }

  /**
   * The frozen beginning: the rows of images in front of a block.
   *
   * @param images (B, channels, R, R), normalised
   * @param block counted from 0
   * @return (B, L, W)
   */
  public Tensor rows(Tensor images, int block) {
    return tower.rows(images, block);
  }

  /**
   * Features of images, before they are brought to unit length.
   *
   * @param rows (B, L, W) in front of the block where the prompts begin
   * @return (B, E)
   */
  public Tensor features(Tensor rows, DeepPrompts prompts) {
    int last = layers() - 1;
    Tensor x = beforeLast(rows, prompts);
    Tensor beside = prompts.last() == last ? prompt(prompts, last) : null;
    TransformerBlock block = tower.blocks().get(last);
    return project(tower.norm(block.classRows(x, rows.size(0), beside)));
  }

  /**
   * Features of images by blocks with terms, before they are brought to unit length.
   *
   * @param rows (B, L, W) in front of a block
   * @param first that block, counted from 0
   * @param additions of each block from the first on
   * @return (B, E)
   */
  public Tensor features(Tensor rows, int first, IntFunction<Additions> additions) {
    long batch = rows.size(0);
    Tensor x = rows.reshape(-1, width());
    for (int i = first; i < layers() - 1; i++) {
      x = tower.blocks().get(i).with(additions.apply(i)).pictures(x, batch);
    }
    TransformerBlock last = tower.blocks().get(layers() - 1).with(additions.apply(layers() - 1));
    return project(tower.norm(last.classRows(x, batch)));
  }

  /**
   * The rows that a tower is read at, behind its last norm.
   *
   * @param classRows (B, W), for {@link #project}
   * @param tokens (B, n, W), what the last block makes of the prompts
   */
  public record Output(Tensor classRows, Tensor tokens) {}

  /**
   * The class rows of images, and what the last block makes of prompts that it has of its own.
   *
   * @param rows (B, L, W) in front of the block where the prompts begin
   * @param prompts up to the last block
   */
  public Output output(Tensor rows, DeepPrompts prompts) {
    int last = layers() - 1;
    if (prompts.last() != last) {
      throw new IllegalArgumentException(
          "prompts up to block " + prompts.last() + ", expected up to the last, " + last);
    }
    long batch = rows.size(0);
    Tensor x = beforeLast(rows, prompts);
    TransformerBlock block = tower.blocks().get(last);
    Tensor read = // (B, 1 + n, W)
        tower
            .norm(block.classRowsAndBeside(x, batch, prompt(prompts, last)))
            .reshape(batch, -1, width());
    return new Output(read.select(1, 0), read.narrow(1, 1, read.size(1) - 1));
  }

  /** Class rows behind the last norm to features: (B, W) to (B, E). */
  public Tensor project(Tensor classRows) {
    return tower.project(classRows);
  }

  /** (B, L, W) to the rows in front of the last block, (B L', W). */
  private Tensor beforeLast(Tensor rows, DeepPrompts prompts) {
    long batch = rows.size(0);
    Tensor x = rows.reshape(-1, width());
    for (int i = prompts.first(); i < layers() - 1; i++) {
      TransformerBlock block = tower.blocks().get(i);
      if (i < prompts.last()) {
        x = block.pictures(x, batch, prompt(prompts, i));
      } else {
        x = block.pictures(i == prompts.last() ? with(x, batch, prompt(prompts, i)) : x, batch);
      }
    }
    return x;
  }

  /** The learned rows in front of a block. */
  private Tensor prompt(DeepPrompts prompts, int block) {
    Tensor rows = prompts.before(block);
    return block == 0 ? tower.preNorm(rows) : rows;
  }

  /** (B L, W) and (n, W) to (B (L + n), W). */
  private Tensor with(Tensor x, long batch, Tensor prompt) {
    Tensor each = prompt.unsqueeze(0).expand(batch, prompt.size(0), width());
    return Tensor.concat(List.of(x.reshape(batch, -1, width()), each), 1).reshape(-1, width());
  }
}
