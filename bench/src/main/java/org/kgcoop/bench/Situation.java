package org.kgcoop.bench;

import java.util.List;
import org.kgcoop.EnumIds;

/**
 * A situation in which people adapt a classifier. Its runs take its numbers of images per class in
 * turn.
 */
enum Situation {
  /** Images as they are. */
  PLAIN(2, 4, 8),
  /** Each learned original in three to six frames. */
  BURSTS(4),
  /** Each learned original also as JPEG of quality 70, 80 and 90. */
  JPEG(4),
  /** 1, 2, 4, 8 or 30 images of a class. */
  UNBALANCED(0),
  /** Two classes. */
  TWO(8),
  /** Sixty classes, of several data sets if need be. */
  SIXTY(4),
  /** A single image of each class. */
  SINGLE(1),
  /** A tenth of the labels is wrong, also among fresh images. */
  NOISE(8),
  /** A class 'other' with images of a third of the classes. */
  OTHER(8),
  /** A quarter of the names has no images, and belongs to the same data set. */
  UNSEEN_SIMILAR(4, 8),
  /** A quarter of the names has no images, and belongs to another data set. */
  UNSEEN_DIFFERENT(4, 8),
  /** Each learned original three times. */
  COPIES(4, 8),
  /** Rotated by an EXIF orientation. */
  EXIF(4, 8),
  /** Random labels of four classes, each learned original three times. */
  RANDOM(4, 8),
  /** The images of a class with the largest zero-shot probability. */
  SELECTED(4),
  /** No wrong label. */
  WRONG_0(4, 8, 20),
  /** 3 % of the learned labels are wrong. */
  WRONG_3(4, 8, 20),
  /** 10 % of the learned labels are wrong. */
  WRONG_10(4, 8, 20),
  /** Two or three objects per class, each in eight unlike views. */
  FEW_OBJECTS(2, 3),
  /** The same, with the groups stated. */
  FEW_OBJECTS_GROUPED(2, 3),
  /** A tenth of the images has a near copy under another label. */
  TWO_LABELS(8),
  /** 100 random images of 48 classes of different sizes, with {@code --labels random}. */
  SINGLETONS(0),
  /** The same, without a statement. */
  SINGLETONS_UNSTATED(0),
  /** A quarter of the names has no images, and belongs to the data set after the next. */
  UNSEEN_OTHER(4, 8),
  /** Each learned image has a mark of its class. */
  WATERMARK(4, 8),
  /** The objects of all classes stand before the same four backgrounds. */
  BACKGROUNDS(8),
  /** Half of the images, of which {@code label} asked some. */
  LABELED(0),
  /** The same, each image in three to six frames. */
  LABELED_BURSTS(0);

  @SuppressWarnings("ImmutableEnumChecker") // List.of returns an immutable list
  private final List<Integer> perClass;

  Situation(Integer... perClass) {
    this.perClass = List.of(perClass);
  }

  /** The name in options and files. */
  String id() {
    return EnumIds.id(this);
  }

  /** The default numbers of learned images per class; 0 if the classes have different numbers. */
  List<Integer> perClass() {
    return perClass;
  }

  /** True if there are class names without images. */
  boolean hasUnseen() {
    return this == UNSEEN_SIMILAR || this == UNSEEN_DIFFERENT || this == UNSEEN_OTHER;
  }

  /** True if the learned classes have different numbers of images. */
  boolean isUnbalanced() {
    return this == UNBALANCED || this == OTHER;
  }

  /** True if fresh images may show a class that was not drawn. */
  boolean drawsClasses() {
    return this == SINGLETONS || this == SINGLETONS_UNSTATED;
  }

  /** True if labels were made wrong to be found, or left right for comparison. */
  boolean isForSuspects() {
    return this == WRONG_0 || this == WRONG_3 || this == WRONG_10 || this == TWO_LABELS;
  }

  /** The share of the learned labels that are wrong on purpose. */
  double wrongShare() {
    return switch (this) {
      case WRONG_3 -> 0.03;
      case WRONG_10, NOISE, TWO_LABELS -> 0.1;
      default -> 0;
    };
  }
}
