package org.kgcoop.trial;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.classifier.TrainingDataRecord;
import org.kgcoop.data.ClassSplit;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.FewShot;
import org.kgcoop.data.ImageSet;
import org.kgcoop.data.Item;
import org.kgcoop.method.TaskContext;

/**
 * Few-shot sample that trials learn from, drawn on first use. Trials of several methods share one
 * sample.
 */
public final class FewShotSample {
  private final DataSet source;
  private final ClassSplit classes;
  private final int shots;
  private final int statedShots;
  private final long seed;
  private final int classCount; // to learn
  private final int images; // of these classes
  private @Nullable DataSet drawn;
  private @Nullable String fingerprint;

  /**
   * Creates a sample that is drawn later.
   *
   * @param source the data set with all its images and classes
   * @param classes the part of the classes to learn
   * @param shots the number of images per class, or {@link FewShot#ALL}
   */
  FewShotSample(DataSet source, ClassSplit classes, int shots, long seed) {
    this(source, classes, shots, shots, seed, null);
  }

  private FewShotSample(
      DataSet source,
      ClassSplit classes,
      int shots,
      int statedShots,
      long seed,
      @Nullable DataSet drawn) {
    this.source = source;
    this.classes = classes;
    this.shots = shots;
    this.statedShots = statedShots;
    this.seed = seed;
    this.drawn = drawn;
    if (source.train().isEmpty()) {
      throw KgCoopException.data(source.name() + ": no training images");
    }
    Set<Integer> labels = Set.copyOf(source.labels(classes));
    classCount = labels.size();
    images = (int) source.train().stream().filter(item -> labels.contains(item.label())).count();
  }

  /**
   * Creates a sample that the caller has drawn.
   *
   * @param drawn the data, all of whose training images are used
   */
  public static FewShotSample of(DataSet drawn, int shots, long seed) {
    boolean areEqual = sizes(drawn).distinct().count() == 1;
    int stated = areEqual ? shots : FewShot.ALL;
    return new FewShotSample(drawn, ClassSplit.ALL, shots, stated, seed, drawn);
  }

  /**
   * Creates a sample of all training images. The number of shots is the median number of images per
   * class, which selects the published settings.
   */
  public static FewShotSample of(DataSet data, long seed) {
    List<Long> sorted = sizes(data).sorted().toList();
    return of(data, sorted.get(sorted.size() / 2).intValue(), seed);
  }

  /** Returns the number of training images of each class. */
  private static Stream<Long> sizes(DataSet data) {
    return data.train().stream()
        .collect(Collectors.groupingBy(Item::label, Collectors.counting()))
        .values()
        .stream();
  }

  String name() {
    return source.name();
  }

  ClassSplit classes() {
    return classes;
  }

  int shots() {
    return shots;
  }

  /**
   * Returns the number of images per class for display. For a sample that the caller has drawn, it
   * is {@link FewShot#ALL} if the classes have different numbers.
   */
  int statedShots() {
    return statedShots;
  }

  long seed() {
    return seed;
  }

  /** Returns the hand-crafted prompt of the data set. */
  String template() {
    return task().template();
  }

  /** Returns the task that a method learns. */
  public TaskContext task() {
    return task(source).withImages(images);
  }

  /** Returns the task of classifying another data set after learning from this sample. */
  TaskContext task(DataSet other) {
    return TaskContext.of(other, classCount, shots, seed);
  }

  /** Returns the number of available training images of the classes to learn. */
  int images() {
    return images;
  }

  /** Returns true if the sample has validation images. */
  boolean hasValidation() {
    return !source.val().isEmpty();
  }

  /** Returns the number of classes to learn. */
  int classCount() {
    return classCount;
  }

  /** Returns the names of the classes to learn, by label. */
  List<String> classNames() {
    return source.labels(classes).stream().map(source.classNames()::get).toList();
  }

  /**
   * Returns the images of the sample.
   *
   * @param warnings receives a warning about classes with too few images, only on the first call
   */
  synchronized DataSet data(Consumer<String> warnings) {
    if (drawn == null) {
      drawn = FewShot.draw(source, shots, seed, warnings).select(classes);
    }
    return drawn;
  }

  /** Returns the names of all classes of the data set, by label. */
  List<String> allClassNames() {
    return source.classNames();
  }

  /** Returns a record of these data for a classifier file. */
  TrainingDataRecord learnedFrom(ExperimentContext context) {
    List<Path> images = data(context.warnings()).train().stream().map(Item::file).toList();
    return new TrainingDataRecord(
        name(), fingerprint(context), ImageSet.of(context.cache().hashes().of(images)));
  }

  /** Returns the fingerprint of the training and validation images of the sample. */
  synchronized String fingerprint(ExperimentContext context) {
    if (fingerprint == null) {
      DataSet data = data(context.warnings());
      fingerprint =
          context.cache().hashes().fingerprint(data.withImages(data.train(), data.val(), List.of()));
    }
    return fingerprint;
  }
}
