package org.kgcoop.method.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.fixtures.DeepClip;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.method.FittedMethod;
import org.kgcoop.method.Method;
import org.kgcoop.model.Batch;
import org.kgcoop.model.Head;
import org.kgcoop.model.ModelInputs;
import org.kgcoop.model.Step;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/** Tests the properties of all methods that train prompt tokens inside the encoders. */
abstract class EncoderMethodContract {
  static final List<String> NAMES = List.of("cat", "St. Bernard", "ice_cream");
  static final long[] LABELS = {2, 0};

  final Clip clip = DeepClip.load();

  @AfterEach
  void close() {
    clip.close();
  }

  /** Returns the method with several different settings. */
  abstract List<EncoderMethod> methods();

  /** Creates a trainable model and moves its parameters away from their initial values. */
  final TrainableModel moved(EncoderMethod method) {
    TrainableModel model = method.model(clip, NAMES, 1);
    try (Scope scope = Scope.open("start")) {
      Map<String, Tensor> values = new LinkedHashMap<>();
      model
          .parameters()
          .forEach((name, p) -> values.put(name, TinyClip.normal(name.hashCode(), 0.4, p.shape())));
      model.load(values);
    }
    return model;
  }

  /** Returns two images, (2, 3, 8, 8). */
  static Tensor images() {
    return TinyClip.normal(3, 1, 2, 3, 8, 8);
  }

  /** Computes unit features of the frozen image encoder, (2, E). */
  final Tensor frozen() {
    try (Autograd.Switch off = Autograd.off()) {
      return clip.imageEncoder().features(images()).unitRows();
    }
  }

  /** Computes unit features with the image encoder of a classifier, (2, E). */
  final Tensor features(Head classifier) {
    return classifier.encoder().map(encoder -> encoder.features(images())).orElseGet(this::frozen);
  }

  final Batch batch(TrainableModel model) {
    ModelInputs inputs = model.inputs();
    try (Autograd.Switch off = Autograd.off()) {
      return new Batch(
          inputs.features() ? frozen() : null,
          inputs.block().isPresent()
              ? clip.promptedVision("a test").rows(images(), inputs.block().getAsInt())
              : null,
          Tensor.of(LABELS, LABELS.length),
          0);
    }
  }

  static Tensor parameter(TrainableModel model, String name) {
    return Objects.requireNonNull(model.parameters().get(name), name);
  }

  static double loss(Step step, String name) {
    return Objects.requireNonNull(step.losses().get(name), name);
  }

  final FittedMethod learned(EncoderMethod method, TrainableModel model) {
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    model.parameters().forEach((name, value) -> tensors.put(name, StoredTensor.of(name, value)));
    return new FittedMethod(method, NAMES, tensors);
  }

  /** Returns the rows of a matrix as doubles. */
  static double[][] rows(Tensor matrix) {
    float[] values = matrix.toFloats();
    int columns = (int) matrix.size(1);
    double[][] rows = new double[values.length / columns][columns];
    for (int i = 0; i < values.length; i++) {
      rows[i / columns][i % columns] = values[i];
    }
    return rows;
  }

  static double[] softmax(double[] logits) {
    double sum = 0;
    double[] p = new double[logits.length];
    for (int c = 0; c < p.length; c++) {
      p[c] = Math.exp(logits[c]);
      sum += p[c];
    }
    for (int c = 0; c < p.length; c++) {
      p[c] /= sum;
    }
    return p;
  }

  /** Computes logits with the current parameters of a trainable model. */
  final double[][] logits(TrainableModel model) {
    try (Head now = model.toHead();
        Autograd.Switch off = Autograd.off()) {
      return rows(now.logits(features(now)));
    }
  }

  /** Writes a method as JSON and reads it again. */
  static Method read(Method method) {
    return method.declaration().parse(method.settingValues());
  }

  static void refused(ThrowingCallable work, String message) {
    assertThatThrownBy(work)
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining(message)
        .extracting(e -> ((KgCoopException) e).category())
        .isEqualTo(KgCoopException.Category.CONFIGURATION);
  }

  @Test
  void theCrossEntropyIsThatOfTheLogits() {
    for (EncoderMethod method : methods()) {
      try (TrainableModel model = moved(method);
          Scope scope = Scope.open("test")) {
        double[][] logits = logits(model);
        double expected = 0;
        for (int b = 0; b < LABELS.length; b++) {
          expected -= Math.log(softmax(logits[b])[(int) LABELS[b]]) / LABELS.length;
        }
        Step step = model.step(batch(model));
        String name = step.losses().containsKey("cross_entropy") ? "cross_entropy" : "loss";
        assertThat(loss(step, name)).as("%s", method).isCloseTo(expected, within(1e-5));
        assertThat(step.losses().keySet()).first().isEqualTo("loss");
      }
    }
  }

  /**
   * The slope along a direction d is g . d. The direction is half gradient and half random. A
   * central difference with step h has an error of h^2 / 6 times the third derivative, and a
   * rounding error of 1e-6 / h.
   */
  @Test
  void gradientsEqualFiniteDifferences() {
    for (EncoderMethod method : methods()) {
      try (TrainableModel model = moved(method);
          Scope scope = Scope.open("test")) {
        List<String> names = new ArrayList<>(model.parameters().keySet());
        List<Tensor> gradients = model.step(batch(model)).gradients();
        assertThat(gradients).hasSameSizeAs(names);
        for (int i = 0; i < names.size(); i++) {
          float[] gradient = gradients.get(i).toFloats();
          double norm = norm(gradient);
          assertThat(norm).as(names.get(i)).isGreaterThan(1e-3);
          float[] direction = TinyClip.normal(i, norm, gradient.length).toFloats();
          double stretch = norm(direction) / norm;
          for (int j = 0; j < gradient.length; j++) {
            direction[j] += (float) (stretch * gradient[j]);
          }
          double length = norm(direction);
          double expected = 0;
          for (int j = 0; j < gradient.length; j++) {
            expected += gradient[j] * direction[j] / length;
          }
          double h = 1e-2;
          double slope =
              (lossAt(model, names.get(i), direction, h / length)
                      - lossAt(model, names.get(i), direction, -h / length))
                  / (2 * h);
          assertThat(slope)
              .as("%s of %s", names.get(i), method)
              .isCloseTo(expected, within(0.02 * norm + 5e-4));
        }
      }
    }
  }

  private static double norm(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += value * value;
    }
    return Math.sqrt(sum);
  }

  private double lossAt(TrainableModel model, String name, float[] direction, double distance) {
    try (Scope scope = Scope.open("moved")) {
      Tensor p = parameter(model, name);
      float[] before = p.toFloats();
      float[] moved = before.clone();
      for (int i = 0; i < moved.length; i++) {
        moved[i] += (float) (distance * direction[i]);
      }
      p.copy_(Tensor.of(moved, p.shape()));
      double loss = loss(model.step(batch(model)), "loss");
      p.copy_(Tensor.of(before, p.shape()));
      return loss;
    }
  }

  @Test
  void givesEqualLogitsForItsOwnAndOtherClasses() {
    for (EncoderMethod method : methods()) {
      try (TrainableModel model = moved(method);
          Scope scope = Scope.open("test");
          Head again = learned(method, model).classifier(clip, NAMES);
          Head other = learned(method, model).classifier(clip, List.of("a", "cat"));
          Autograd.Switch off = Autograd.off()) {
        double[][] expected = logits(model);
        assertThat(rows(again.logits(features(again)))).as("%s", method).isEqualTo(expected);
        double[][] others = rows(other.logits(features(other)));
        for (int b = 0; b < LABELS.length; b++) {
          assertThat(others[b][1]).as("%s", method).isCloseTo(expected[b][0], within(1e-5));
        }
      }
    }
  }

  @Test
  void equalSeedsStartAlikeAndOthersDoNot() {
    for (EncoderMethod method : methods()) {
      try (TrainableModel a = method.model(clip, NAMES, 3);
          TrainableModel b = method.model(clip, NAMES, 3);
          TrainableModel c = method.model(clip, NAMES, 4)) {
        String last = List.copyOf(a.parameters().keySet()).get(a.parameters().size() - 1);
        assertThat(parameter(b, last).toBytes()).isEqualTo(parameter(a, last).toBytes());
        assertThat(parameter(c, last).toBytes()).isNotEqualTo(parameter(a, last).toBytes());
      }
    }
  }
}
