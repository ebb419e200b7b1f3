package org.kgcoop.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.prompt.PromptText;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * The two encoders as in the published code. Every text goes through every block at its full
 * length, and attention and activation are separate operations. Everything has one precision:
 * float32 or bf16. Only ViTs are implemented, and only the texts of SigLIP and BiomedCLIP.
 */
final class PublishedClip implements AutoCloseable {
  private final ClipConfig config;
  private final ClipConfig.Vit vit;
  private final Map<String, Tensor> weights = new HashMap<>();
  private final Tensor causal; // (L, L)
  private final DType precision;
  private final int padding; // the token id after the end of text

  PublishedClip(Clip clip, DType precision) {
    this.precision = precision;
    config = clip.config();
    if (!(config.vision() instanceof ClipConfig.Vit encoder)) {
      throw new IllegalArgumentException("expected a ViT");
    }
    vit = encoder;
    padding = clip.tokenizer().padding();
    try (Scope scope = Scope.open("published clip")) {
      clip.stored()
          .forEach((name, stored) -> weights.put(name, stored.tensor().to(precision).keep()));
      causal = mask(config.contextLength(), precision).keep();
    }
  }

  /** Makes all weights of the text encoder parameters, and returns them. */
  List<Tensor> trainableTexts() {
    List<Tensor> parameters = new ArrayList<>();
    weights.replaceAll(
        (name, weight) -> {
          if (name.startsWith("visual.") || name.startsWith("logit_")) {
            return weight;
          }
          Tensor parameter = weight.parameter().keep();
          weight.close();
          parameters.add(parameter);
          return parameter;
        });
    return parameters;
  }

  private Tensor weight(String name) {
    Tensor weight = weights.get(name);
    if (weight == null) {
      throw new IllegalArgumentException("no weight " + name);
    }
    return weight;
  }

  /**
   * Returns the embeddings of prompts at full length.
   *
   * @param context (M, W) or (C, M, W)
   * @return (to - from, L, W)
   */
  Tensor prompts(PromptText text, Tensor context, int from, int to) {
    int length = config.contextLength();
    int m = text.contextTokens();
    int contextRows = m * (text.classSpecific() ? text.classes() : 1);
    long[] rows = new long[(to - from) * length];
    for (int c = from; c < to; c++) {
      PromptText.ClassText row = text.texts().get(c);
      for (int i = 0; i < length; i++) {
        int at = (c - from) * length + i;
        if (i > row.end()) {
          rows[at] = (long) contextRows + padding;
        } else if (row.vectors().get(i) >= 0) {
          rows[at] = row.vectors().get(i) + (text.classSpecific() ? (long) c * m : 0);
        } else {
          rows[at] = (long) contextRows + row.tokens().get(i);
        }
      }
    }
    Tensor table =
        Tensor.concat(
            List.of(
                context.reshape(-1, config.textWidth()).to(precision),
                weight("token_embedding.weight")),
            0);
    return table
        .indexSelect(0, Tensor.of(rows, rows.length))
        .reshape(to - from, length, config.textWidth());
  }

  /** A change to the tokens in front of a block: (B, L, W) to (B, L', W). */
  @FunctionalInterface
  interface Before {
    /** No change. */
    Before NOTHING = (block, x) -> x;

    /**
     * Returns the input of a block.
     *
     * @param block counted from 0; for images, -1 is the input of the first norm
     */
    Tensor change(int block, Tensor x);
  }

  /**
   * Returns text features of unit length.
   *
   * @param prompts (C, L, W)
   * @param ends the position of the end of each text, which counts inserted tokens
   * @return (C, E)
   */
  Tensor text(Tensor prompts, int[] ends, Before before) {
    if (config.text().form().isBert()) {
      return bert(prompts, ends);
    }
    long texts = prompts.size(0);
    Tensor x = prompts.plus(weight("positional_embedding"));
    for (int i = 0; i < config.textLayers(); i++) {
      x = before.change(i, x);
      x =
          block(
              x,
              "transformer.resblocks." + i + ".",
              config.textHeads(),
              config.text().form().isCausal());
    }
    x = norm(x, "ln_final");
    long length = x.size(1);
    boolean siglip = config.text().form().readsLast();
    long[] rows = new long[ends.length];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = i * length + (siglip ? length - 1 : ends[i]);
    }
    Tensor features =
        x.reshape(texts * length, -1)
            .indexSelect(0, Tensor.of(rows, rows.length))
            .matmul(weight("text_projection"));
    return (siglip ? features.plus(weight("text_projection.bias")) : features)
        .to(DType.FLOAT32)
        .unitRows();
  }

  /**
   * Returns text features of BERT, of unit length. All positions are computed, and a mask hides the
   * padding.
   */
  private Tensor bert(Tensor prompts, int[] ends) {
    int length = config.contextLength();
    float[] hidden = new float[ends.length * length];
    for (int t = 0; t < ends.length; t++) {
      Arrays.fill(hidden, t * length + ends[t] + 1, (t + 1) * length, Float.NEGATIVE_INFINITY);
    }
    Tensor mask = Tensor.of(hidden, ends.length, 1, 1, length).to(precision);
    Tensor sum =
        prompts
            .plus(weight("positional_embedding").narrow(0, 0, length))
            .plus(weight("token_type_embedding.weight").select(0, 0));
    Tensor x = norm(sum, "ln_pre");
    for (int i = 0; i < config.textLayers(); i++) {
      String prefix = "transformer.resblocks." + i + ".";
      Tensor y = x.plus(attention(x, prefix, config.textHeads(), mask));
      Tensor middle = norm(y, prefix + "ln_1");
      x = norm(middle.plus(mlp(middle, prefix)), prefix + "ln_2");
    }
    Tensor projected =
        Functions.linear(
            Functions.gelu(
                Functions.linear(x.select(1, 0), weight("text_projection.0.weight"), null)),
            weight("text_projection.2.weight"),
            null);
    return projected.to(DType.FLOAT32).unitRows();
  }

  /**
   * Returns image features of unit length.
   *
   * @param images (B, 3, R, R)
   * @return (B, E)
   */
  Tensor image(Tensor images) {
    return projected(imageRows(images, Before.NOTHING).select(1, 0));
  }

  /** Projects CLS tokens after the last norm to features of unit length: (B, W) to (B, E). */
  Tensor projected(Tensor classRows) {
    return classRows.matmul(weight("visual.proj")).to(DType.FLOAT32).unitRows();
  }

  /**
   * Returns all tokens of images after the last norm.
   *
   * @param images (B, 3, R, R)
   * @return (B, L, W)
   */
  Tensor imageRows(Tensor images, Before before) {
    long batch = images.size(0);
    int width = vit.width();
    Tensor patches =
        Functions.conv2d(images.to(precision), weight("visual.conv1.weight"), vit.patch(), 0)
            .reshape(batch, width, -1)
            .permute(0, 2, 1);
    Tensor first = weight("visual.class_embedding").expand(batch, 1, width);
    Tensor x =
        Tensor.concat(List.of(first, patches), 1).plus(weight("visual.positional_embedding"));
    x = norm(before.change(-1, x), "visual.ln_pre");
    for (int i = 0; i < vit.layers(); i++) {
      x = before.change(i, x);
      x = block(x, "visual.transformer.resblocks." + i + ".", vit.heads(), false);
    }
    return norm(x, "visual.ln_post");
  }

  private Tensor block(Tensor x, String prefix, int heads, boolean isCausal) {
    Tensor mask =
        isCausal ? x.size(1) == causal.size(0) ? causal : mask(x.size(1), precision) : null;
    Tensor y = x.plus(attention(norm(x, prefix + "ln_1"), prefix, heads, mask));
    return y.plus(mlp(norm(y, prefix + "ln_2"), prefix));
  }

  /** Returns the projected output of the attention: (B, L, W) to (B, L, W). */
  private Tensor attention(Tensor x, String prefix, int heads, @Nullable Tensor mask) {
    long batch = x.size(0);
    long length = x.size(1);
    long width = x.size(2);
    long head = width / heads;
    Tensor parts =
        linear(x, prefix + "attn.in_proj_weight", prefix + "attn.in_proj_bias")
            .reshape(batch, length, 3, heads, head)
            .permute(2, 0, 3, 1, 4);
    Tensor scores =
        parts
            .select(0, 0)
            .times(1 / Math.sqrt((double) head))
            .matmul(parts.select(0, 1).transpose(2, 3));
    if (mask != null) {
      scores = scores.plus(mask);
    }
    Tensor attended =
        Functions.softmax(scores, -1)
            .matmul(parts.select(0, 2))
            .permute(0, 2, 1, 3)
            .reshape(batch, length, width);
    return linear(attended, prefix + "attn.out_proj.weight", prefix + "attn.out_proj.bias");
  }

  private Tensor mlp(Tensor x, String prefix) {
    Tensor hidden = linear(x, prefix + "mlp.c_fc.weight", prefix + "mlp.c_fc.bias");
    Tensor active =
        switch (config.text().activation()) {
          case GELU -> Functions.gelu(hidden);
          case GELU_PYTORCH_TANH -> Functions.geluTanh(hidden);
          case QUICK_GELU -> hidden.times(Functions.sigmoid(hidden.times(1.702)));
        };
    return linear(active, prefix + "mlp.c_proj.weight", prefix + "mlp.c_proj.bias");
  }

  /**
   * Returns the causal mask: (L, L). If tokens were inserted, the mask is created again, as in the
   * published code.
   */
  private static Tensor mask(long length, DType precision) {
    int rows = Math.toIntExact(length);
    float[] mask = new float[rows * rows];
    for (int i = 0; i < rows; i++) {
      Arrays.fill(mask, i * rows + i + 1, (i + 1) * rows, Float.NEGATIVE_INFINITY);
    }
    return Tensor.of(mask, rows, rows).to(precision);
  }

  private Tensor linear(Tensor x, String weight, String bias) {
    return Functions.linear(x, weight(weight), weight(bias));
  }

  private Tensor norm(Tensor x, String name) {
    return Functions.layerNorm(
        x, weight(name + ".weight"), weight(name + ".bias"), config.text().epsilon());
  }

  @Override
  public void close() {
    weights.values().forEach(Tensor::close);
    causal.close();
  }
}
