package org.kgcoop.prompt;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Positions of learned tokens that are inserted before blocks of the text encoder, after the start
 * of text. {@link org.kgcoop.clip.DeepPrompts} is the counterpart for the image encoder.
 */
public sealed interface DeepTextPrompts {

  /**
   * Deep prompts with separate tokens for each class, inserted before one block.
   *
   * @param block the block, from 0
   * @param count P, the number of tokens, which are at positions 1 to P
   */
  record OfClasses(int block, int count) implements DeepTextPrompts {}

  /**
   * Deep prompts that all classes share, with separate tokens for each of several blocks.
   *
   * @param blocks the blocks, from 0, ascending
   * @param count n, the number of tokens, which are at positions 1 to n
   * @param inserted true if the tokens are inserted between the start of text and the following
   *     tokens at the first block; false if they replace the following tokens
   */
  record Shared(List<Integer> blocks, int count, boolean inserted) implements DeepTextPrompts {
    /**
     * Creates deep prompts for consecutive blocks.
     *
     * @param first the first block, from 0
     * @param blocks the number of blocks
     */
    public Shared(int first, int blocks, int count, boolean inserted) {
      this(IntStream.range(first, first + blocks).boxed().toList(), count, inserted);
    }
  }
}
