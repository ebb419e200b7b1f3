package org.kgcoop.clip;

import java.util.List;
import org.kgcoop.tensor.Tensor;

/**
 * Learned rows that stand beside those of an image in front of some blocks of a ViT, the same for
 * every image. In front of each of these blocks they take the place of what the block before has
 * made of those before; from the last one on they are rows like the others. Attention has no order,
 * so they may be thought behind the patches or before them. Those of block 0 go through the tower's
 * first norm, none has a position.
 *
 * @param first the block in front of which the first ones come, counted from 0
 * @param tokens for that block and those after it, each (n, W); empty for none
 */
public record DeepPrompts(int first, List<Tensor> tokens) {
  public DeepPrompts {
    tokens = List.copyOf(tokens);
  }

  /** The last block that gets rows of its own; one before the first where there are none. */
  public int last() {
    return first + tokens.size() - 1;
  }

  /** The rows in front of a block between the first and the last. */
  public Tensor before(int block) {
    return tokens.get(block - first);
  }
}
