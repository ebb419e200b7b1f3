package org.kgcoop.experiment;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.ClassSplit;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Fingerprint;
import org.kgcoop.data.Templates;
import org.kgcoop.method.ZeroShot;
import org.kgcoop.model.Head;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * Test images that trials are measured on. What the trials share of them is made when the first
 * asks for it and freed when the last has ended.
 */
public final class EvaluationSet {
  private final String name;
  private final ClassSplit classes;
  private final DataSet data;
  private @Nullable Tensor features;
  private @Nullable Head handCrafted;
  private @Nullable String fingerprint;
  private int users;

  /**
   * The test images of a part of the classes.
   *
   * @param name of the target among those of its trials, such as {@code base}
   * @param whole with all its classes
   * @throws KgCoopException where there is no such image
   */
  public EvaluationSet(String name, DataSet whole, ClassSplit classes) {
    this.name = name;
    this.classes = classes;
    data = whole.select(classes);
    if (data.test().isEmpty()) {
      throw KgCoopException.data(
          whole.name()
              + (classes == ClassSplit.ALL
                  ? ": no test images"
                  : ": the " + part() + " half of the classes has no test images"));
    }
  }

  public String name() {
    return name;
  }

  /** The part of the classes: {@code all}, {@code base}, {@code new}. */
  String part() {
    return classes.name().toLowerCase(Locale.ROOT);
  }

  /** True for the test images of that part of the classes. */
  boolean isHalf(ClassSplit half) {
    return classes == half;
  }

  /** The classes asked about, labeled from 0, and their test images. */
  DataSet data() {
    return data;
  }

  String template() {
    return Templates.of(data);
  }

  /** Features of the test images as a classifier takes them: (N, E). */
  Tensor features(Head classifier, ExperimentContext bench) {
    return classifier.encoder().isPresent()
        ? Evaluator.features(classifier, bench.cache(), data.test(), bench.progress(), images())
        : features(bench);
  }

  /**
   * The same, if possible without encoding images again. A trained image encoder may depend on the
   * list of classes, so the feature of one image tells if known features are those of the
   * classifier.
   *
   * @param known features of these images for another list of classes; null if there are none
   */
  Tensor features(Head classifier, ExperimentContext bench, @Nullable Tensor known) {
    return known != null && isFirstOf(known, classifier, bench)
        ? known
        : features(classifier, bench);
  }

  private boolean isFirstOf(Tensor known, Head classifier, ExperimentContext bench) {
    if (classifier.encoder().isEmpty()) {
      return true;
    }
    try (Scope scope = Scope.open("first image")) {
      Tensor first = bench.cache().encoder().by(classifier).test(data.test().subList(0, 1));
      return Arrays.equals(first.toFloats(), known.narrow(0, 0, 1).toFloats());
    }
  }

  /** The features of the frozen encoder, which the trials share. */
  private synchronized Tensor features(ExperimentContext bench) {
    if (features == null) {
      try (Scope scope = Scope.open("test images of " + data.name())) {
        features =
            Evaluator.features(bench.cache(), data.test(), bench.progress(), images()).keep();
      }
    }
    return features;
  }

  private String images() {
    String part = classes == ClassSplit.ALL ? "" : " of " + part() + " classes";
    return data.name() + ": test images" + part;
  }

  /** Zero-shot CLIP with the template of the data set. */
  synchronized Head handCrafted(Clip clip) {
    if (handCrafted == null) {
      handCrafted = new ZeroShot(List.of(template())).classifier(clip, data.classNames());
    }
    return handCrafted;
  }

  /**
   * The accuracy of zero-shot CLIP with the template of the data set, in percent; empty where the
   * feature cache does not know the features, since no image is encoded for it.
   */
  public OptionalDouble zeroShot(ExperimentContext bench) {
    if (!bench.cache().knows(data.test())) {
      return OptionalDouble.empty();
    }
    try (Head zeroShot =
        new ZeroShot(List.of(template())).classifier(bench.clip(), data.classNames())) {
      return OptionalDouble.of(
          Evaluator.evaluate(zeroShot, bench.cache(), data, Progress.SILENT)
              .evaluation()
              .accuracy());
    }
  }

  /** The fingerprint of the test images and their labels. */
  synchronized String fingerprint(ExperimentContext bench) {
    if (fingerprint == null) {
      fingerprint =
          Fingerprint.of(
              data.withImages(List.of(), List.of(), data.test()), bench.cache().hashes());
    }
    return fingerprint;
  }

  /** Announces a trial that will ask. */
  synchronized void use() {
    users++;
  }

  /** A trial has ended. */
  synchronized void release() {
    users--;
    if (users <= 0) {
      free();
    }
  }

  synchronized void free() {
    if (features != null) {
      features.close();
      features = null;
    }
    if (handCrafted != null) {
      handCrafted.close();
      handCrafted = null;
    }
  }
}
