package org.kgcoop.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.model.Batch;
import org.kgcoop.model.Head;
import org.kgcoop.model.Step;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.prompt.DeepTextPrompts;
import org.kgcoop.prompt.PromptText;
import org.kgcoop.prompt.TextFeatures;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

class TcpTest {
  private static final List<String> NAMES = List.of("cat", "St. Bernard", "ice_cream");
  private static final String PATTERN = "X X X {}, a pet.";
  private static final Tcp METHOD = new Tcp(3, 2, PATTERN, 1, "{} texture", 2);

  private final Clip clip = TinyClip.load();

  @AfterEach
  void close() {
    clip.close();
  }

  private TrainableModel moved() {
    TrainableModel model = METHOD.model(clip, NAMES, 1);
    try (Scope scope = Scope.open("start")) {
      Map<String, Tensor> values = new LinkedHashMap<>();
      model
          .parameters()
          .forEach((name, p) -> values.put(name, TinyClip.normal(name.length(), 0.5, p.shape())));
      model.load(values);
    }
    return model;
  }

  private static Tensor parameter(TrainableModel model, String name) {
    return Objects.requireNonNull(model.parameters().get(name), name);
  }

  private static double loss(Step step, String name) {
    return Objects.requireNonNull(step.losses().get(name), name);
  }

  /** Computes W x + b. */
  private static double[] linear(TrainableModel model, String layer, double[] x) {
    float[] weight = parameter(model, layer + ".weight").toFloats();
    float[] bias = parameter(model, layer + ".bias").toFloats();
    double[] y = new double[bias.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = bias[i];
      for (int k = 0; k < x.length; k++) {
        y[i] += weight[i * x.length + k] * x[k];
      }
    }
    return y;
  }

  @Test
  void rejectsAModelWhoseTextsHaveNoStart() {
    Tcp method = new Tcp(2, 2, "X X {}.", 1, "a photo of a {}.", 8);
    try (Clip siglip = Clip.load(TinyClip.siglipFolder())) {
      assertThatThrownBy(() -> method.model(siglip, NAMES, 1))
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining("TCP puts its tokens after the start of text");
    }
  }

  @Test
  void theTokensOfAClassAreMadeOfItsHandCraftedFeature() {
    try (TrainableModel model = moved();
        Scope scope = Scope.open("test");
        Autograd.Switch off = Autograd.off()) {
      float[] handCrafted = TextFeatures.handCrafted(clip, NAMES, "{} texture").toFloats();
      float[] tokens = new float[3 * 2 * 32];
      for (int c = 0; c < 3; c++) {
        double[] u = new double[12];
        for (int e = 0; e < 12; e++) {
          u[e] = handCrafted[12 * c + e];
        }
        double[] hidden = linear(model, "meta_net.linear1", u);
        for (int i = 0; i < hidden.length; i++) {
          hidden[i] /= 1 + Math.exp(-1.702 * hidden[i]);
        }
        double[] out = linear(model, "meta_net.linear2", hidden);
        for (int i = 0; i < out.length; i++) {
          tokens[64 * c + i] = (float) out[i];
        }
      }
      PromptText pattern = PromptText.patterned(clip, NAMES, PATTERN, 3);
      try (TextFeatures text =
              new TextFeatures(clip, pattern, new DeepTextPrompts.OfClasses(1, 2));
          Head fixed = model.toHead()) {
        Tensor expected =
            text.all(List.of(parameter(model, "ctx"), Tensor.of(tokens, 3, 2, 32))).unitRows();
        assertThat(fixed.classFeatures().orElseThrow().toFloats())
            .containsExactly(expected.toFloats(), within(1e-5f));
      }
    }
  }

  @Test
  void theLossIsThatOfKgCoOp() {
    try (TrainableModel model = moved();
        Head fixed = model.toHead();
        Scope scope = Scope.open("test")) {
      Tensor cosines =
          fixed
              .classFeatures()
              .orElseThrow()
              .times(TextFeatures.handCrafted(clip, NAMES, "{} texture"))
              .sum(1);
      double knowledge = 1 - cosines.mean().item();
      Step step = model.step(new Batch(TinyClip.features(2), Tensor.of(new long[] {2, 0}, 2)));
      assertThat(loss(step, "knowledge")).isCloseTo(knowledge, within(1e-6));
      assertThat(loss(step, "loss"))
          .isCloseTo(loss(step, "cross_entropy") + 2 * knowledge, within(1e-5));
    }
  }

  @Test
  void hasThePublishedNamesAndShapes() {
    try (TrainableModel model = METHOD.model(clip, NAMES, 1)) {
      Map<String, List<Long>> shapes = new LinkedHashMap<>();
      model
          .parameters()
          .forEach((name, p) -> shapes.put(name, Arrays.stream(p.shape()).boxed().toList()));
      assertThat(shapes)
          .containsExactly(
              Map.entry("ctx", List.of(3L, 32L)),
              Map.entry("meta_net.linear1.weight", List.of(3L, 12L)),
              Map.entry("meta_net.linear1.bias", List.of(3L)),
              Map.entry("meta_net.linear2.weight", List.of(64L, 3L)),
              Map.entry("meta_net.linear2.bias", List.of(64L)));
    }
  }

  @Test
  void aLayerThatTheEncoderDoesNotHaveIsRefused() {
    Tcp published = new Tcp(4, 4, PromptText.pattern(4), 8, "a photo of a {}.", 8);
    assertThatThrownBy(() -> published.model(clip, NAMES, 1))
        .isInstanceOf(KgCoopException.class)
        .hasMessage(
            "TCP's layer 8: this CLIP's text encoder has 2 blocks, counted from 0; choose one with"
                + " --set layer=N");
  }

  @Test
  void rejectsAPatternWithFewerTokensThanVectors() {
    Tcp method = new Tcp(4, 4, "X X {}.", 1, "a photo of a {}.", 8);
    assertThatThrownBy(() -> method.model(clip, NAMES, 1))
        .isInstanceOf(KgCoopException.class)
        .hasMessage(
            "pattern 'X X {}.': expected at least 4 tokens before {}, one for each context token,"
                + " got 2");
  }

  @Test
  void onOtherDataItHasTheirPatternAndTemplate() {
    Tcp there = new Tcp(9, 9, "X X X {}, a flower.", 0, "a flower {}.", 1);
    assertThat(METHOD.forDataSetOf(there))
        .isEqualTo(new Tcp(3, 2, "X X X {}, a flower.", 1, "a flower {}.", 2));
    assertThat(METHOD.forDataSetOf(new ZeroShot(List.of("a {}.")))).isEqualTo(METHOD);
  }
}
