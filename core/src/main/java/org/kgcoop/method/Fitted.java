package org.kgcoop.method;

import java.util.List;
import org.kgcoop.prompt.FeatureClassifier;
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
}
