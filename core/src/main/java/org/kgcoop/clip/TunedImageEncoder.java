package org.kgcoop.clip;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.kgcoop.tensor.Tensor;

/**
 * The trained part of an image encoder, for code that computes the encoder elsewhere. Together with
 * the frozen weights it is the complete encoder.
 *
 * @param prompts prompt tokens
 * @param weights weights that replace the encoder's, by released name
 * @param mix the mix of CLS token and prompt tokens; empty if the feature is that of the CLS token,
 *     of unit length
 */
public record TunedImageEncoder(
    DeepPrompts prompts, Map<String, Tensor> weights, Optional<TokenMix> mix) {
  public TunedImageEncoder {
    weights = Collections.unmodifiableMap(new LinkedHashMap<>(weights));
  }

  /**
   * A mixed feature: {@code share u(CLS token) + (1 - share) u(mean of tokens . projection)}, where
   * u scales to unit length.
   *
   * @param projection (W, E), applied to the mean of the last block's output for the prompt tokens,
   *     after the last norm
   */
  public record TokenMix(Tensor projection, double share) {

    /** Computes the feature of the prompt tokens, (B, E), of unit length. */
    public Tensor tokenFeatures(VisionTransformer.Output read) {
      return read.tokens().mean(1, false).matmul(projection).unitRows();
    }

    /** Mixes both features, each (B, E) of unit length. */
    public Tensor mixed(Tensor classFeatures, Tensor tokenFeatures) {
      return classFeatures.times(share).plus(tokenFeatures.times(1 - share));
    }
  }

  /** Creates an encoder with prompt tokens and no other changes. */
  public static TunedImageEncoder of(DeepPrompts prompts) {
    return new TunedImageEncoder(prompts, Map.of(), Optional.empty());
  }
}
