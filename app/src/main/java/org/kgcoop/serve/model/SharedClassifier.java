package org.kgcoop.serve.model;

import org.kgcoop.api.Classifier;

/** A reference-counted classifier. The last user closes it. The creator is the first user. */
public final class SharedClassifier {
  private final ServedModel model;
  private int holders = 1;

  SharedClassifier(String name, Classifier classifier) {
    this.model = new ServedModel(name, classifier, /* groups= */ null);
  }

  /** A use of the classifier; closing it ends the use. */
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

  /** Adds a use. The caller must know that another use is open. */
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
