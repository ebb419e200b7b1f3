package org.kgcoop.method.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.kgcoop.fixtures.Losses.parameter;
import static org.kgcoop.fixtures.Losses.rows;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.kgcoop.clip.Clip;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.model.Head;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

class MapleTest extends EncoderMethodContract {
  private static final String TEXTS = "prompt_learner.compound_prompts_text.";
  private static final String LAYERS = "prompt_learner.compound_prompt_projections.";

  @Override
  List<EncoderMethod> methods() {
    return List.of(new Maple(2, "", 2), new Maple(3, "", 3), new Maple(1, "", 1));
  }

  @Test
  void hasThePublishedNamesAndShapes() {
    try (TrainableModel model = new Maple(2, "", 3).model(clip, NAMES, 1)) {
      assertThat(model.parameters().keySet())
          .containsExactly(
              "prompt_learner.ctx",
              "prompt_learner.proj.weight",
              "prompt_learner.proj.bias",
              TEXTS + 0,
              TEXTS + 1,
              LAYERS + "0.weight",
              LAYERS + "0.bias",
              LAYERS + "1.weight",
              LAYERS + "1.bias");
      assertThat(parameter(model, TEXTS + 1).shape()).containsExactly(2, 32);
      assertThat(parameter(model, LAYERS + "1.weight").shape()).containsExactly(16, 32);
      assertThat(parameter(model, LAYERS + "1.bias").shape()).containsExactly(16);
    }
  }

  @Test
  void itsDeeperLayersBeginEqualUpToOneByTheRootOfTheirInputs() {
    try (TrainableModel model = new Maple(2, "", 3).model(clip, NAMES, 1)) {
      float[] weight = parameter(model, LAYERS + "0.weight").toFloats();
      assertThat(parameter(model, LAYERS + "1.weight").toFloats()).isEqualTo(weight);
      assertThat(parameter(model, LAYERS + "1.bias").toFloats())
          .isEqualTo(parameter(model, LAYERS + "0.bias").toFloats());
      assertThat(parameter(model, "prompt_learner.proj.weight").toFloats()).isNotEqualTo(weight);
      float greatest = 0;
      for (float value : weight) {
        greatest = Math.max(greatest, Math.abs(value));
      }
      assertThat((double) greatest).isBetween(0.95 / Math.sqrt(32), 1 / Math.sqrt(32));
    }
  }

  @Test
  void itIsTheIndependentMethodWhoseImageRowsAreLinearInThoseOfTexts() {
    try (TrainableModel maple = moved(new Maple(2, "", 3));
        TrainableModel independent =
            new Ivlp(new VisionLanguagePrompts(2, "", 3, 2, 3)).model(clip, NAMES, 1);
        Scope scope = Scope.open("test")) {
      Map<String, Tensor> values = new LinkedHashMap<>();
      Tensor context = parameter(maple, "prompt_learner.ctx");
      values.put("prompt_learner.ctx", context);
      values.put("image_encoder.VPT", image(maple, context, "prompt_learner.proj"));
      for (int i = 1; i < 3; i++) {
        Tensor vectors = parameter(maple, TEXTS + (i - 1));
        String block = ".transformer.resblocks." + i + ".VPT_shallow";
        values.put("text_encoder" + block, vectors);
        values.put("image_encoder" + block, image(maple, vectors, LAYERS + (i - 1)));
      }
      independent.load(values);
      double[][] expected = logits(independent);
      double[][] found = logits(maple);
      for (int b = 0; b < expected.length; b++) {
        assertThat(found[b]).containsExactly(expected[b], within(1e-4));
      }
    }
  }

  /** Computes {@code W p + b} for each vector in plain loops, (n, W_text) to (n, W_image). */
  private static Tensor image(TrainableModel model, Tensor vectors, String layer) {
    double[][] p = rows(vectors);
    double[][] weight = rows(parameter(model, layer + ".weight"));
    float[] bias = parameter(model, layer + ".bias").toFloats();
    float[] image = new float[p.length * bias.length];
    for (int n = 0; n < p.length; n++) {
      for (int o = 0; o < bias.length; o++) {
        double sum = bias[o];
        for (int i = 0; i < p[n].length; i++) {
          sum += weight[o][i] * p[n][i];
        }
        image[n * bias.length + o] = (float) sum;
      }
    }
    return Tensor.of(image, p.length, bias.length);
  }

  /** "a photo of a" has more than two tokens. The other tokens are not trained. */
  @Test
  void theFirstTokensOfItsWordsAreItsVectorsAndTheOthersStay() {
    try (TrainableModel model = new Maple(2, "a photo of a", 1).model(clip, NAMES, 1);
        TrainableModel fewer = new Maple(1, "a photo of a", 1).model(clip, NAMES, 1);
        Scope scope = Scope.open("test");
        Head two = model.toHead();
        Head one = fewer.toHead()) {
      List<Integer> tokens = clip.tokenizer().encode("a photo of a");
      assertThat(tokens).hasSizeGreaterThan(2);
      assertThat(parameter(model, "prompt_learner.ctx").toFloats())
          .isEqualTo(
              clip.textEncoder().embed(new long[] {tokens.get(0), tokens.get(1)}).toFloats());
      // Before training, the text equals the words for any number of vectors.
      assertThat(two.classFeatures().orElseThrow().toFloats())
          .containsExactly(one.classFeatures().orElseThrow().toFloats(), within(1e-5f));
    }
  }

  @Test
  void rejectsWrongSettings() {
    refused(() -> new Maple(0, "", 1), "context tokens: expected at least 1, got 0");
    refused(() -> read(new Maple(2, "", 0)), "setting depth: expected 1 to 1,000, got 0");
    refused(
        () -> new Maple(2, "", 4).model(clip, NAMES, 1).close(),
        "MaPLe's depth 4: the text encoder of this CLIP has 3 blocks");
    refused(
        () -> new Maple(4, "cat", 1).model(clip, NAMES, 1).close(),
        "expected at least 4 tokens before {}");
    try (Clip resNet = TinyClip.resNet()) {
      refused(
          () -> new Maple(2, "", 1).model(resNet, NAMES, 1).close(),
          "MaPLe trains inside a ViT of CLIP");
    }
  }
}
