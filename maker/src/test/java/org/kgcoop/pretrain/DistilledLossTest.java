package org.kgcoop.pretrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

class DistilledLossTest {
  private static final int B = 3;
  private static final int E = 4;
  private static final double SCALE = 5;
  private static final double WEIGHT = 8;

  @Test
  void lossAndPartsEqualAPlainLoop() {
    try (Scope scope = Scope.open("test")) {
      float[] f = Normal.tensor(1, 2, B, E).toFloats();
      float[] t = Normal.tensor(2, 3, B, E).toFloats();
      float[] imageTargets = Normal.tensor(3, 1, B, E).unitRows().toFloats();
      float[] textTargets = Normal.tensor(4, 1, B, E).unitRows().toFloats();
      InfoNce.Gradients found = gradients(f, t, imageTargets, textTargets);
      assertThat(found.loss().item())
          .isCloseTo(plain(f, t, imageTargets, textTargets), within(1e-4));
      assertThat(found.parts().get("contrast")).isCloseTo(contrast(f, t), within(1e-5));
      assertThat(found.parts().get("image_distance"))
          .isCloseTo(distance(f, imageTargets) / 0.37, within(1e-5));
      assertThat(found.parts().get("text_distance"))
          .isCloseTo(distance(t, textTargets) / 0.30, within(1e-5));
    }
  }

  @Test
  void gradientsEqualFiniteDifferences() {
    try (Scope scope = Scope.open("test")) {
      float[] f = Normal.tensor(1, 1, B, E).toFloats();
      float[] t = Normal.tensor(2, 1, B, E).toFloats();
      float[] imageTargets = Normal.tensor(3, 1, B, E).unitRows().toFloats();
      float[] textTargets = Normal.tensor(4, 1, B, E).unitRows().toFloats();
      InfoNce.Gradients found = gradients(f, t, imageTargets, textTargets);
      float[] byImages = found.images().toFloats();
      float[] byTexts = found.texts().toFloats();
      double h = 1e-3;
      for (int i = 0; i < B * E; i++) {
        float[] more = moved(f, i, h);
        float[] less = moved(f, i, -h);
        assertThat((double) byImages[i])
            .isCloseTo(
                (plain(more, t, imageTargets, textTargets)
                        - plain(less, t, imageTargets, textTargets))
                    / (2 * h),
                within(5e-3));
        more = moved(t, i, h);
        less = moved(t, i, -h);
        assertThat((double) byTexts[i])
            .isCloseTo(
                (plain(f, more, imageTargets, textTargets)
                        - plain(f, less, imageTargets, textTargets))
                    / (2 * h),
                within(5e-3));
      }
    }
  }

  private static InfoNce.Gradients gradients(
      float[] f, float[] t, float[] imageTargets, float[] textTargets) {
    return DistilledLoss.gradients(
        Tensor.of(f, B, E),
        Tensor.of(t, B, E),
        Tensor.scalar(Math.log(SCALE)),
        Tensor.of(imageTargets, B, E),
        Tensor.of(textTargets, B, E),
        WEIGHT);
  }

  private static float[] moved(float[] values, int place, double by) {
    float[] moved = values.clone();
    moved[place] += (float) by;
    return moved;
  }

  private static double plain(float[] f, float[] t, float[] imageTargets, float[] textTargets) {
    return contrast(f, t)
        + (contrast(f, textTargets) + contrast(imageTargets, t)) / 2
        + WEIGHT * (distance(f, imageTargets) / 0.37 + distance(t, textTargets) / 0.30);
  }

  private static double contrast(float[] f, float[] t) {
    double loss = 0;
    for (int i = 0; i < B; i++) {
      double row = 0;
      double column = 0;
      for (int j = 0; j < B; j++) {
        row += Math.exp(SCALE * cosine(f, i, t, j));
        column += Math.exp(SCALE * cosine(f, j, t, i));
      }
      loss += (Math.log(row) + Math.log(column)) / 2 - SCALE * cosine(f, i, t, i);
    }
    return loss / B;
  }

  private static double distance(float[] features, float[] targets) {
    double sum = 0;
    for (int i = 0; i < B; i++) {
      sum += 1 - cosine(features, i, targets, i);
    }
    return sum / B;
  }

  private static double cosine(float[] a, int i, float[] b, int j) {
    double dot = 0;
    double as = 0;
    double bs = 0;
    for (int e = 0; e < E; e++) {
      dot += (double) a[i * E + e] * b[j * E + e];
      as += (double) a[i * E + e] * a[i * E + e];
      bs += (double) b[j * E + e] * b[j * E + e];
    }
    return dot / Math.sqrt(as * bs);
  }
}
