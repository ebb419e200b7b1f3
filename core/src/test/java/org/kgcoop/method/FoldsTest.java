package org.kgcoop.method;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
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
      Folds.Subset fitted = folds.without(fold);
      assertThat(groups(fitted)).doesNotContainAnyElementsOf(inside);
      assertThat(fitted.labels()).contains(0, 1, 2);
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
      assertThat(folds.without(fold).labels()).contains(0, 1);
    }
  }

  private static Set<Integer> groups(Folds.Subset part) {
    Set<Integer> groups = new HashSet<>();
    for (int place : part.places()) {
      groups.add(GROUPS.get(place));
    }
    return groups;
  }

  /** Random points have random labels and three copies. A probe can learn nothing from them. */
  @Test
  void doesNotRewardCopies() {
    Random random = new Random(4);
    List<Integer> labels = new ArrayList<>();
    List<Integer> groups = new ArrayList<>();
    float[] values = new float[48 * 3 * 8];
    for (int image = 0; image < 48; image++) {
      float[] point = new float[8];
      for (int i = 0; i < 8; i++) {
        point[i] = (float) random.nextGaussian();
      }
      for (int copy = 0; copy < 3; copy++) {
        System.arraycopy(point, 0, values, (3 * image + copy) * 8, 8);
        labels.add(image % 4);
        groups.add(image);
      }
    }
    try (Scope scope = Scope.open("test")) {
      Tensor features = Tensor.of(values, 144, 8).unitRows();
      assertThat(new ProbeSearch(features, labels, List.of(), 4).accuracy()).isGreaterThan(50);
      assertThat(new ProbeSearch(features, labels, groups, 4).accuracy()).isBetween(10.0, 45.0);
    }
  }

  /** The search trains no probe twice, and gives up strengths that cannot win any more. */
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
      int right = 0;
      for (int held = 0; held < folds.count(); held++) {
        int out = held;
        double best = plain(folds, features, out);
        right += right(best, features, folds.without(out), folds.of(out));
      }
      ProbeSearch search = new ProbeSearch(features, labels, List.of(), 3);
      assertThat(search.accuracy()).isEqualTo(100.0 * right / 24);
      assertThat(search.strength()).isEqualTo(plain(folds, features, -1)).isBetween(0.3, 300.0);
    }
  }

  /** Returns the weakest of the best strengths, over all folds but one. */
  private static double plain(Folds folds, Tensor features, int out) {
    double best = 0;
    int most = -1;
    for (double strength : ProbeSearch.STRENGTHS) {
      int right = 0;
      for (int held = 0; held < folds.count(); held++) {
        right +=
            held == out ? 0 : right(strength, features, folds.without(out, held), folds.of(held));
      }
      if (right > most) {
        most = right;
        best = strength;
      }
    }
    return best;
  }

  private static int right(
      double strength, Tensor features, Folds.Subset learned, Folds.Subset asked) {
    try (FixedHead probe =
        LinearProbe.fit(learned.rows(features), learned.labels(), 3, strength, () -> {})) {
      return LinearProbe.correct(probe, asked.rows(features), asked.labels());
    }
  }

  @Test
  void aClassWithOneImageDoesNotEndTheSearchOfAProbe() {
    float[] values = {1, 0, 1, .1f, .9f, 0, 0, 1, .1f, 1, 0, .9f, -1, -1};
    try (Scope scope = Scope.open("test")) {
      ProbeSearch folds =
          new ProbeSearch(
              Tensor.of(values, 7, 2).unitRows(), List.of(0, 0, 0, 1, 1, 1, 2), List.of(), 3);
      assertThat(folds.fewest()).isEqualTo(1);
      assertThat(folds.foldsHoldMost()).isTrue();
      assertThat(folds.strength()).isIn(ProbeSearch.STRENGTHS);
      // Only two of five images can be held out, which is too few for a choice.
      assertThat(
              new ProbeSearch(
                      Tensor.of(Arrays.copyOf(values, 10), 5, 2).unitRows(),
                      List.of(0, 0, 1, 2, 3),
                      List.of(),
                      4)
                  .foldsHoldMost())
          .isFalse();
    }
  }
}
