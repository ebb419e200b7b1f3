package org.kgcoop.serve.model;

import org.kgcoop.api.Classifier;

/** A reference-counted classifier. The last user closes it. The creator is the first user. */
public final class SharedClassifier implements AutoCloseable {
  private final ServedModel model;
  private int holders = 1;

  SharedClassifier(String name, Classifier classifier) {
    this.model = new ServedModel(name, classifier, /* groups= */ null);
  }

  public ServedModel model() {
    return model;
  }

  /** Adds a user, who closes this once. The caller must know that another one has not. */
  synchronized SharedClassifier use() {
    holders++;
    return this;
  }

  @Override
  public void close() {
    boolean last;
    synchronized (this) {
      last = --holders == 0;
    }
    if (last) {
      model.classifier().close();
    }
  }
}
