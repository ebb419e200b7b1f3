package org.kgcoop.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.kgcoop.fixtures.Losses.loss;
import static org.kgcoop.fixtures.Losses.parameter;
import static org.kgcoop.method.TinyModels.LABELS;
import static org.kgcoop.method.TinyModels.NAMES;
import static org.kgcoop.method.TinyModels.batch;
import static org.kgcoop.method.TinyModels.moved;

import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.kgcoop.clip.Clip;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.model.Batch;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.prompt.ContextSettings;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/** Compares CoCoOp with CoOp, and tests its parameters. */
class CoCoOpTest {
  private final Clip clip = TinyClip.load();

  @AfterEach
  void close() {
    clip.close();
  }

  @Test
  void addsTheOutputOfTheNetworkToEachVector() {
    // If the second layer of the network is zero, nothing is shifted, and the logits equal CoOp's.
    ContextSettings context = ContextSettings.shared(3, "");
    try (TrainableModel conditional = moved(clip, new CoCoOp(context));
        TrainableModel plain = moved(clip, new CoOp(context));
        Scope scope = Scope.open("test")) {
      Tensor bias = parameter(conditional, "meta_net.linear2.bias"); // (32)
      parameter(conditional, "meta_net.linear2.weight").copy_(Tensor.full(0, 32, 1));
      bias.copy_(Tensor.full(0, 32));
      assertThat(conditional.logits(batch().features()).toFloats())
          .containsExactly(plain.logits(batch().features()).toFloats(), within(1e-5f));
      // If only the bias is not zero, it is added to each vector.
      bias.copy_(Tensor.full(0.25, 32));
      parameter(plain, "ctx").copy_(parameter(plain, "ctx").plus(0.25));
      assertThat(conditional.logits(batch().features()).toFloats())
          .containsExactly(plain.logits(batch().features()).toFloats(), within(1e-5f));
    }
  }

  @Test
  void hasThePublishedNamesAndShapes() {
    try (TrainableModel model = new CoCoOp(ContextSettings.shared(4, "")).model(clip, NAMES, 1)) {
      assertThat(model.parameters().keySet())
          .containsExactly(
              "ctx",
              "meta_net.linear1.weight",
              "meta_net.linear1.bias",
              "meta_net.linear2.weight",
              "meta_net.linear2.bias");
      // E is 12, so E / 16 is 0, but the network has at least one hidden unit.
      assertThat(parameter(model, "meta_net.linear1.weight").shape()).containsExactly(1, 12);
      assertThat(parameter(model, "meta_net.linear2.weight").shape()).containsExactly(32, 1);
    }
  }

  @Test
  void averagesTheLossesOfTheImages() {
    try (TrainableModel model = moved(clip, new CoCoOp(ContextSettings.shared(3, "")));
        Scope scope = Scope.open("test")) {
      ToDoubleFunction<Integer> one =
          i ->
              loss(
                  model.step(
                      new Batch(
                          TinyClip.features(2).narrow(0, i, 1),
                          Tensor.of(new long[] {LABELS[i]}, 1))),
                  "loss");
      assertThat(loss(model.step(batch()), "loss"))
          .isCloseTo((one.applyAsDouble(0) + one.applyAsDouble(1)) / 2, within(1e-5));
    }
  }
}
