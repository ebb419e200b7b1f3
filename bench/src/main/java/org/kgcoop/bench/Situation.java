package org.kgcoop.bench;

import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.kgcoop.EnumIds;
import org.kgcoop.adapt.LabelSource;
import org.kgcoop.bench.HonestySamples.Draw;
import org.kgcoop.bench.HonestySamples.Sample;
import org.kgcoop.runs.AdaptRecord.Labels;

/**
 * A situation in which people adapt a classifier. Its runs take its numbers of images per class in
 * turn.
 */
enum Situation {
  /** Images as they are. */
  PLAIN(Draw::split, 2, 4, 8),
  /** Each learned original in three to six frames. */
  BURSTS(draw -> draw.bursts(draw.derived()::frame), 4),
  /** The same, with more movement and noise of the sensor. */
  NOISY_BURSTS(draw -> draw.bursts(draw.derived()::noisyFrame), 4),
  /** Each learned original also as JPEG of quality 70, 80 and 90. */
  JPEG(draw -> draw.with(draw.samples()::jpegs), 4),
  /** Each learned original also mirrored. */
  MIRRORED(draw -> draw.withCopies(draw.derived()::mirrored), 4),
  /** Each learned original also turned by a right angle. */
  TURNED(draw -> draw.withCopies(draw.derived()::turned), 4),
  /** 1, 2, 4, 8 or 30 images of a class. */
  UNBALANCED(draw -> draw.samples().unbalanced(draw.all(), draw.random()), 0),
  /** Two classes. */
  TWO(Draw::ofTwoClasses, 8),
  /** Two classes, each a pile of up to 18 kinds, 100 images of each. */
  PILES(draw -> draw.samples().piles(draw.all(), draw.random()), 0),
  /** Sixty classes, of several data sets if need be. */
  SIXTY(Draw::ofManyClasses, 4),
  /** A single image of each class. */
  SINGLE(draw -> draw.split(1), 1),
  /** A tenth of the labels is wrong, also among fresh images. */
  NOISE(draw -> draw.noisy(0.1), 8),
  /** A class 'other' with images of a third of the classes. */
  OTHER(draw -> HonestySamples.other(draw.some(), draw.perClass(), draw.random()), 8),
  /** A quarter of the names has no images, and belongs to the same data set. */
  UNSEEN_SIMILAR(
      draw -> HonestySamples.unseenOf(draw.some(), draw.perClass(), draw.random()), 4, 8),
  /** A quarter of the names has no images, and belongs to another data set. */
  UNSEEN_DIFFERENT(draw -> unseenOf(draw, draw.samples().after(draw.set())), 4, 8),
  /** Each learned original three times. */
  COPIES(draw -> HonestySamples.copied(draw.split()), 4, 8),
  /** Rotated by an EXIF orientation. */
  EXIF(
      draw ->
          draw.split()
              .each(
                  item -> Stream.of(draw.derived().rotated(draw.set(), item)),
                  item -> draw.derived().rotated(draw.set(), item)),
      4,
      8),
  /** Random labels of four classes, each learned original three times. */
  RANDOM(
      draw ->
          HonestySamples.copied(
              HonestySamples.randomLabels(draw.some(), draw.perClass(), draw.random())),
      4,
      8),
  /** The images of a class with the largest zero-shot probability. */
  SELECTED(draw -> draw.samples().selected(draw.some(), draw.perClass(), draw.random()), 4),
  /** No wrong label. */
  WRONG_0(draw -> draw.planted(0), 4, 8, 20),
  /** 2 % of the learned labels are wrong. */
  WRONG_2(draw -> draw.planted(0.02), 4, 8, 20),
  /** 3 % of the learned labels are wrong. */
  WRONG_3(draw -> draw.planted(0.03), 4, 8, 20),
  /** 10 % of the learned labels are wrong. */
  WRONG_10(draw -> draw.planted(0.1), 4, 8, 20),
  /** One object per class, in eight unlike views. */
  ONE_OBJECT(draw -> draw.views(false), 1),
  /** Two or three objects per class, each in eight unlike views. */
  FEW_OBJECTS(draw -> draw.views(false), 2, 3),
  /** The same, with the groups stated. */
  FEW_OBJECTS_GROUPED(draw -> draw.views(true), 2, 3),
  /** A tenth of the images has a near copy under another label. */
  TWO_LABELS(draw -> draw.twoLabels(0.1), 8),
  /** 100 random images of 48 classes of different sizes, with {@code --labels random}. */
  SINGLETONS(
      draw ->
          draw.samples()
              .drawn(draw.set(), draw.random())
              .with(LabelSource.stated(Labels.Origin.RANDOM)),
      0),
  /** The same, without a statement. */
  SINGLETONS_UNSTATED(draw -> draw.samples().drawn(draw.set(), draw.random()), 0),
  /** A quarter of the names has no images, and belongs to the data set after the next. */
  UNSEEN_OTHER(
      draw -> unseenOf(draw, draw.samples().after(draw.samples().after(draw.set()))), 4, 8),
  /** Each learned image has a mark of its class. */
  WATERMARK(
      draw ->
          draw.split()
              .each(
                  item -> Stream.of(draw.derived().marked(draw.set(), item)),
                  UnaryOperator.identity()),
      4,
      8),
  /** The objects of all classes stand before the same four backgrounds. */
  BACKGROUNDS(draw -> draw.samples().before(draw.split(), draw.set()), 8),
  /** Half of the images, of which {@code label} asked some. */
  LABELED(Draw::labeled, 0),
  /** The same, each image in three to six frames. */
  LABELED_BURSTS(Draw::labeledBursts, 0);

  @SuppressWarnings("ImmutableEnumChecker") // a lambda without state
  private final Function<Draw, Sample> sample;

  @SuppressWarnings("ImmutableEnumChecker") // List.of returns an immutable list
  private final List<Integer> perClass;

  Situation(Function<Draw, Sample> sample, Integer... perClass) {
    this.sample = sample;
    this.perClass = List.of(perClass);
  }

  private static Sample unseenOf(Draw draw, String other) {
    return draw.samples().unseenOfAnother(draw.some(), other, draw.perClass(), draw.random());
  }

  /** Makes the sample of a run. */
  Sample sample(Draw draw) {
    return sample.apply(draw);
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
    return this == WRONG_0
        || this == WRONG_2
        || this == WRONG_3
        || this == WRONG_10
        || this == TWO_LABELS;
  }
}
