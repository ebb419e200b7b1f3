package org.kgcoop.serve.model;

import org.kgcoop.classify.Classification;
import org.kgcoop.classify.Classifier;

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
    this.reading = classifier::ofFeatures;
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
