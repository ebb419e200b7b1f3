package org.kgcoop.method;

import java.util.List;
import java.util.Optional;
import org.kgcoop.clip.Clip;
import org.kgcoop.prompt.FeatureClassifier;
import org.kgcoop.prompt.PromptLearner;
import org.kgcoop.tensor.Tensor;

/** A method that has learned what it learns, ready to be asked about classes. */
public interface Fitted extends AutoCloseable {

  /**
   * A classifier of those classes, for the caller to close before this.
   *
   * @param occasion the data that they belong to
   */
  FeatureClassifier classifier(List<String> classNames, Occasion occasion);

  @Override
  default void close() {}

  /**
   * A trained prompt. A shared context serves any classes: a learner for others takes the learned
   * vectors.
   *
   * @param learner for {@code classNames}; closed with this
   */
  record Prompt(Clip clip, PromptMethod method, List<String> classNames, PromptLearner learner)
      implements Fitted {
    public Prompt {
      classNames = List.copyOf(classNames);
    }

    @Override
    public FeatureClassifier classifier(List<String> asked, Occasion occasion) {
      if (asked.equals(classNames)) {
        return learner.fixed();
      }
      if (method.context().classSpecific()) {
        return new ClassBound(learner.fixed(), classNames, asked);
      }
      PromptLearner other = method.learner(clip, asked, 0);
      try {
        other.load(learner.parameters());
        return new Both(other.fixed(), other);
      } catch (RuntimeException e) {
        other.close();
        throw e;
      }
    }

    @Override
    public void close() {
      learner.close();
    }
  }

  /**
   * A classifier of the learned classes and no others.
   *
   * @param learned for {@code classNames}; closed with this
   */
  record Bound(FeatureClassifier learned, List<String> classNames) implements Fitted {
    public Bound {
      classNames = List.copyOf(classNames);
    }

    @Override
    public FeatureClassifier classifier(List<String> asked, Occasion occasion) {
      return new ClassBound(new Borrowed(learned), classNames, asked);
    }

    @Override
    public void close() {
      learned.close();
    }
  }

  /** A classifier that belongs to somebody else. */
  record Borrowed(FeatureClassifier owned) implements FeatureClassifier {
    @Override
    public Tensor logits(Tensor features) {
      return owned.logits(features);
    }

    @Override
    public void close() {}
  }

  /**
   * A classifier and the learner that it needs as long as it lives.
   *
   * @param fixed made by {@code learner}
   */
  record Both(FeatureClassifier fixed, PromptLearner learner) implements FeatureClassifier {
    @Override
    public Tensor logits(Tensor features) {
      return fixed.logits(features);
    }

    @Override
    public Optional<Tensor> classFeatures() {
      return fixed.classFeatures();
    }

    @Override
    public void close() {
      fixed.close();
      learner.close();
    }
  }
}
