package org.kgcoop.trial;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.ClassSplit;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Templates;
import org.kgcoop.method.ZeroShot;
import org.kgcoop.model.Head;
import org.kgcoop.progress.Progress;
import org.kgcoop.runs.TargetResult.EvaluatedSet;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * Test images that trials are measured on. Trials share their features and other derived data,
 * which are created on first use and freed after the last trial.
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
   * Creates an evaluation set of the test images of a part of the classes.
   *
   * @param name the name among the evaluation sets of its trials, such as {@code base}
   * @param whole the data set with all its classes
   * @throws KgCoopException if there are no such images
   */
  public EvaluationSet(String name, DataSet whole, ClassSplit classes) {
    this.name = name;
    this.classes = classes;
    data = whole.select(classes);
    if (data.test().isEmpty()) {
      String half = classes == ClassSplit.ALL ? "" : " of the " + part() + " half of the classes";
      throw KgCoopException.data(whole.name() + ": no test images" + half);
    }
  }

  public String name() {
    return name;
  }

  private String part() {
    return classes.name().toLowerCase(Locale.ROOT);
  }

  /** Returns true if these are the test images of the given part of the classes. */
  boolean isHalf(ClassSplit half) {
    return classes == half;
  }

  /** Returns the classes to choose from, labeled from 0, with their test images. */
  DataSet data() {
    return data;
  }

  private String template() {
    return Templates.of(data);
  }

  /** Returns all that determines the measurement of a classifier. */
  EvaluatedSet evaluated(ExperimentContext context) {
    return new EvaluatedSet(
        data.name(), part(), template(), fingerprint(context), data.classNames());
  }

  /**
   * Returns the features of the test images for a classifier, (N, E), reusing known features if
   * possible. A trained image encoder can depend on the list of classes. The known features are
   * therefore compared with the feature of the first image.
   *
   * @param known features of these images for another list of classes, or null
   */
  Tensor features(Head classifier, ExperimentContext context, @Nullable Tensor known) {
    if (classifier.encoder().isEmpty()) {
      return features(context);
    }
    return known != null && isFirstOf(known, classifier, context)
        ? known
        : Evaluator.features(
            classifier, context.cache(), data.test(), context.progress(), images());
  }

  private boolean isFirstOf(Tensor known, Head classifier, ExperimentContext context) {
    try (Scope scope = Scope.open("first image")) {
      Tensor first = context.cache().encoder().by(classifier).test(data.test().subList(0, 1));
      return Arrays.equals(first.toFloats(), known.narrow(0, 0, 1).toFloats());
    }
  }

  /** Returns the features of the frozen encoder, which the trials share. */
  private synchronized Tensor features(ExperimentContext context) {
    if (features == null) {
      try (Scope scope = Scope.open("test images of " + data.name())) {
        features =
            Evaluator.features(context.cache(), data.test(), context.progress(), images()).keep();
      }
    }
    return features;
  }

  private String images() {
    String part = classes == ClassSplit.ALL ? "" : " of " + part() + " classes";
    return data.name() + ": test images" + part;
  }

  /** Returns zero-shot CLIP with the template of the data set. */
  synchronized Head handCrafted(Clip clip) {
    if (handCrafted == null) {
      handCrafted = new ZeroShot(List.of(template())).classifier(clip, data.classNames());
    }
    return handCrafted;
  }

  /**
   * Returns the accuracy of zero-shot CLIP with the template of the data set, in percent. The
   * method encodes no images; it returns empty if the feature cache does not contain all features.
   */
  public OptionalDouble zeroShot(ExperimentContext context) {
    if (!context.cache().missing(data.test()).isEmpty()) {
      return OptionalDouble.empty();
    }
    try (Head zeroShot =
        new ZeroShot(List.of(template())).classifier(context.clip(), data.classNames())) {
      return OptionalDouble.of(
          Evaluator.evaluate(zeroShot, context.cache(), data, Progress.SILENT)
              .evaluation()
              .accuracy());
    }
  }

  private synchronized String fingerprint(ExperimentContext context) {
    if (fingerprint == null) {
      fingerprint =
          context.cache().hashes().fingerprint(data.withImages(List.of(), List.of(), data.test()));
    }
    return fingerprint;
  }

  /** Registers a trial that will use this set. */
  synchronized void use() {
    users++;
  }

  /** Unregisters a trial that has ended. */
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
