package org.kgcoop.method.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.kgcoop.fixtures.Losses.assertSlopes;
import static org.kgcoop.fixtures.Losses.crossEntropy;
import static org.kgcoop.fixtures.Losses.loss;
import static org.kgcoop.fixtures.Losses.parameter;
import static org.kgcoop.fixtures.Losses.rows;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

  final FittedMethod learned(EncoderMethod method, TrainableModel model) {
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    model.parameters().forEach((name, value) -> tensors.put(name, StoredTensor.of(name, value)));
    return new FittedMethod(method, NAMES, tensors);
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
  void computesTheCrossEntropyOfTheLogits() {
    for (EncoderMethod method : methods()) {
      try (TrainableModel model = moved(method);
          Scope scope = Scope.open("test")) {
        double expected = crossEntropy(logits(model), LABELS);
        Step step = model.step(batch(model));
        String name = step.losses().containsKey("cross_entropy") ? "cross_entropy" : "loss";
        assertThat(loss(step, name)).as("%s", method).isCloseTo(expected, within(1e-5));
        assertThat(step.losses().keySet()).first().isEqualTo("loss");
      }
    }
  }

  @Test
  void computesGradientsEqualToFiniteDifferences() {
    for (EncoderMethod method : methods()) {
      try (TrainableModel model = moved(method);
          Scope scope = Scope.open("test")) {
        for (String name : List.copyOf(model.parameters().keySet())) {
          assertSlopes(model, List.of(name), () -> batch(model), 1, 7e-3, 5e-4);
        }
      }
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
  void startsByTheSeed() {
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
