package org.kgcoop.trial;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.classifier.TrainingDataRecord;
import org.kgcoop.data.ClassSplit;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.FewShot;
import org.kgcoop.data.Fingerprint;
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
  private final long seed;
  private @Nullable DataSet drawn;
  private boolean isGiven; // drawn by the caller
  private @Nullable String fingerprint;
  private @Nullable Integer learned; // number of classes to learn
  private @Nullable Integer images; // number of their images in the data set

  /**
   * Creates a sample that is drawn later.
   *
   * @param source the data set with all its images and classes
   * @param classes the part of the classes to learn
   * @param shots the number of images per class, or {@link FewShot#ALL}
   */
  FewShotSample(DataSet source, ClassSplit classes, int shots, long seed) {
    this.source = source;
    this.classes = classes;
    this.shots = shots;
    this.seed = seed;
    if (source.train().isEmpty()) {
      throw KgCoopException.data(source.name() + ": no training images");
    }
  }

  /**
   * Creates a sample that the caller has drawn.
   *
   * @param drawn the data, all of whose training images are used
   */
  public static FewShotSample of(DataSet drawn, int shots, long seed) {
    FewShotSample sample = new FewShotSample(drawn, ClassSplit.ALL, shots, seed);
    sample.drawn = drawn;
    sample.isGiven = true;
    return sample;
  }

  /**
   * Creates a sample of all training images. The number of shots is the median number of images per
   * class, which selects the published settings.
   */
  public static FewShotSample of(DataSet data, long seed) {
    Map<Integer, Integer> sizes = new HashMap<>();
    data.train().forEach(item -> sizes.merge(item.label(), 1, Integer::sum));
    List<Integer> sorted = sizes.values().stream().sorted().toList();
    return of(data, sorted.get(sorted.size() / 2), seed);
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
    if (!isGiven) {
      return shots;
    }
    Map<Integer, Integer> sizes = new HashMap<>();
    source.train().forEach(item -> sizes.merge(item.label(), 1, Integer::sum));
    return Set.copyOf(sizes.values()).size() == 1 ? shots : FewShot.ALL;
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
    return task(source).withImages(images());
  }

  /** Returns the task of classifying another data set after learning from this sample. */
  TaskContext task(DataSet other) {
    return TaskContext.of(other, classCount(), shots, seed);
  }

  /** Returns the number of available training images of the classes to learn. */
  synchronized int images() {
    if (images == null) {
      Set<Integer> labels = Set.copyOf(source.labels(classes));
      images = (int) source.train().stream().filter(item -> labels.contains(item.label())).count();
    }
    return images;
  }

  /** Returns true if the sample has validation images. */
  boolean hasValidation() {
    return !source.val().isEmpty();
  }

  /** Returns the number of classes to learn. */
  synchronized int classCount() {
    if (learned == null) {
      learned = classNames().size();
    }
    return learned;
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
          Fingerprint.of(
              data.withImages(data.train(), data.val(), List.of()), context.cache().hashes());
    }
    return fingerprint;
  }
}
