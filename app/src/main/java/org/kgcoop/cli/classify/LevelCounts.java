package org.kgcoop.cli.classify;

import java.util.ArrayList;
import java.util.List;
import org.kgcoop.api.ClassGroups;
import org.kgcoop.eval.Softmax;

/** Counts of images whose most probable group is the group of their class, per level. */
final class LevelCounts {
  private final ClassGroups groups;
  private final long[] correct;
  private long total;

  LevelCounts(ClassGroups groups) {
    this.groups = groups;
    this.correct = new long[groups.levels().size()];
  }

  /**
   * The accuracy on a level.
   *
   * @param groups the number of groups
   * @param accuracy in percent
   */
  record Level(String name, int groups, long correct, long total, double accuracy) {}

  /** Counts an image. */
  void add(double[] logits, int label) {
    double[] probabilities = Softmax.probabilities(logits, 1);
    float[] rounded = new float[probabilities.length];
    for (int c = 0; c < rounded.length; c++) {
      rounded[c] = (float) probabilities[c];
    }
    List<ClassGroups.Group> best = groups.best(rounded, 0);
    for (int level = 0; level < correct.length; level++) {
      if (best.get(level).name().equals(groups.groupOf(label, level))) {
        correct[level]++;
      }
    }
    total++;
  }

  List<Level> results() {
    List<Level> levels = new ArrayList<>();
    for (int l = 0; l < correct.length; l++) {
      int names = groups.names(l).size();
      double accuracy = 100.0 * correct[l] / total;
      levels.add(new Level(groups.levels().get(l), names, correct[l], total, accuracy));
    }
    return levels;
  }
}
