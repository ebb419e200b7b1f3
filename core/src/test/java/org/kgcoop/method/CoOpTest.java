package org.kgcoop.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.kgcoop.fixtures.Losses.parameter;
import static org.kgcoop.fixtures.Losses.rows;
import static org.kgcoop.method.TinyModels.NAMES;
import static org.kgcoop.method.TinyModels.batch;
import static org.kgcoop.method.TinyModels.classFeatures;
import static org.kgcoop.method.TinyModels.moved;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.prompt.ContextSettings;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/** Tests the class features and the start of CoOp. */
class CoOpTest {
  private final Clip clip = TinyClip.load();

  @AfterEach
  void close() {
    clip.close();
  }

  @Test
  void initializesTheLastVectorsWithWordsAndTheOthersWithZero() {
    try (TrainableModel model =
            new CoOp(ContextSettings.shared(6, "a photo of a")).model(clip, NAMES, 1);
        Scope scope = Scope.open("test")) {
      double[][] ctx = rows(parameter(model, "ctx"));
      List<Integer> tokens = clip.tokenizer().encode("a photo of a");
      for (int m = 0; m < 6; m++) {
        double[] expected =
            m < 2
                ? new double[32]
                : rows(clip.textEncoder().embed(new long[] {tokens.get(m - 2)}))[0];
        assertThat(ctx[m]).isEqualTo(expected);
      }
    }
  }

  @Test
  void computesUnitClassFeatures() {
    // The class features are unit vectors for any context.
    try (TrainableModel model = moved(clip, new CoOp(ContextSettings.shared(3, "")));
        Scope scope = Scope.open("test")) {
      for (double[] feature : classFeatures(clip, model)) {
        double squares = 0;
        for (double value : feature) {
          squares += value * value;
        }
        assertThat(squares).isCloseTo(1, within(1e-5));
      }
      assertThat(Functions.softmax(model.logits(batch().features()), 1).sum().item())
          .isCloseTo(2, within(1e-5));
    }
  }

  @Test
  void rejectsParametersOfAnotherShapeOrName() {
    try (TrainableModel model = moved(clip, new CoOp(ContextSettings.shared(3, "")));
        Scope scope = Scope.open("test")) {
      byte[] before = parameter(model, "ctx").toBytes();
      assertThatThrownBy(() -> model.load(Map.of("ctx", Tensor.full(0, 4, 32))))
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining("'ctx' is FLOAT32(4, 32), expected 'ctx' FLOAT32(3, 32)");
      assertThatThrownBy(() -> model.load(Map.of("context", Tensor.full(0, 3, 32))))
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining("no learned tensor 'ctx'");
      assertThat(parameter(model, "ctx").toBytes()).isEqualTo(before);
    }
  }
}
