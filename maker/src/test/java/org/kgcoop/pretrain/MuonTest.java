package org.kgcoop.pretrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

class MuonTest {

  /**
   * If X = U S V^T, the result R is U S' V^T. Then U^T R V has S' on its diagonal, and 0 elsewhere.
   */
  @ParameterizedTest
  @CsvSource({"6, 6", "4, 9", "9, 4"})
  void aStepHasTheSingularVectorsOfTheMomentumAndSingularValuesNearOne(int rows, int columns) {
    try (Scope scope = Scope.open("test")) {
      Tensor x = Normal.tensor(3, 5, rows, columns);
      int rank = Math.min(rows, columns);
      Tensor left = // the last ones have singular values above 0
          Functions.eigen(x.matmul(x.transpose(0, 1))).vectors().narrow(1, rows - rank, rank);
      Tensor right =
          Functions.eigen(x.transpose(0, 1).matmul(x)).vectors().narrow(1, columns - rank, rank);
      Tensor result = Muon.orthogonal(x.unsqueeze(0)).select(0, 0);
      float[] inner = left.transpose(0, 1).matmul(result).matmul(right).toFloats();
      float[] before = left.transpose(0, 1).matmul(x).matmul(right).toFloats();
      for (int i = 0; i < rank; i++) {
        for (int j = 0; j < rank; j++) {
          float value = inner[i * rank + j];
          if (i == j) {
            // The signs of eigenvectors are arbitrary. The sign of each pair follows from its entry
            // in X.
            assertThat(value * Math.signum(before[i * rank + j])).isBetween(0.6f, 1.3f);
          } else {
            assertThat(value).isCloseTo(0, within(0.05f)); // bf16 has three digits
          }
        }
      }
    }
  }

  @Test
  void matricesOfABatchAreOrthogonalisedApart() {
    try (Scope scope = Scope.open("test")) {
      Tensor one = Normal.tensor(1, 1, 1, 4, 6);
      Tensor other = Normal.tensor(2, 100, 1, 4, 6);
      float[] both = Muon.orthogonal(Tensor.concat(List.of(one, other), 0)).toFloats();
      float[] alone = Muon.orthogonal(other).toFloats();
      for (int i = 0; i < alone.length; i++) {
        assertThat(both[alone.length + i]).isCloseTo(alone[i], within(0.02f));
      }
    }
  }

  @Test
  void aStepDecaysTheWeightAndMovesItByTheSizeOfItsLongerSide() {
    try (Scope scope = Scope.open("test")) {
      Tensor weight = Normal.tensor(1, 1, 3, 4);
      Tensor gradient = Normal.tensor(2, 1, 3, 4);
      float[] before = weight.toFloats();
      float[] direction = Muon.orthogonal(gradient.unsqueeze(0)).toFloats();
      try (Muon muon = new Muon(List.of(weight), 0.1)) {
        muon.step(List.of(gradient), 0.01);
      }
      float[] after = weight.toFloats();
      for (int i = 0; i < after.length; i++) {
        // The first momentum is a multiple of the gradient. The longer side is 4, its root 2.
        double expected = before[i] * (1 - 0.01 * 0.1) - 0.01 * 0.2 * 2 * direction[i];
        assertThat((double) after[i]).isCloseTo(expected, within(1e-4));
      }
    }
  }

  @Test
  void queryKeyAndValueHaveStepsOfTheirOwn() {
    try (Scope scope = Scope.open("test")) {
      Tensor gradient = Normal.tensor(2, 1, 9, 3);
      Tensor together = Tensor.full(0, 9, 3);
      Tensor key = Tensor.full(0, 3, 3);
      try (Muon all = new Muon(List.of(together), 0);
          Muon alone = new Muon(List.of(key), 0)) {
        all.step(List.of(gradient), 0.1);
        alone.step(List.of(gradient.narrow(0, 3, 3)), 0.1);
      }
      float[] expected = key.toFloats();
      float[] actual = together.narrow(0, 3, 3).toFloats();
      for (int i = 0; i < actual.length; i++) {
        assertThat(actual[i]).isCloseTo(expected[i], within(1e-3f));
      }
    }
  }

  @Test
  void aGradientOfZeroLeavesTheWeight() {
    try (Scope scope = Scope.open("test")) {
      Tensor weight = Tensor.of(new float[] {1, 2, 3, 4}, 2, 2);
      try (Muon muon = new Muon(List.of(weight), 0)) {
        muon.step(List.of(Tensor.full(0, 2, 2)), 0.1);
      }
      assertThat(weight.toFloats()).containsExactly(1, 2, 3, 4);
    }
  }

  @Test
  void itGoesOnFromItsState() {
    try (Scope scope = Scope.open("test")) {
      Tensor straight = Normal.tensor(1, 1, 3, 4);
      Tensor resumed = straight.copy();
      List<Tensor> first = List.of(Normal.tensor(2, 1, 3, 4));
      List<Tensor> second = List.of(Normal.tensor(3, 1, 3, 4));
      try (Muon muon = new Muon(List.of(straight), 0.1)) {
        muon.step(first, 0.1);
        muon.step(second, 0.1);
      }
      try (Muon before = new Muon(List.of(resumed), 0.1);
          Muon after = new Muon(List.of(resumed), 0.1)) {
        before.step(first, 0.1);
        after.load(before.state());
        after.step(second, 0.1);
      }
      assertThat(resumed.toFloats()).isEqualTo(straight.toFloats());
    }
  }
}
