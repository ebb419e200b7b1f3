package org.kgcoop.clip;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.kgcoop.tensor.Tensor;

/**
 * Deep prompts of an image encoder: learned tokens in front of some blocks of a ViT, the same for
 * every image. In front of each of these blocks they replace the outputs of the previous prompt
 * tokens. From the last of these blocks on, and at blocks between without own tokens, they pass
 * through like other tokens. Attention has no order, so their place among the patches does not
 * matter. They have no positions.
 *
 * @param first the block that receives the image tokens, from 0; at most the first block with
 *     prompt tokens
 * @param blocks the blocks with prompt tokens, ascending
 * @param tokens the prompt tokens of each of these blocks, (n, W); empty for none
 * @param normed true if the tokens of block 0 go through the encoder's first norm
 */
public record DeepPrompts(int first, List<Integer> blocks, List<Tensor> tokens, boolean normed) {
  public DeepPrompts {
    blocks = List.copyOf(blocks);
    tokens = List.copyOf(tokens);
    if (blocks.size() != tokens.size()) {
      throw new IllegalArgumentException(
          "rows in front of blocks " + blocks + ": " + tokens.size() + " given");
    }
  }

  /** Creates prompt tokens for a block and the blocks after it, as long as there are tokens. */
  public DeepPrompts(int first, List<Tensor> tokens) {
    this(first, IntStream.range(first, first + tokens.size()).boxed().toList(), tokens, true);
  }

  /** Returns the prompt tokens in front of a block, (n, W), if it has any. */
  public Optional<Tensor> before(int block) {
    int place = blocks.indexOf(block);
    return place < 0 ? Optional.empty() : Optional.of(tokens.get(place));
  }
}
