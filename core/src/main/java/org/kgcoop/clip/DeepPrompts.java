package org.kgcoop.clip;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.kgcoop.tensor.Tensor;

/**
 * Deep prompts of an image encoder: learned rows that stand beside those of an image in front of
 * some blocks of a ViT, the same for every image. In front of each of these blocks they take the
 * place of what the block before has made of those before; from the last one on, and in front of
 * blocks between that have none of their own, they are rows like the others. Attention has no
 * order, so they may be thought behind the patches or before them. None has a position.
 *
 * @param first the block in front of which rows of images are taken, counted from 0; at most the
 *     first that has rows of its own
 * @param blocks those that have, ascending
 * @param tokens for each of these blocks, (n, W); empty for none
 * @param normed true if those of block 0 go through the encoder's first norm
 */
public record DeepPrompts(int first, List<Integer> blocks, List<Tensor> tokens, boolean normed) {
  public DeepPrompts {
    blocks = List.copyOf(blocks);
    tokens = List.copyOf(tokens);
    if (blocks.size() != tokens.size()) {
      throw new IllegalArgumentException(
          "rows in front of blocks " + blocks + ": " + tokens.size() + " given");
    }
    int before = first - 1;
    for (int block : blocks) {
      if (block <= before) {
        throw new IllegalArgumentException(
            "rows in front of blocks " + blocks + ": expected ascending ones from " + first);
      }
      before = block;
    }
  }

  /** Rows in front of that block and of each after it, as long as there are some. */
  public DeepPrompts(int first, List<Tensor> tokens) {
    this(first, IntStream.range(first, first + tokens.size()).boxed().toList(), tokens, true);
  }

  /** The rows that come in front of a block, (n, W), if it has some of its own. */
  public Optional<Tensor> before(int block) {
    int place = blocks.indexOf(block);
    return place < 0 ? Optional.empty() : Optional.of(tokens.get(place));
  }
}
