package org.kgcoop.method;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.kgcoop.model.FixedHead;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

class FoldsTest {
  /** Two classes have three groups, and one class has a single group. A group has two images. */
  private static final List<Integer> LABELS = List.of(0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 2, 2);

  private static final List<Integer> GROUPS = List.of(7, 7, 8, 8, 9, 9, 1, 1, 2, 2, 3, 3, 5, 5);

  @Test
  void keepsGroupsTogetherAndLearnsEachClass() {
    Folds folds = new Folds(LABELS, GROUPS, 10);
    assertThat(folds.count()).isEqualTo(3);
    Set<Integer> held = new HashSet<>();
    for (int fold = 0; fold < folds.count(); fold++) {
      Set<Integer> inside = groups(folds.of(fold));
      int[] fitted = folds.without(fold);
      assertThat(groups(fitted)).doesNotContainAnyElementsOf(inside);
      assertThat(labels(LABELS, fitted)).contains(0, 1, 2);
      held.addAll(inside);
    }
    assertThat(held)
        .as("all groups except the only group of a class")
        .containsExactlyInAnyOrder(7, 8, 9, 1, 2, 3);
  }

  @Test
  void aGroupOfTwoClassesTakesNoClassAway() {
    // Each image of class 1 is in a group with an image of class 0. Both groups are in one fold.
    List<Integer> labels = List.of(0, 0, 0, 0, 1, 1);
    List<Integer> groups = List.of(0, 1, 2, 3, 0, 2);
    Folds folds = new Folds(labels, groups, 2);
    for (int fold = 0; fold < folds.count(); fold++) {
      assertThat(labels(labels, folds.without(fold))).contains(0, 1);
    }
  }

  private static List<Integer> labels(List<Integer> all, int[] places) {
    return IntStream.of(places).mapToObj(all::get).toList();
  }

  private static Set<Integer> groups(int[] part) {
    Set<Integer> groups = new HashSet<>();
    for (int place : part) {
      groups.add(GROUPS.get(place));
    }
    return groups;
  }

  /** The search gives up strengths that cannot win any more. */
  @Test
  void choosesTheStrengthOfAPlainLoop() {
    Random random = new Random(2);
    List<Integer> labels = new ArrayList<>();
    float[] values = new float[24 * 4];
    for (int image = 0; image < 24; image++) {
      labels.add(image % 3);
      for (int i = 0; i < 4; i++) {
        values[4 * image + i] = (float) random.nextGaussian() + (i == image % 3 ? 1 : 0);
      }
    }
    Folds folds = Folds.ofProbe(labels, List.of());
    try (Scope scope = Scope.open("test")) {
      Tensor features = Tensor.of(values, 24, 4).unitRows();
      LabeledFeatures train = new LabeledFeatures(features, labels);
      assertThat(Probe.bestStrength(train, folds, 3, () -> {}))
          .isEqualTo(plain(folds, train))
          .isBetween(0.3, 300.0);
    }
  }

  /** Returns the weakest of the best strengths. */
  private static double plain(Folds folds, LabeledFeatures train) {
    double best = 0;
    int most = -1;
    for (double strength : Probe.STRENGTHS) {
      int right = 0;
      for (int held = 0; held < folds.count(); held++) {
        right += right(strength, train.part(folds.without(held)), train.part(folds.of(held)));
      }
      if (right > most) {
        most = right;
        best = strength;
      }
    }
    return best;
  }

  private static int right(double strength, LabeledFeatures learned, LabeledFeatures asked) {
    try (FixedHead probe =
        Probe.fit(learned.features(), learned.labelArray(), 3, strength, () -> {})) {
      return Probe.correct(probe, asked.features(), asked.labelArray());
    }
  }

  @Test
  void aClassWithOneImageDoesNotEndTheSearchOfAProbe() {
    float[] values = {1, 0, 1, .1f, .9f, 0, 0, 1, .1f, 1, 0, .9f, -1, -1};
    try (Scope scope = Scope.open("test")) {
      List<Integer> labels = List.of(0, 0, 0, 1, 1, 1, 2);
      LabeledFeatures train = new LabeledFeatures(Tensor.of(values, 7, 2).unitRows(), labels);
      Folds folds = Folds.ofProbe(labels, List.of());
      assertThat(folds.holdMost()).isTrue();
      assertThat(Probe.bestStrength(train, folds, 3, () -> {})).isIn(Probe.STRENGTHS);
      // Only two of five images can be held out, which is too few for a choice.
      assertThat(Folds.ofProbe(List.of(0, 0, 1, 2, 3), List.of()).holdMost()).isFalse();
    }
  }
}
