package org.kgcoop.experiment;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.prompt.FeatureClassifier;
import org.kgcoop.prompt.Method;
import org.kgcoop.prompt.Probe;
import org.kgcoop.tensor.Tensor;

/**
 * A classifier that knows only the classes it learned, asked about some of them: scores of those
 * alone, in the order of the question.
 */
final class ClassBound implements FeatureClassifier {
  private final FeatureClassifier learned;
  private final long[] columns;

  /**
   * For a target whose classes are all among the learned ones.
   *
   * @param learned its scores are those of {@code classNames}; closed with this one
   */
  ClassBound(FeatureClassifier learned, List<String> classNames, List<String> asked) {
    this.learned = learned;
    this.columns = columns(classNames, asked);
  }

  /** What binds a method to the classes that it learns, as the subject of a sentence, or null. */
  static @Nullable String why(Method method) {
    if (method.prompt().map(prompt -> prompt.context().classSpecific()).orElse(false)) {
      return "a class-specific context";
    }
    return method instanceof Probe ? "it knows only the classes that it has seen and" : null;
  }

  /** Refuses a method that would be asked about classes it has not learned. */
  static void check(Method method, List<String> learned, Target target) {
    String why = why(method);
    if (why == null) {
      return;
    }
    List<String> asked = target.data().classNames();
    long[] columns = columns(learned, asked);
    for (int i = 0; i < columns.length; i++) {
      if (columns[i] < 0) {
        throw KgCoopException.configuration(
            "%s: %s cannot be used on new classes, such as '%s' of %s; leave it out here"
                .formatted(method.title(), why, asked.get(i), target.data().name()));
      }
    }
  }

  /** Where each asked class stands among the learned ones; -1 for one that does not. */
  private static long[] columns(List<String> learned, List<String> asked) {
    if (learned.equals(asked)) {
      return IntStream.range(0, asked.size()).asLongStream().toArray();
    }
    // ImageNet has two classes called "missile": equal names are taken in their order.
    Map<String, Deque<Integer>> places = new HashMap<>();
    for (int i = 0; i < learned.size(); i++) {
      places.computeIfAbsent(plain(learned.get(i)), name -> new ArrayDeque<>()).add(i);
    }
    long[] columns = new long[asked.size()];
    for (int i = 0; i < columns.length; i++) {
      Integer place = places.getOrDefault(plain(asked.get(i)), new ArrayDeque<>()).poll();
      columns[i] = place == null ? -1 : place;
    }
    return columns;
  }

  private static String plain(String name) {
    return name.replace('_', ' ');
  }

  @Override
  public Tensor logits(Tensor features) {
    Tensor all = learned.logits(features);
    return all.indexSelect(1, Tensor.of(columns, columns.length).to(all.device()));
  }

  @Override
  public void close() {
    learned.close();
  }
}
