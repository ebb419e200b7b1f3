package org.kgcoop.serve.model;

import org.kgcoop.classify.Classifier;

/**
 * A classifier that is closed when the last of those who hold it has let it go. Whoever makes it
 * holds it first.
 */
public final class SharedClassifier {
  private final ServedModel model;
  private int holders = 1;

  SharedClassifier(String name, Classifier classifier) {
    this.model = new ServedModel(name, classifier);
  }

  /** A hold on the classifier; closing lets it go. */
  public final class Use implements AutoCloseable {
    private Use() {}

    public ServedModel model() {
      return model;
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
      model.classifier().close();
    }
  }
}
