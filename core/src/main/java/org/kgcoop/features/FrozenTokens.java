package org.kgcoop.features;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntFunction;
import org.kgcoop.clip.DeepPrompts;
import org.kgcoop.clip.VisionTransformer;
import org.kgcoop.image.RgbImage;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Tensor;
import org.kgcoop.tensor.Workers;

/**
 * The tokens in front of a block, computed by the frozen blocks before it. Each view is computed
 * alone, so its result does not depend on the others. The first ones are kept in memory for later
 * epochs, up to a limit. Epochs use views in turn, so no other choice would have more hits.
 */
final class FrozenTokens implements AutoCloseable {
  /**
   * The maximum number of bytes per training, 0.5 GiB: 880 views at ViT-B/16, or 16 images of 50
   * classes.
   */
  static final long MAX_BYTES = 1L << 29;

  private final ViewEncoder viewEncoder;
  private final VisionTransformer encoder;
  private final int block;
  private final long most;
  private final Map<Integer, Tensor> cached = new HashMap<>(); // each (1, L, W)
  private long bytes;

  /**
   * Creates a source of tokens in front of a block.
   *
   * @param block the block, from 0
   * @param most the maximum number of bytes to keep
   */
  FrozenTokens(ViewEncoder viewEncoder, int block, long most) {
    this.viewEncoder = viewEncoder;
    this.encoder = viewEncoder.clip().adaptedVision("training");
    this.block = block;
    this.most = most;
  }

  /**
   * Returns the tokens of views, (B, L, W), without gradients.
   *
   * @param places the numbers of the views; a number always identifies the same view
   * @param views returns the transformed image of a number, on any thread
   */
  Tensor of(int[] places, IntFunction<RgbImage> views) {
    try (Autograd.Switch off = Autograd.off()) {
      int[] missing =
          Arrays.stream(places).filter(place -> !cached.containsKey(place)).distinct().toArray();
      Map<Integer, Tensor> known = new HashMap<>(cached);
      if (missing.length > 0) {
        Tensor pixels =
            viewEncoder.input(Arrays.stream(missing).parallel().mapToObj(views).toList());
        List<List<Tensor>> tokens =
            Workers.map(missing.length, i -> List.of(encoder.rows(pixels.narrow(0, i, 1), block)));
        for (int i = 0; i < missing.length; i++) {
          known.put(missing[i], tokens.get(i).get(0));
        }
      }
      Tensor together = Tensor.concat(Arrays.stream(places).mapToObj(known::get).toList(), 0);
      for (int place : missing) {
        keep(place, Objects.requireNonNull(known.get(place)));
      }
      return together;
    }
  }

  private void keep(int place, Tensor tokens) {
    long size = tokens.count() * Float.BYTES;
    if (bytes + size <= most) {
      bytes += size;
      cached.put(place, tokens.keep());
    }
  }

  /** Returns the number of views whose tokens are in memory. */
  int cached() {
    return cached.size();
  }

  /**
   * Computes the features of unit length of the frozen encoder, (B, E), from such tokens. The
   * result equals that of the entire encoder.
   *
   * @param tokens (B, L, W)
   */
  Tensor features(Tensor tokens) {
    DeepPrompts none = new DeepPrompts(block, List.of());
    try (Autograd.Switch off = Autograd.off()) {
      return Workers.rows(
          tokens.size(0), i -> encoder.features(tokens.narrow(0, i, 1), none).unitRows());
    }
  }

  @Override
  public void close() {
    cached.values().forEach(Tensor::close);
    cached.clear();
  }
}
