package org.kgcoop.serve;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kgcoop.classify.Classifier;
import org.kgcoop.clip.Clip;

/**
 * Class features of the class names that were asked for last, up to a number of classes in all. For
 * one thread: what another might still use would be closed.
 */
final class ZeroShotCache implements AutoCloseable {
  /** At E = 512 their features take 20 MB. */
  static final int MOST_CLASSES = 10_000;

  private record Texts(List<String> classNames, String template) {}

  private final Clip clip;
  private final int mostClasses;
  private final Map<Texts, Classifier> known = new LinkedHashMap<>(16, 0.75f, true);
  private int classes;

  ZeroShotCache(Clip clip, int mostClasses) {
    this.clip = clip;
    this.mostClasses = mostClasses;
  }

  Classifier get(List<String> classNames, String template) {
    Texts texts = new Texts(List.copyOf(classNames), template);
    Classifier classifier = known.get(texts);
    if (classifier == null) {
      classifier = Classifier.zeroShot(clip, texts.classNames(), template);
      known.put(texts, classifier);
      classes += classNames.size();
      Iterator<Classifier> oldest = known.values().iterator();
      while (classes > mostClasses && known.size() > 1) {
        Classifier dropped = oldest.next();
        oldest.remove();
        classes -= dropped.classNames().size();
        dropped.close();
      }
    }
    return classifier;
  }

  int size() {
    return known.size();
  }

  @Override
  public void close() {
    known.values().forEach(Classifier::close);
    known.clear();
  }
}
