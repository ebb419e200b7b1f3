package org.kgcoop.method;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.model.FeatureEncoder;
import org.kgcoop.model.Formula;
import org.kgcoop.model.Head;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * A classifier that knows only the classes it learned, asked about some of them: scores of those
 * alone, in the order of the question.
 */
public final class ClosedSetHead implements Head {
  private final Head learned;
  private final long[] columns;
  private final @Nullable Tensor features; // of the asked classes: (C, E)

  /**
   * A classifier of classes that are all among the learned ones.
   *
   * @param learned its scores are those of {@code classNames}; closed with this one
   */
  ClosedSetHead(Head learned, List<String> classNames, List<String> asked) {
    this.learned = learned;
    this.columns = columns(classNames, asked);
    try (Scope scope = Scope.open("classes")) {
      features = learned.classFeatures().map(all -> chosen(all, 0).keep()).orElse(null);
    }
  }

  /**
   * The first of those classes that is not among the learned ones.
   *
   * @param learned names by label
   */
  public static Optional<String> firstUnknown(List<String> learned, List<String> asked) {
    long[] columns = columns(learned, asked);
    return IntStream.range(0, columns.length)
        .filter(i -> columns[i] < 0)
        .mapToObj(asked::get)
        .findFirst();
  }

  /** The place of each asked class among the learned ones; -1 for one that has none. */
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
    return chosen(learned.logits(features), 1);
  }

  private Tensor chosen(Tensor all, int dimension) {
    return all.indexSelect(dimension, places().to(all.device()));
  }

  private Tensor places() {
    return Tensor.of(columns, columns.length);
  }

  @Override
  public Optional<Tensor> classFeatures() {
    return Optional.ofNullable(features);
  }

  @Override
  public Optional<FeatureEncoder> encoder() {
    return learned.encoder();
  }

  @Override
  public Optional<Formula> formula() {
    return learned.formula().map(all -> all.select(places()));
  }

  @Override
  public void close() {
    if (features != null) {
      features.close();
    }
    learned.close();
  }
}
