package org.kgcoop.method.encoder;

import java.nio.ByteBuffer;
import org.apache.commons.rng.core.source64.SplitMix64;
import org.kgcoop.random.Seeds;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Tensor;

/** The entries that dropout keeps of the inputs of low-rank branches. */
@FunctionalInterface
public interface DropoutMasks {

  /**
   * The entries of an image or a class in a step. Those of its first positions are the same
   * whatever the length.
   *
   * @param step from 0
   * @param matrix that the branch stands beside, such as {@code
   *     visual.transformer.resblocks.0.attn.q_proj}
   * @param place of the image in its batch, or of the class in its list, from 0
   * @param length how many positions, from the first
   * @return (length, width) of any type, 1 where an entry is kept, else 0
   */
  Tensor of(long step, String matrix, int place, int length, int width);

  /** Each entry by chance, as a pure function of the seed and all that is asked for. */
  static DropoutMasks seeded(long seed, double dropout) {
    long dropped = Math.round(dropout * 0x1p32);
    return (step, matrix, place, length, width) -> {
      SplitMix64 random =
          Seeds.generator(
              "CLIP-LoRA dropout, seed %s, step %s, %s, %s".formatted(seed, step, matrix, place));
      byte[] values = new byte[length * width]; // a quarter of the memory of numbers
      for (int i = 0; i < values.length; i += 2) { // 32 bits are enough for each
        long bits = random.nextLong();
        values[i] = (byte) (bits >>> 32 < dropped ? 0 : 1);
        if (i + 1 < values.length) {
          values[i + 1] = (byte) ((bits & 0xffff_ffffL) < dropped ? 0 : 1);
        }
      }
      return Tensor.of(ByteBuffer.wrap(values), DType.UINT8, length, width);
    };
  }
}
