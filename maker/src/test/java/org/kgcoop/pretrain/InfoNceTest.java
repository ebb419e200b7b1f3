package org.kgcoop.pretrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

class InfoNceTest {
  private static final int B = 3;
  private static final int E = 4;

  @Test
  void lossEqualsAPlainLoop() {
    try (Scope scope = Scope.open("test")) {
      Tensor images = Normal.tensor(1, 2, B, E);
      Tensor texts = Normal.tensor(2, 3, B, E);
      double expected = plain(images.toFloats(), texts.toFloats(), 7);
      assertThat(InfoNce.loss(images, texts, Tensor.scalar(Math.log(7))).item())
          .isCloseTo(expected, within(1e-5));
    }
  }

  @Test
  void gradientsEqualFiniteDifferences() {
    try (Scope scope = Scope.open("test")) {
      Tensor images = Normal.tensor(1, 1, B, E);
      Tensor texts = Normal.tensor(2, 1, B, E);
      double logScale = Math.log(5);
      InfoNce.Gradients gradients = InfoNce.gradients(images, texts, Tensor.scalar(logScale));
      float[] imageGradients = gradients.images().toFloats();
      float[] textGradients = gradients.texts().toFloats();
      double h = 1e-3;
      for (int i = 0; i < B * E; i++) {
        assertThat((double) imageGradients[i]).isCloseTo(slope(images, texts, i, h), within(1e-3));
        // The loss is symmetric: the texts' gradient is the images' with both exchanged.
        assertThat((double) textGradients[i]).isCloseTo(slope(texts, images, i, h), within(1e-3));
      }
      double more = plain(images.toFloats(), texts.toFloats(), Math.exp(logScale + h));
      double less = plain(images.toFloats(), texts.toFloats(), Math.exp(logScale - h));
      assertThat(gradients.logScale().item()).isCloseTo((more - less) / (2 * h), within(1e-3));
    }
  }

  private static double slope(Tensor moved, Tensor other, int place, double h) {
    float[] more = moved.toFloats();
    more[place] += (float) h;
    float[] less = moved.toFloats();
    less[place] -= (float) h;
    return (plain(more, other.toFloats(), 5) - plain(less, other.toFloats(), 5)) / (2 * h);
  }

  private static double plain(float[] images, float[] texts, double scale) {
    double[][] logits = new double[B][B];
    for (int i = 0; i < B; i++) {
      for (int j = 0; j < B; j++) {
        double dot = 0;
        for (int e = 0; e < E; e++) {
          dot += (double) images[i * E + e] * texts[j * E + e];
        }
        logits[i][j] = scale * dot / (norm(images, i) * norm(texts, j));
      }
    }
    double loss = 0;
    for (int i = 0; i < B; i++) {
      double row = 0;
      double column = 0;
      for (int j = 0; j < B; j++) {
        row += Math.exp(logits[i][j]);
        column += Math.exp(logits[j][i]);
      }
      loss += (Math.log(row) - logits[i][i] + Math.log(column) - logits[i][i]) / (2 * B);
    }
    return loss;
  }

  private static double norm(float[] rows, int row) {
    double squares = 0;
    for (int e = 0; e < E; e++) {
      squares += (double) rows[row * E + e] * rows[row * E + e];
    }
    return Math.sqrt(squares);
  }
}
