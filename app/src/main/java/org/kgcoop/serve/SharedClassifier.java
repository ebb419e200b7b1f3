package org.kgcoop.serve;

import org.kgcoop.classify.Classifier;

/**
 * A classifier that is closed when the last of those who hold it has let it go. Whoever makes it
 * holds it first.
 */
final class SharedClassifier {
  private final String name;
  private final Classifier classifier;
  private int holders = 1;

  SharedClassifier(String name, Classifier classifier) {
    this.name = name;
    this.classifier = classifier;
  }

  Classifier classifier() {
    return classifier;
  }

  /** One who holds it; closing lets it go. */
  final class Use implements AutoCloseable {
    private Use() {}

    String name() {
      return name;
    }

    Classifier classifier() {
      return classifier;
    }

    @Override
    public void close() {
      release();
    }
  }

  /** For a caller who knows that somebody holds it meanwhile. */
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
