package org.kgcoop.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.fixtures.FixedFitting;
import org.kgcoop.fixtures.SmallMethods;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.model.Head;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.settings.SettingValues;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

class ClipAdapterTest {
  private static final List<String> NAMES = List.of("cat", "St. Bernard", "ice_cream");
  private static final ClipAdapter METHOD = new ClipAdapter("a photo of a {}.", 0.3);

  private final Clip clip = TinyClip.load();

  @AfterEach
  void close() {
    clip.close();
  }

  private static FittedMethod learned(TrainableModel model) {
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    model.parameters().forEach((name, value) -> tensors.put(name, StoredTensor.of(name, value)));
    return new FittedMethod(METHOD, NAMES, tensors);
  }

  @Test
  void logitsAreThoseOfTheMixtureOfTheNetAndTheFeature() {
    try (TrainableModel model = METHOD.model(new FixedFitting(clip, NAMES));
        Head texts = new ZeroShot(List.of("a photo of a {}.")).classifier(clip, NAMES);
        Scope scope = Scope.open("test")) {
      Tensor features = TinyClip.features(1);
      float[] f = features.toFloats();
      float[] first =
          Objects.requireNonNull(model.parameters().get("fc.0.weight")).toFloats(); // (3, 12)
      float[] second =
          Objects.requireNonNull(model.parameters().get("fc.2.weight")).toFloats(); // (12, 3)
      double[] hidden = new double[3];
      for (int h = 0; h < 3; h++) {
        for (int e = 0; e < 12; e++) {
          hidden[h] += first[12 * h + e] * f[e];
        }
      }
      float[] mixed = new float[12];
      double squares = 0;
      for (int e = 0; e < 12; e++) {
        double adapted = 0;
        for (int h = 0; h < 3; h++) {
          adapted += second[3 * e + h] * Math.max(0, hidden[h]);
        }
        mixed[e] = (float) (0.3 * Math.max(0, adapted) + 0.7 * f[e]);
        squares += mixed[e] * mixed[e];
      }
      Tensor expected = texts.logits(Tensor.of(mixed, 1, 12).times(1 / Math.sqrt(squares)));
      assertThat(model.logits(features).toFloats())
          .containsExactly(expected.toFloats(), within(1e-4f));
      // The network is homogeneous, so the length of the features has no effect.
      assertThat(model.logits(features.times(7)).toFloats())
          .containsExactly(expected.toFloats(), within(1e-4f));
    }
  }

  @Test
  void restoredItServesItsOwnClassesAndOthers() {
    List<String> others = List.of("dog", "ice_cream");
    try (TrainableModel model = METHOD.model(new FixedFitting(clip, NAMES));
        Head own = learned(model).classifier(clip, NAMES);
        Head other = learned(model).classifier(clip, others);
        Scope scope = Scope.open("test")) {
      Tensor features = TinyClip.features(5);
      Tensor logits = model.logits(features);
      assertThat(own.logits(features).toFloats()).isEqualTo(logits.toFloats());
      assertThat(other.logits(features).select(1, 1).toFloats())
          .containsExactly(logits.select(1, 2).toFloats(), within(1e-4f));
      // The head cannot be exported as class features only.
      assertThat(own.classFeatures()).isEmpty();
    }
  }

  @Test
  void onOtherDataTheTextIsTheirs() {
    ClipAdapter there = new ClipAdapter("{} texture.", 0.3);
    assertThat(METHOD.forDataSetOf(there)).isEqualTo(there);
    TaskRes bound = (TaskRes) SmallMethods.onFeatures().get(0);
    assertThat(bound.forDataSetOf(there)).isSameAs(bound);
  }

  @Test
  void rejectsARatioOutsideOfItsRange() {
    for (double ratio : new double[] {0, -0.1, 1.1, Double.NaN}) {
      assertThatThrownBy(() -> ClipAdapter.DECLARATION.parse(SettingValues.of("ratio", ratio)))
          .isInstanceOf(KgCoopException.class)
          .hasMessage("setting ratio: expected above 0 to 1, got " + ratio);
    }
  }
}
