package org.kgcoop.clip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kgcoop.KgCoopException;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * Compares the encoder with prompt tokens with a plain one in this test. In the plain encoder,
 * prompt tokens are ordinary tokens in every block. Their outputs are dropped in front of the next
 * block that has prompt tokens.
 */
class PromptedVisionTest {
  private static final double TOLERANCE = 2e-5;
  private static final int WIDTH = TinyClip.DEEP.vision().width();
  private static final int LAYERS = 3;

  private final Clip clip = TinyClip.deep();
  private final VisionTransformer encoder = clip.promptedVision("a test");

  @AfterEach
  void close() {
    clip.close();
  }

  private Tensor weight(String name) {
    StoredTensor stored = clip.stored().get("visual." + name);
    assertThat(stored).as(name).isNotNull();
    return stored == null ? Tensor.scalar(0) : stored.tensor();
  }

  private Tensor norm(Tensor x, String name) {
    return Functions.layerNorm(x, weight(name + ".weight"), weight(name + ".bias"), 1e-5);
  }

  private Tensor linear(Tensor x, String name, String separator) {
    return x.matmul(weight(name + separator + "weight").transpose(0, 1))
        .plus(weight(name + separator + "bias"));
  }

  /** Computes a block over all tokens: (B, L, W). */
  private Tensor block(Tensor x, int i) {
    String block = "transformer.resblocks." + i + ".";
    long batch = x.size(0);
    long length = x.size(1);
    int heads = TinyClip.DEEP.vision().heads();
    Tensor in = linear(norm(x, block + "ln_1"), block + "attn.in_proj", "_");
    List<Tensor> parts =
        IntStream.range(0, 3)
            .mapToObj(
                p ->
                    in.narrow(2, (long) p * WIDTH, WIDTH)
                        .reshape(batch, length, heads, WIDTH / heads)
                        .transpose(1, 2))
            .toList();
    Tensor scores =
        parts
            .get(0)
            .matmul(parts.get(1).transpose(-2, -1))
            .times(1 / Math.sqrt((double) WIDTH / heads));
    Tensor attended =
        Functions.softmax(scores, -1)
            .matmul(parts.get(2))
            .transpose(1, 2)
            .reshape(batch, length, WIDTH);
    Tensor y = x.plus(linear(attended, block + "attn.out_proj", "."));
    Tensor hidden = linear(norm(y, block + "ln_2"), block + "mlp.c_fc", ".");
    Tensor active = hidden.dividedBy(hidden.times(-1.702).exp().plus(1));
    return y.plus(linear(active, block + "mlp.c_proj", "."));
  }

  /** Returns all tokens after the last norm, prompt tokens last: (B, L + n, W). */
  private Tensor plain(Tensor rows, DeepPrompts prompts) {
    Tensor x = rows;
    long own = rows.size(1);
    for (int i = prompts.first(); i < LAYERS; i++) {
      if (prompts.before(i).isPresent()) {
        Tensor learned = prompts.before(i).get();
        learned = i == 0 ? norm(learned, "ln_pre") : learned;
        Tensor each = learned.unsqueeze(0).expand(x.size(0), learned.size(0), WIDTH);
        x = Tensor.concat(List.of(x.narrow(1, 0, own), each), 1);
      }
      x = block(x, i);
    }
    return norm(x, "ln_post");
  }

  private static DeepPrompts prompts(int first, int blocks, int tokens) {
    List<Tensor> rows = new ArrayList<>();
    for (int i = 0; i < blocks; i++) {
      rows.add(TinyClip.normal(20 + i, 1, tokens, WIDTH).parameter());
    }
    return new DeepPrompts(first, rows);
  }

  private Tensor rows(int batch, int block) {
    try (Autograd.Switch off = Autograd.off()) {
      return encoder.rows(TinyClip.normal(7, 1, batch, 3, 8, 8), block);
    }
  }

  @ParameterizedTest(name = "from block {0} on {1} blocks, {2} tokens, {3} images")
  @CsvSource({"0,1,2,1", "0,2,3,2", "0,3,1,2", "1,1,2,1", "1,2,4,3", "2,1,2,2"})
  void featuresAndGradientsAreThoseOfThePlainEncoder(int first, int blocks, int tokens, int batch) {
    try (Scope scope = Scope.open("test")) {
      DeepPrompts prompts = prompts(first, blocks, tokens);
      Tensor rows = rows(batch, first);
      Tensor plain = plain(rows, prompts).select(1, 0).matmul(weight("proj"));
      Tensor features = encoder.features(rows, prompts);
      assertThat(relative(features, plain)).isLessThan(TOLERANCE);
      Tensor direction = TinyClip.normal(9, 1, plain.shape());
      List<Tensor> expected =
          Autograd.gradients(List.of(plain), List.of(direction), prompts.tokens(), false);
      List<Tensor> gradients =
          Autograd.gradients(List.of(features), List.of(direction), prompts.tokens(), false);
      for (int i = 0; i < blocks; i++) {
        assertThat(relative(gradients.get(i), expected.get(i))).isLessThan(TOLERANCE);
      }
    }
  }

  @Test
  void tokensBehindTheLastBlockAreThoseOfThePlainEncoder() {
    try (Scope scope = Scope.open("test")) {
      DeepPrompts prompts = prompts(1, 2, 3);
      Tensor rows = rows(2, 1);
      Tensor plain = plain(rows, prompts);
      VisionTransformer.Output output = encoder.output(rows, prompts);
      assertThat(relative(output.classRows(), plain.select(1, 0))).isLessThan(TOLERANCE);
      assertThat(relative(output.tokens(), plain.narrow(1, rows.size(1), 3))).isLessThan(TOLERANCE);
    }
  }

  @Test
  void withoutLearnedRowsItIsTheEncoderItself() {
    try (Scope scope = Scope.open("test")) {
      Tensor images = TinyClip.normal(3, 1, 2, 3, 8, 8);
      Tensor features = encoder.features(encoder.rows(images, 0), new DeepPrompts(0, List.of()));
      assertThat(relative(features, clip.imageEncoder().features(images))).isLessThan(TOLERANCE);
    }
  }

  @Test
  void rejectsOtherEncoders() {
    try (Clip resNet = TinyClip.resNet();
        Clip siglip = Clip.load(TinyClip.siglipFolder())) {
      assertThatThrownBy(() -> resNet.promptedVision("MaPLe"))
          .isInstanceOf(KgCoopException.class)
          .hasMessageStartingWith("MaPLe trains inside a ViT of CLIP")
          .hasMessageContaining("a ResNet")
          .hasMessageContaining("kgcoop");
      assertThatThrownBy(() -> siglip.promptedVision("VPT")).hasMessageContaining("SigLIP's");
    }
  }

  private static double relative(Tensor actual, Tensor expected) {
    float[] a = actual.toFloats();
    float[] b = expected.toFloats();
    assertThat(a).hasSameSizeAs(b);
    double error = 0;
    double largest = 0;
    for (int i = 0; i < a.length; i++) {
      error = Math.max(error, Math.abs(a[i] - b[i]));
      largest = Math.max(largest, Math.abs(b[i]));
    }
    return error / largest;
  }
}
