package org.kgcoop.adapt;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Item;

class HeldOutTest {
  private static DataSet data(int... sizes) {
    List<Item> items = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (int label = 0; label < sizes.length; label++) {
      names.add("class " + label);
      for (int i = 0; i < sizes[label]; i++) {
        String key = label + "/" + i;
        items.add(new Item(key, Path.of(key), label, names.get(label)));
      }
    }
    return new DataSet("some", names, items, List.of(), List.of(), null);
  }

  @Test
  void everyImageOfAClassWithTwoIsHeldOutOnceAndItsClassIsStillLearned() {
    DataSet data = data(1, 2, 3, 9, 4);
    List<HeldOut> folds = HeldOut.of(data, 4);
    assertThat(folds).hasSize(4);
    List<Item> heldOut = new ArrayList<>();
    for (HeldOut fold : folds) {
      heldOut.addAll(fold.images().test());
      assertThat(fold.fitted().train()).doesNotContainAnyElementsOf(fold.images().test());
      assertThat(fold.fitted().train().stream().map(Item::label).distinct()).hasSize(5);
      assertThat(fold.images().classNames()).isEqualTo(data.classNames());
    }
    assertThat(heldOut)
        .doesNotHaveDuplicates()
        .hasSize(2 + 3 + 9 + 4)
        .allMatch(item -> item.label() > 0);
  }

  @Test
  void smallClassesAreSpreadOverTheFolds() {
    int[] sizes = IntStream.generate(() -> 2).limit(40).toArray();
    assertThat(HeldOut.of(data(sizes), 4)).hasSize(2);
    sizes[0] = 4;
    List<HeldOut> folds = HeldOut.of(data(sizes), 4);
    assertThat(folds).hasSize(4).allMatch(fold -> fold.images().test().size() >= 20);
  }

  @Test
  void withOneImageOfEachClassThereAreNone() {
    assertThat(HeldOut.of(data(1, 1, 1), 4)).isEmpty();
  }
}
