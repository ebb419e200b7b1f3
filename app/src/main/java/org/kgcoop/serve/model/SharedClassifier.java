package org.kgcoop.serve.model;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.kgcoop.classify.Classification;
import org.kgcoop.classify.Classifier;
import org.kgcoop.tensor.Tensor;

/**
 * A classifier that is closed when the last of those who hold it has let it go. Whoever makes it
 * holds it first.
 */
public final class SharedClassifier {
  private final String name;
  private final Classifier classifier;
  private final EncodingQueue.Reading<Classification> reading;
  private int holders = 1;

  SharedClassifier(String name, Classifier classifier) {
    this.name = name;
    this.classifier = classifier;
    this.reading = new Answers(classifier);
  }

  /** The answers of a classifier to images, through its own tower where it has one. */
  private record Answers(Classifier classifier) implements EncodingQueue.Reading<Classification> {
    @Override
    public List<Classification> of(Tensor features) {
      return classifier.ofFeatures(features);
    }

    @Override
    public Optional<UnaryOperator<Tensor>> tower() {
      return classifier.hasOwnTower() ? Optional.of(classifier::features) : Optional.empty();
    }
  }

  Classifier classifier() {
    return classifier;
  }

  /** A hold on the classifier; closing lets it go. */
  public final class Use implements AutoCloseable {
    private Use() {}

    public String name() {
      return name;
    }

    public Classifier classifier() {
      return classifier;
    }

    /** The same object for all who hold the classifier, so that they share its batches. */
    public EncodingQueue.Reading<Classification> reading() {
      return reading;
    }

    @Override
    public void close() {
      release();
    }
  }

  /** Holds the classifier, for a caller who knows that somebody else does meanwhile. */
  synchronized Use use() {
    holders++;
    return new Use();
  }

  void release() {
    boolean last;
    synchronized (this) {
      last = --holders == 0;
    }
    if (last) {
      classifier.close();
    }
  }
}
