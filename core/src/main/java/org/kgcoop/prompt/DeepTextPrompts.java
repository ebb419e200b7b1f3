package org.kgcoop.prompt;

import java.util.List;
import java.util.stream.IntStream;

/**
 * The places of learned tokens in front of blocks of the text encoder, behind the start of text.
 * {@link org.kgcoop.clip.DeepPrompts} are those of the image encoder.
 */
public sealed interface DeepTextPrompts {

  /**
   * Deep prompts that every class has of its own from a block on.
   *
   * @param block before which they come, counted from 0
   * @param count P: they stand at positions 1 to P
   */
  record OfClasses(int block, int count) implements DeepTextPrompts {}

  /**
   * Deep prompts that all classes share, other ones in front of each of some blocks.
   *
   * @param blocks these blocks, counted from 0, ascending
   * @param count n: they stand at positions 1 to n
   * @param inserted true if at the first block they come between the start of text and what
   *     follows, rather than in the place of that
   */
  record Shared(List<Integer> blocks, int count, boolean inserted) implements DeepTextPrompts {
    public Shared {
      blocks = List.copyOf(blocks);
    }

    /** In front of that many blocks from the first on. */
    public Shared(int first, int blocks, int count, boolean inserted) {
      this(IntStream.range(first, first + blocks).boxed().toList(), count, inserted);
    }
  }
}
