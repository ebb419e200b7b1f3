package org.kgcoop.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.kgcoop.fixtures.Losses.assertSlopes;
import static org.kgcoop.fixtures.Losses.crossEntropy;
import static org.kgcoop.fixtures.Losses.loss;
import static org.kgcoop.fixtures.Losses.parameter;
import static org.kgcoop.fixtures.Losses.rows;
import static org.kgcoop.method.TinyModels.LABELS;
import static org.kgcoop.method.TinyModels.NAMES;
import static org.kgcoop.method.TinyModels.batch;
import static org.kgcoop.method.TinyModels.moved;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kgcoop.clip.Clip;
import org.kgcoop.fixtures.SmallMethods;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.model.Head;
import org.kgcoop.model.Step;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/** Compares losses with plain loops and gradients with finite differences, for every method. */
class TrainedMethodTest {
  private final Clip clip = TinyClip.load();

  @AfterEach
  void close() {
    clip.close();
  }

  static List<PromptMethod> prompts() {
    return SmallMethods.all();
  }

  static List<TrainedMethod> methods() {
    return Stream.concat(SmallMethods.all().stream(), SmallMethods.onFeatures().stream()).toList();
  }

  @ParameterizedTest
  @MethodSource("methods")
  void computesTheCrossEntropyOfTheLogits(TrainedMethod method) {
    try (TrainableModel model = moved(clip, method);
        Scope scope = Scope.open("test")) {
      double expected = crossEntropy(rows(model.logits(batch().features())), LABELS);
      Step step = model.step(batch());
      String name = step.losses().containsKey("cross_entropy") ? "cross_entropy" : "loss";
      assertThat(loss(step, name)).isCloseTo(expected, within(1e-5));
    }
  }

  /** ProGrad changes its gradients, so they are not derivatives. {@code ProGradTest} tests them. */
  static List<TrainedMethod> withDerivatives() {
    return methods().stream().filter(method -> !(method instanceof ProGrad)).toList();
  }

  @ParameterizedTest
  @MethodSource("withDerivatives")
  void computesGradientsEqualToFiniteDifferences(TrainedMethod method) {
    try (TrainableModel model = moved(clip, method);
        Scope scope = Scope.open("test")) {
      for (String name : List.copyOf(model.parameters().keySet())) {
        assertSlopes(model, List.of(name), TinyModels::batch, 3, 1.4e-2, 2e-4);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("methods")
  void changesNoParameterInAStep(TrainedMethod method) {
    try (TrainableModel model = moved(clip, method);
        Scope scope = Scope.open("test")) {
      Map<String, byte[]> before = new LinkedHashMap<>();
      model.parameters().forEach((name, p) -> before.put(name, p.toBytes()));
      Step unused = model.step(batch());
      model.parameters().forEach((name, p) -> assertThat(p.toBytes()).isEqualTo(before.get(name)));
    }
  }

  @ParameterizedTest
  @MethodSource("methods")
  void computesTheSameLogitsAsItsHead(TrainedMethod method) {
    try (TrainableModel model = moved(clip, method);
        Head fixed = model.toHead();
        Scope scope = Scope.open("test");
        Autograd.Switch off = Autograd.off()) {
      Tensor features = TinyClip.features(5);
      assertThat(fixed.logits(features).toFloats()).isEqualTo(model.logits(features).toFloats());
    }
  }

  @ParameterizedTest
  @MethodSource("prompts")
  void startsByTheSeed(PromptMethod method) {
    try (TrainableModel a = method.model(clip, NAMES, 3);
        TrainableModel b = method.model(clip, NAMES, 3);
        TrainableModel c = method.model(clip, NAMES, 4)) {
      byte[] start = parameter(a, "ctx").toBytes();
      assertThat(parameter(b, "ctx").toBytes()).isEqualTo(start);
      assertThat(parameter(c, "ctx").toBytes()).isNotEqualTo(start);
    }
  }
}
