package org.kgcoop.experiment;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.ClassSplit;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.FewShot;
import org.kgcoop.data.Fingerprint;
import org.kgcoop.data.ImageSet;
import org.kgcoop.data.Item;
import org.kgcoop.method.TaskContext;
import org.kgcoop.method.catalogue.TrainingDataRecord;

/**
 * The few images that trials learn from, drawn when the first of them asks. Trials of several
 * methods share one.
 */
public final class FewShotSample {
  private final DataSet source;
  private final ClassSplit classes;
  private final int shots;
  private final long seed;
  private @Nullable DataSet drawn;
  private boolean made; // before, by somebody else
  private @Nullable String fingerprint;
  private @Nullable Integer learned; // classes
  private @Nullable Integer images; // of these, before the draw

  /**
   * A draw that is made later.
   *
   * @param source with all its images and classes
   * @param classes the part that is learned
   * @param shots images a class, or {@link FewShot#ALL}
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
   * A draw that was made before.
   *
   * @param drawn the data, whose training images are all learned from
   */
  public static FewShotSample made(DataSet drawn, int shots, long seed) {
    FewShotSample draw = new FewShotSample(drawn, ClassSplit.ALL, shots, seed);
    draw.drawn = drawn;
    draw.made = true;
    return draw;
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
   * The number of images per class, for people and tables: {@link FewShot#ALL} for a draw that was
   * made before if its classes differ.
   */
  int statedShots() {
    if (!made) {
      return shots;
    }
    Map<Integer, Integer> sizes = new HashMap<>();
    source.train().forEach(item -> sizes.merge(item.label(), 1, Integer::sum));
    return Set.copyOf(sizes.values()).size() == 1 ? shots : FewShot.ALL;
  }

  long seed() {
    return seed;
  }

  /** The hand-crafted prompt of its classes. */
  String template() {
    return task().template();
  }

  /** The data that a method learns from. */
  TaskContext task() {
    return task(source).withImages(images());
  }

  /** Other data that it is asked about after this draw. */
  TaskContext task(DataSet other) {
    return TaskContext.of(other, learned(), shots, seed);
  }

  /** The training images that there are of the classes that are learned. */
  private synchronized int images() {
    if (images == null) {
      images = source.select(classes).train().size();
    }
    return images;
  }

  /** True if there will be validation images. */
  boolean hasValidation() {
    return !source.val().isEmpty();
  }

  /** The number of classes that are learned. */
  private synchronized int learned() {
    if (learned == null) {
      learned = classNames().size();
    }
    return learned;
  }

  /** The classes that are learned, by label. */
  List<String> classNames() {
    return source.select(classes).classNames();
  }

  /**
   * The drawn images.
   *
   * @param warnings gets a line about classes with too few of them, the first time
   */
  synchronized DataSet data(Consumer<String> warnings) {
    if (drawn == null) {
      drawn = FewShot.draw(source, shots, seed, warnings).select(classes);
    }
    return drawn;
  }

  /** The names of all classes of the data set, by label. */
  List<String> allClassNames() {
    return source.classNames();
  }

  /** Describes these data for a classifier file. */
  TrainingDataRecord learnedFrom(ExperimentContext bench) {
    List<Path> images = data(bench.warnings()).train().stream().map(Item::file).toList();
    return new TrainingDataRecord(
        name(), fingerprint(bench), ImageSet.of(bench.cache().hashes().of(images)));
  }

  /** The fingerprint of the drawn training and validation images. */
  synchronized String fingerprint(ExperimentContext bench) {
    if (fingerprint == null) {
      DataSet data = data(bench.warnings());
      fingerprint =
          Fingerprint.of(
              data.withImages(data.train(), data.val(), List.of()), bench.cache().hashes());
    }
    return fingerprint;
  }
}
