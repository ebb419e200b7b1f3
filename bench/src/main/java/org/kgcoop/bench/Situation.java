package org.kgcoop.bench;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.kgcoop.KgCoopException;

/**
 * A situation in which people adapt a classifier. Its runs take its numbers of images per class in
 * turn.
 */
enum Situation {
  /** Images as they are. */
  PLAIN("plain", 2, 4, 8),
  /** Each learned original in three to six frames. */
  BURSTS("bursts", 4),
  /** Each learned original also as JPEG of quality 70, 80 and 90. */
  JPEG("jpeg", 4),
  /** 1, 2, 4, 8 or 30 images of a class. */
  UNBALANCED("unbalanced", 0),
  /** Two classes. */
  TWO("two", 8),
  /** Sixty classes, of several data sets if need be. */
  SIXTY("sixty", 4),
  /** A single image of each class. */
  SINGLE("single", 1),
  /** A tenth of the labels is wrong, also among fresh images. */
  NOISE("noise", 8),
  /** A class 'other' with images of a third of the classes. */
  OTHER("other", 8),
  /** A quarter of the names has no images, and belongs to the same data set. */
  UNSEEN_SIMILAR("unseen-similar", 4, 8),
  /** A quarter of the names has no images, and belongs to another data set. */
  UNSEEN_DIFFERENT("unseen-different", 4, 8),
  /** Each learned original three times. */
  COPIES("copies", 4, 8),
  /** Rotated by an EXIF orientation. */
  EXIF("exif", 4, 8),
  /** Random labels of four classes, each learned original three times. */
  RANDOM("random", 4, 8),
  /** The images of a class with the largest zero-shot probability. */
  SELECTED("selected", 4),
  /** No wrong label. */
  WRONG_0("wrong-0", 4, 8, 20),
  /** 3 % of the learned labels are wrong. */
  WRONG_3("wrong-3", 4, 8, 20),
  /** 10 % of the learned labels are wrong. */
  WRONG_10("wrong-10", 4, 8, 20),
  /** Two or three objects per class, each in eight unlike views. */
  FEW_OBJECTS("few-objects", 2, 3),
  /** The same, with the groups stated. */
  FEW_OBJECTS_GROUPED("few-objects-grouped", 2, 3),
  /** A tenth of the images has a near copy under another label. */
  TWO_LABELS("two-labels", 8),
  /** 100 random images of 48 classes of different sizes, with {@code --labels random}. */
  SINGLETONS("singletons", 0),
  /** The same, without a statement. */
  SINGLETONS_UNSTATED("singletons-unstated", 0),
  /** A quarter of the names has no images, and belongs to the data set after the next. */
  UNSEEN_OTHER("unseen-other", 4, 8),
  /** Each learned image has a mark of its class. */
  WATERMARK("watermark", 4, 8),
  /** The objects of all classes stand before the same four backgrounds. */
  BACKGROUNDS("backgrounds", 8),
  /** Half of the images, of which {@code label} asked some. */
  LABELED("labeled", 0),
  /** The same, each image in three to six frames. */
  LABELED_BURSTS("labeled-bursts", 0);

  private final String id;

  @SuppressWarnings("ImmutableEnumChecker") // List.of returns an immutable list
  private final List<Integer> perClass;

  Situation(String id, Integer... perClass) {
    this.id = id;
    this.perClass = List.of(perClass);
  }

  /** The name in options and files. */
  String id() {
    return id;
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

  /** Returns the names of all situations, separated by commas. */
  static String names() {
    return Arrays.stream(values()).map(Situation::id).collect(Collectors.joining(", "));
  }

  /**
   * Returns the situation of that name.
   *
   * @throws KgCoopException of the category CONFIGURATION if there is none
   */
  static Situation of(String id) {
    return Arrays.stream(values())
        .filter(each -> each.id.equals(id))
        .findFirst()
        .orElseThrow(
            () ->
                KgCoopException.configuration(
                    "--situations: expected some of %s, got %s".formatted(names(), id)));
  }
}
