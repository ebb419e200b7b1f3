package org.kgcoop.clip;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.kgcoop.tensor.Tensor;

/**
 * All that was learned inside of an image encoder, for those that compute it elsewhere: with the
 * frozen weights it is the whole encoder.
 *
 * @param prompts rows beside those of images
 * @param weights that stand in the place of the encoder's, by released name
 * @param mix of class row and prompts; empty where features are the class row's alone, of unit
 *     length
 */
public record TunedImageEncoder(
    DeepPrompts prompts, Map<String, Tensor> weights, Optional<TokenMix> mix) {
  public TunedImageEncoder {
    weights = Collections.unmodifiableMap(new LinkedHashMap<>(weights));
  }

  /**
   * Features of two kinds: {@code share u(class row) + (1 - share) u(mean of tokens . projection)},
   * where u brings to unit length.
   *
   * @param projection (W, E), of the mean over what the last block makes of the prompts, behind the
   *     last norm
   */
  public record TokenMix(Tensor projection, double share) {

    /** The feature of what the last block makes of the prompts: (B, E), unit. */
    public Tensor ofTokens(PromptedVision.Output read) {
      return read.tokens().mean(1, false).matmul(projection).unitRows();
    }

    /** Both features in one: (B, E) of unit length each. */
    public Tensor mixed(Tensor ofClassRows, Tensor ofTokens) {
      return ofClassRows.times(share).plus(ofTokens.times(1 - share));
    }
  }

  /** An encoder with learned rows and nothing else. */
  public static TunedImageEncoder of(DeepPrompts prompts) {
    return new TunedImageEncoder(prompts, Map.of(), Optional.empty());
  }
}
