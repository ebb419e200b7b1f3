package org.kgcoop.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kgcoop.KgCoopException;

class OptimizerTest {

  @Test
  void sgdEqualsTheFormula() {
    // v1 = g + wd p0 = 0.5 + 0.1 * 1 = 0.6; p1 = 1 - 0.1 * 0.6 = 0.94
    // v2 = 0.9 * 0.6 + 0.5 + 0.1 * 0.94 = 1.134; p2 = 0.94 - 0.2 * 1.134 = 0.7132
    try (Scope scope = Scope.open("test")) {
      Tensor p = Tensor.full(1, 1).parameter();
      try (Optimizer sgd = new Optimizer(List.of(p), new UpdateRule.Sgd(0.9, 0.1))) {
        sgd.step(List.of(Tensor.full(0.5, 1)), 0.1);
        assertThat(p.toFloats()[0]).isEqualTo(0.94f);
        sgd.step(List.of(Tensor.full(0.5, 1)), 0.2);
        assertThat(p.toFloats()[0]).isEqualTo(0.7132f);
      }
    }
  }

  private static final double[] GRADIENTS = {0.5, -0.2, 0.7, 0.1};
  private static final double[] RATES = {0.1, 0.2, 0.05, 0.1};

  /** Returns the values of a parameter that begins at 1, step by step. */
  private interface Formula {
    double next(int t, double p, double g, double rate);
  }

  private static void stepsEqual(UpdateRule rule, Formula formula) {
    try (Scope scope = Scope.open("test")) {
      Tensor p = Tensor.full(1, 1).copy();
      double expected = 1;
      try (Optimizer optimizer = new Optimizer(List.of(p), rule)) {
        for (int t = 1; t <= GRADIENTS.length; t++) {
          optimizer.step(List.of(Tensor.full(GRADIENTS[t - 1], 1)), RATES[t - 1]);
          expected = formula.next(t, expected, GRADIENTS[t - 1], RATES[t - 1]);
          assertThat((double) p.toFloats()[0]).as("step " + t).isCloseTo(expected, within(1e-6));
        }
      }
    }
  }

  @Test
  void adamEqualsTheFormula() {
    double[] m = {0};
    double[] v = {0};
    stepsEqual(
        new UpdateRule.Adam(0.8, 0.95, 1e-6, 0.1, false),
        (t, p, g, rate) -> {
          double decayed = g + 0.1 * p;
          m[0] = 0.8 * m[0] + 0.2 * decayed;
          v[0] = 0.95 * v[0] + 0.05 * decayed * decayed;
          double root = Math.sqrt(v[0] / (1 - Math.pow(0.95, t)));
          return p - rate / (1 - Math.pow(0.8, t)) * m[0] / (root + 1e-6);
        });
  }

  @Test
  void adamWEqualsTheFormula() {
    double[] m = {0};
    double[] v = {0};
    stepsEqual(
        new UpdateRule.Adam(0.9, 0.98, 1e-6, 0.1, true),
        (t, p, g, rate) -> {
          m[0] = 0.9 * m[0] + 0.1 * g;
          v[0] = 0.98 * v[0] + 0.02 * g * g;
          double root = Math.sqrt(v[0] / (1 - Math.pow(0.98, t)));
          return p - rate * 0.1 * p - rate / (1 - Math.pow(0.9, t)) * m[0] / (root + 1e-6);
        });
  }

  @ParameterizedTest
  @MethodSource("rules")
  void aLoadedStateContinuesByteIdentically(UpdateRule rule) {
    try (Scope scope = Scope.open("test")) {
      Tensor undisturbed = Tensor.of(new float[] {1, -2, 3}, 3).parameter();
      Tensor gradient = Tensor.of(new float[] {0.3f, 0.2f, -0.1f}, 3);
      Map<String, Tensor> state = new HashMap<>();
      Tensor resumed;
      try (Optimizer optimizer = new Optimizer(List.of(undisturbed), rule)) {
        optimizer.step(List.of(gradient), 0.1);
        optimizer.state().forEach((name, tensor) -> state.put(name, tensor.copy()));
        resumed = undisturbed.parameter();
        optimizer.step(List.of(gradient), 0.1);
      }
      try (Optimizer optimizer = new Optimizer(List.of(resumed), rule)) {
        optimizer.load(state);
        optimizer.step(List.of(gradient), 0.1);
      }
      assertThat(resumed.toBytes()).isEqualTo(undisturbed.toBytes());
    }
  }

  static List<UpdateRule> rules() {
    return List.of(
        new UpdateRule.Sgd(0.9, 5e-4),
        new UpdateRule.Adam(0.9, 0.999, 1e-8, 5e-4, false),
        new UpdateRule.Adam(0.9, 0.98, 1e-6, 0.1, true));
  }

  @Test
  void rejectsImpossibleSettings() {
    assertThatThrownBy(() -> new UpdateRule.Sgd(1, 0))
        .isInstanceOf(KgCoopException.class)
        .hasMessage("momentum: expected 0 to below 1, got 1.0");
    assertThatThrownBy(() -> new UpdateRule.Adam(0.9, 1, 1e-8, 0, false))
        .hasMessageContaining("beta2");
    assertThatThrownBy(() -> new UpdateRule.Adam(0.9, 0.9, 0, 0, true))
        .hasMessageContaining("epsilon");
    assertThatThrownBy(() -> new UpdateRule.Adam(0.9, 0.9, 1e-8, Double.NaN, false))
        .hasMessage("weight decay: expected at least 0, got NaN");
  }

  /** Adam divides the rate by 1 - beta1, here by 0.1. */
  @Test
  void aRateThatNoFloatHoldsMakesTheParameterInfinite() {
    try (Scope scope = Scope.open("test")) {
      Tensor parameter = Tensor.of(new float[] {1}, 1);
      try (Optimizer optimizer =
          new Optimizer(List.of(parameter), new UpdateRule.Adam(0.9, 0.999, 1e-8, 0, false))) {
        optimizer.step(List.of(Tensor.of(new float[] {1}, 1)), 3e38);
      }
      assertThat(parameter.toFloats()).containsExactly(Float.NEGATIVE_INFINITY);
    }
  }

  @Test
  void everyParameterHasAMomentumOfItsOwn() {
    // v = 0.9 v + g and p = p - 0.1 v. Two steps have the gradients (1, 2) and then (0, -1).
    // a: v 1, 0.9;      p 0 - 0.1 - 0.09 = -0.19
    // b: v 2, 0.8;      p 1 - 0.2 - 0.08 =  0.72
    try (Scope scope = Scope.open("test")) {
      Tensor a = Tensor.full(0, 1, 2).parameter();
      Tensor b = Tensor.full(1, 3).parameter();
      try (Optimizer sgd = new Optimizer(List.of(a, b), new UpdateRule.Sgd(0.9, 0))) {
        sgd.step(List.of(Tensor.full(1, 1, 2), Tensor.full(2, 3)), 0.1);
        sgd.step(List.of(Tensor.full(0, 1, 2), Tensor.full(-1, 3)), 0.1);
      }
      assertThat(a.toFloats()).containsExactly(new float[] {-0.19f, -0.19f}, within(1e-7f));
      assertThat(b.toFloats()).containsExactly(new float[] {0.72f, 0.72f, 0.72f}, within(1e-7f));
    }
  }

  @Test
  void rejectsAWrongNumberOrShapeOfGradients() {
    try (Scope scope = Scope.open("test")) {
      Tensor p = Tensor.full(1, 2).parameter();
      try (Optimizer sgd = new Optimizer(List.of(p), new UpdateRule.Sgd(0.9, 0))) {
        assertThatThrownBy(() -> sgd.step(List.of(), 0.1))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage("gradients: expected 1, got 0");
        assertThatThrownBy(() -> sgd.step(List.of(Tensor.full(1, 3)), 0.1))
            .isInstanceOf(RuntimeException.class);
        assertThat(p.toFloats()).containsExactly(1, 1);
      }
    }
  }

  @Test
  void aStateOfOtherTensorsIsRefusedAndChangesNothing() {
    try (Scope scope = Scope.open("test")) {
      Tensor p = Tensor.full(1, 2).parameter();
      Tensor q = Tensor.full(1, 3).parameter();
      UpdateRule rule = new UpdateRule.Adam(0.9, 0.999, 1e-8, 0, false);
      try (Optimizer adam = new Optimizer(List.of(p), rule);
          Optimizer ofThree = new Optimizer(List.of(q), rule);
          Optimizer sgd = new Optimizer(List.of(p), new UpdateRule.Sgd(0.9, 0))) {
        ofThree.step(List.of(Tensor.full(1, 3)), 0.1);
        for (Map<String, Tensor> other : List.of(ofThree.state(), sgd.state())) {
          assertThatThrownBy(() -> adam.load(other))
              .isInstanceOf(KgCoopException.class)
              .hasMessageStartingWith(
                  "optimizer adam: expected the state {exp_avg/0=FLOAT32(2),"
                      + " exp_avg_sq/0=FLOAT32(2), steps=INT64(1)}, got {");
        }
        adam.state().values().forEach(each -> assertThat(each.toFloats()).containsOnly(0));
      }
    }
  }

  /** A scalar gradient would be broadcast without a word. */
  @Test
  void aGradientThatOnlyBroadcastsIsRefused() {
    try (Scope scope = Scope.open("test")) {
      Tensor p = Tensor.full(1, 2).parameter();
      Tensor q = Tensor.full(1, 2).parameter();
      try (Optimizer sgd = new Optimizer(List.of(p, q), new UpdateRule.Sgd(0, 0))) {
        assertThatThrownBy(() -> sgd.step(List.of(Tensor.full(1, 2), Tensor.full(1, 1)), 0.1))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage("gradient 1: expected FLOAT32(2), got FLOAT32(1)");
        assertThat(p.toFloats()).containsExactly(1, 1);
      }
    }
  }
}
