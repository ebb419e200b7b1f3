package org.kgcoop.adapt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Item;
import org.kgcoop.runs.AdaptRecord;

class ObjectSearchTest {
  private static final int WIDTH = 32;

  private static float[] unit(Random random, float[] center, double noise) {
    float[] row = new float[WIDTH];
    double squares = 0;
    for (int d = 0; d < WIDTH; d++) {
      row[d] = center[d] + (float) (noise * random.nextGaussian());
      squares += row[d] * row[d];
    }
    for (int d = 0; d < WIDTH; d++) {
      row[d] /= (float) Math.sqrt(squares);
    }
    return row;
  }

  /** Four classes have two to four objects each, with six views per object. */
  @Test
  void aClusterIsAnObject() {
    Random random = new Random(1);
    List<Item> items = new ArrayList<>();
    List<float[]> features = new ArrayList<>();
    List<Integer> objects = List.of(2, 3, 4, 2);
    List<String> names = List.of("cat", "dog", "owl", "fox");
    for (int label = 0; label < 4; label++) {
      for (int object = 0; object < objects.get(label); object++) {
        float[] center = unit(random, new float[WIDTH], 1);
        for (int view = 0; view < 6; view++) {
          String key = "%s/%s-%s".formatted(label, object, view);
          items.add(new Item(key, Path.of(key), label, names.get(label)));
          features.add(unit(random, center, 0.05));
        }
      }
    }
    DataSet data = new DataSet("some", names, items, List.of(), List.of(), null);
    List<Item> grouped = ObjectSearch.grouped(data, features, order -> order).train();
    Set<String> pairs = new HashSet<>();
    grouped.forEach(item -> pairs.add(item.key().split("-")[0] + " " + item.group()));
    assertThat(pairs).as("each object is one group").hasSize(2 + 3 + 4 + 2);
    assertThat(grouped.stream().map(Item::group).distinct()).hasSize(2 + 3 + 4 + 2);
  }

  private static List<AdaptRecord.OfClass> right(int... right) {
    return IntStream.of(right).mapToObj(each -> new AdaptRecord.OfClass("some", 20, each)).toList();
  }

  @Test
  void aFallThatChanceDoesNotExplainIsReportedWithItsError() {
    List<AdaptRecord.OfClass> mixed = right(18, 18, 18, 18, 18, 18);
    AdaptRecord.FewObjects found =
        Objects.requireNonNull(ObjectSearch.fall(2, mixed, right(8, 10, 6, 8, 10, 6)));
    assertThat(found.fall()).isCloseTo(50, within(1e-9));
    // The falls are 50, 40 and 60, twice each: sqrt(400 / 5 / 6).
    assertThat(found.error()).isCloseTo(Math.sqrt(400 / 5.0 / 6), within(1e-9));
  }

  @Test
  void aSmallOrUncertainFallIsNone() {
    List<AdaptRecord.OfClass> mixed = right(18, 18, 18, 18, 18, 18);
    assertThat(ObjectSearch.fall(2, mixed, right(18, 17, 16, 18, 17, 18))).isNull();
    assertThat(ObjectSearch.fall(2, mixed, right(0, 18, 18, 18, 18, 2))).isNull();
    assertThat(ObjectSearch.fall(2, right(18, 18), right(16, 4)))
        .as("two classes say little")
        .isNull();
    assertThat(ObjectSearch.fall(2, List.of(), List.of())).isNull();
  }
}
