package org.kgcoop.trial;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Item;

class FoldTest {
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
    List<Fold> folds = Fold.ofImages(data, 4);
    assertThat(folds).hasSize(4);
    List<Item> heldOut = new ArrayList<>();
    for (Fold fold : folds) {
      heldOut.addAll(fold.seen().test());
      assertThat(fold.fitted().train()).doesNotContainAnyElementsOf(fold.seen().test());
      assertThat(fold.fitted().train().stream().map(Item::label).distinct()).hasSize(5);
      assertThat(fold.seen().classNames()).isEqualTo(data.classNames());
    }
    assertThat(heldOut)
        .doesNotHaveDuplicates()
        .hasSize(2 + 3 + 9 + 4)
        .allMatch(item -> item.label() > 0);
  }

  @Test
  void anAuditIsHeldOutUnlessAClassHasNoOtherImage() {
    Fold part =
        Objects.requireNonNull(Fold.audit(data(3, 1, 2), Set.of("0/1", "1/0", "2/0"), List.of()));
    assertThat(part.seen().test().stream().map(Item::key)).containsExactly("0/1", "2/0");
    assertThat(part.fitted().train().stream().map(Item::key))
        .containsExactly("0/0", "0/2", "1/0", "2/1");
    assertThat(Fold.audit(data(3, 1), Set.of(), List.of())).isNull();
  }

  @Test
  void anAuditLeavesAGroupOfEachClassToLearnFrom() {
    // Class 0 has two bursts of three frames, and the audit drew frames of both.
    DataSet data = data(6, 2);
    DataSet bursts =
        data.withImages(
            data.train().stream()
                .map(item -> item.label() == 0 ? item.withGroup(burst(item)) : item)
                .toList(),
            List.of(),
            List.of());
    Fold part =
        Objects.requireNonNull(Fold.audit(bursts, Set.of("0/0", "0/1", "0/4", "1/0"), List.of()));
    assertThat(part.fitted().train().stream().map(Item::key))
        .as("the burst with fewer audit images is learned")
        .containsExactly("0/3", "0/4", "0/5", "1/1");
    assertThat(part.seen().test().stream().map(Item::key)).containsExactly("0/0", "0/1", "1/0");
  }

  private static String burst(Item item) {
    return item.key().compareTo("0/3") < 0 ? "first" : "second";
  }

  @Test
  void imagesOfAGroupAreHeldOutTogether() {
    DataSet data = data(6, 6);
    List<Item> grouped =
        data.train().stream()
            .map(item -> item.withGroup(item.key().substring(0, 2) + item.file().hashCode() % 3))
            .toList();
    for (Fold fold : Fold.ofImages(data.withImages(grouped, List.of(), List.of()), 4)) {
      assertThat(fold.fitted().train().stream().map(Item::group))
          .doesNotContainAnyElementsOf(fold.seen().test().stream().map(Item::group).toList());
    }
  }

  @Test
  void everyClassIsHiddenOnceAmongAllNames() {
    DataSet data = data(4, 4, 4, 4, 4, 4);
    List<Fold> parts = Fold.ofClasses(data, List.of("wolf", "bear"));
    assertThat(parts).as("two of eight names are unseen").hasSize(4);
    List<Item> hidden = new ArrayList<>();
    for (Fold part : parts) {
      List<String> learned = part.fitted().classNames();
      for (DataSet asked : List.of(part.seen(), part.unseen())) {
        assertThat(asked.classNames()).hasSize(8).contains("wolf", "bear").containsAll(learned);
        asked
            .test()
            .forEach(
                item ->
                    assertThat(asked.classNames().get(item.label())).isEqualTo(item.className()));
      }
      assertThat(part.seen().test()).isNotEmpty();
      assertThat(part.seen().test()).allMatch(item -> learned.contains(item.className()));
      assertThat(part.unseen().test()).noneMatch(item -> learned.contains(item.className()));
      assertThat(part.fitted().train().stream().map(Item::key))
          .doesNotContainAnyElementsOf(part.seen().test().stream().map(Item::key).toList());
      hidden.addAll(part.unseen().test());
    }
    assertThat(hidden).doesNotHaveDuplicates().hasSize(24);
    assertThat(Fold.ofClasses(data(1, 1, 1, 1), List.of("wolf"))).isEmpty();
    assertThat(Fold.ofClasses(data, List.of("a", "b", "c", "d", "e", "f", "g"))).hasSize(2);
  }

  @Test
  void smallClassesAreSpreadOverTheFolds() {
    int[] sizes = IntStream.generate(() -> 2).limit(40).toArray();
    assertThat(Fold.ofImages(data(sizes), 4)).hasSize(2);
    sizes[0] = 4;
    List<Fold> folds = Fold.ofImages(data(sizes), 4);
    assertThat(folds).hasSize(4).allMatch(fold -> fold.seen().test().size() >= 20);
  }

  @Test
  void withOneImageOfEachClassThereAreNone() {
    assertThat(Fold.ofImages(data(1, 1, 1), 4)).isEmpty();
  }
}
