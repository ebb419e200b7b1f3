package org.kgcoop.experiment;

import java.util.List;
import java.util.Optional;
import org.kgcoop.clip.Clip;
import org.kgcoop.prompt.FeatureClassifier;
import org.kgcoop.prompt.LinearProbe;
import org.kgcoop.prompt.PromptLearner;
import org.kgcoop.prompt.PromptMethod;
import org.kgcoop.tensor.Tensor;

/** A method that has learned what it learns, ready to be asked about the classes of targets. */
interface Fitted extends AutoCloseable {

  /** For the classes of a target, for the caller to close. */
  FeatureClassifier classifier(Target target);

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

    @Override
    public FeatureClassifier classifier(Target target) {
      List<String> asked = target.data().classNames();
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
   * A fitted probe.
   *
   * @param probe for {@code classNames}; closed with this
   */
  record Probed(LinearProbe probe, List<String> classNames) implements Fitted {
    @Override
    public FeatureClassifier classifier(Target target) {
      return new ClassBound(new Borrowed(probe), classNames, target.data().classNames());
    }

    @Override
    public void close() {
      probe.close();
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
