package org.kgcoop.method.encoder;

import java.nio.ByteBuffer;
import org.apache.commons.rng.core.source64.SplitMix64;
import org.kgcoop.random.Seeds;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Tensor;

/** Dropout masks for the inputs of low-rank branches. */
@FunctionalInterface
public interface DropoutMasks {

  /**
   * Returns the mask of an image or a class in a step. The mask of the first positions does not
   * depend on the length.
   *
   * @param step the step, from 0
   * @param matrix the adapted matrix, such as {@code visual.transformer.resblocks.0.attn.q_proj}
   * @param place the index of the image in its batch, or of the class in its list, from 0
   * @param length the number of positions, starting at the first
   * @return the mask, (length, width), of any type: 1 if an entry is kept, 0 if it is dropped
   */
  Tensor of(long step, String matrix, int place, int length, int width);

  /** Returns random masks, as a pure function of the seed and all arguments. */
  static DropoutMasks seeded(long seed, double dropout) {
    long dropped = Math.round(dropout * 0x1p32);
    return (step, matrix, place, length, width) -> {
      SplitMix64 random =
          Seeds.generator(
              "CLIP-LoRA dropout, seed %s, step %s, %s, %s".formatted(seed, step, matrix, place));
      byte[] values = new byte[length * width]; // needs a quarter of the memory of float32
      for (int i = 0; i < values.length; i += 2) { // 32 random bits are sufficient for each entry
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
