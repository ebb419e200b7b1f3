package org.kgcoop.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.kgcoop.method.TinyModels.NAMES;
import static org.kgcoop.method.TinyModels.batch;
import static org.kgcoop.method.TinyModels.crossEntropy;
import static org.kgcoop.method.TinyModels.loss;
import static org.kgcoop.method.TinyModels.moved;
import static org.kgcoop.method.TinyModels.parameter;
import static org.kgcoop.method.TinyModels.rows;

import java.util.ArrayList;
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
      double expected = crossEntropy(rows(model.logits(batch().features())));
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
      List<String> names = new ArrayList<>(model.parameters().keySet());
      List<Tensor> gradients = model.step(batch()).gradients();
      assertThat(gradients).hasSameSizeAs(names);
      for (int i = 0; i < names.size(); i++) {
        assertThat(gradients.get(i).shape()).isEqualTo(parameter(model, names.get(i)).shape());
        checkGradient(model, names.get(i), gradients.get(i).toFloats());
      }
    }
  }

  /**
   * The slope along the gradient is its norm, and the slope along a random unit vector d is g . d.
   * A central difference with step h = 2e-2 has an error of h^2 / 6 times the third derivative, and
   * a rounding error of 1e-6 / h. The tolerance of 2 % of the norm covers both.
   */
  private static void checkGradient(TrainableModel model, String name, float[] gradient) {
    double norm = norm(gradient);
    assertThat(norm).as(name).isGreaterThan(1e-2);
    List<float[]> directions = new ArrayList<>();
    directions.add(gradient);
    for (int seed = 1; seed <= 3; seed++) {
      try (Scope scope = Scope.open("direction")) {
        directions.add(TinyClip.normal(seed, 1, gradient.length).toFloats());
      }
    }
    for (float[] direction : directions) {
      double length = norm(direction);
      double expected = 0;
      for (int i = 0; i < gradient.length; i++) {
        expected += gradient[i] * direction[i] / length;
      }
      double h = 2e-2;
      double slope =
          (lossAt(model, name, direction, h / length) - lossAt(model, name, direction, -h / length))
              / (2 * h);
      assertThat(slope).as(name).isCloseTo(expected, within(0.02 * norm + 2e-4));
    }
  }

  private static double norm(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += value * value;
    }
    return Math.sqrt(sum);
  }

  private static double lossAt(
      TrainableModel model, String name, float[] direction, double distance) {
    try (Scope scope = Scope.open("moved")) {
      Tensor p = parameter(model, name);
      float[] before = p.toFloats();
      float[] moved = before.clone();
      for (int i = 0; i < moved.length; i++) {
        moved[i] += (float) (distance * direction[i]);
      }
      p.copy_(Tensor.of(moved, p.shape()));
      double loss = loss(model.step(batch()), "loss");
      p.copy_(Tensor.of(before, p.shape()));
      return loss;
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
