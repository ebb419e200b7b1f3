package org.kgcoop.serve;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.kgcoop.classifier.ClassifierFile;
import org.kgcoop.classifier.RecordedClip;
import org.kgcoop.classifier.TagFile;
import org.kgcoop.classifier.TrainingDataRecord;
import org.kgcoop.clip.Clip;
import org.kgcoop.tags.LearnedTag;
import org.kgcoop.tags.TagHead;
import org.kgcoop.tags.TagMeasurement.By;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/** Classifiers of tags that learned random features. */
public final class TinyTags {
  /** A threshold that every image reaches, and one that none reaches. */
  public static final double ALL = -100;

  public static final double NONE = 100;
  private static final int IMAGES = 12;

  private TinyTags() {}

  /** A tag with its threshold. A tag below the wish has no promise, and no image gets it. */
  public record Given(String name, double threshold, boolean belowWish) {
    public static Given of(String name, double threshold) {
      return new Given(name, threshold, false);
    }
  }

  /** Writes a classifier, and returns its folder. The scores depend on the number of tags. */
  public static Path write(Path folder, Clip clip, Given... given) throws IOException {
    int width = clip.config().embedDim();
    int count = given.length;
    Random random = new Random(1);
    boolean[][] has = new boolean[IMAGES][count];
    int[] groups = new int[IMAGES];
    for (int i = 0; i < IMAGES; i++) {
      groups[i] = i;
      for (int k = 0; k < count; k++) {
        has[i][k] = random.nextBoolean();
      }
    }
    List<LearnedTag> tags = new ArrayList<>();
    for (Given each : given) {
      tags.add(
          each.belowWish
              ? new LearnedTag(each.name, each.threshold, By.BELOW, 6, 43, null, true)
              : new LearnedTag(each.name, each.threshold, By.FOLDS, 6, 83, 64, false));
    }
    try (Scope scope = Scope.open("tags")) {
      Tensor images = random(random, IMAGES, width);
      Tensor texts = random(random, count, width);
      new TagFile(
              TagHead.fit(images, texts, has, groups, 0.8).head(),
              tags,
              "a {}.",
              RecordedClip.of(clip),
              TrainingDataRecord.UNKNOWN,
              "1")
          .write(ClassifierFile.in(Files.createDirectories(folder)));
    }
    return folder;
  }

  private static Tensor random(Random random, int rows, int width) {
    double[] values = random.doubles((long) rows * width).map(x -> x - 0.5).toArray();
    return Tensor.of(values, rows, width).unitRows();
  }
}
