package org.kgcoop.adapt;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.kgcoop.data.Item;
import org.kgcoop.runs.AdaptRecord;

/** Tests of the list of suspect labels. */
class SuspectsTest {

  @Test
  void theLikelyNameMayBeOneWithoutImages() {
    List<Item> items = new ArrayList<>();
    List<double[]> probabilities = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      int label = i % 2;
      String name = label == 0 ? "cat" : "dog";
      items.add(new Item(name + "/" + i, Path.of(name, i + ".png"), label, name));
      probabilities.add(label == 0 ? new double[] {.98, .01, .01} : new double[] {.01, .98, .01});
    }
    probabilities.set(4, new double[] {1e-6, 1e-6, 1 - 2e-6});
    List<AdaptRecord.Suspect> suspects =
        Suspects.of(items, probabilities, List.of("cat", "dog", "wolf"), Set.of("dog/7"), true);
    assertThat(suspects).extracting(AdaptRecord.Suspect::image).containsExactly("dog/7", "cat/4");
    assertThat(suspects.get(1).likely()).isEqualTo("wolf");
  }

  @Test
  void aClassifierThatIsMostlyWrongNamesOnlyImagesOfTwoClasses() {
    List<Item> items = new ArrayList<>();
    List<double[]> probabilities = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      items.add(new Item("cat/" + i, Path.of("cat", i + ".png"), 0, "cat"));
      probabilities.add(new double[] {.01, .99});
    }
    List<String> names = List.of("cat", "dog");
    assertThat(Suspects.of(items, probabilities, names, Set.of("cat/3"), false))
        .extracting(AdaptRecord.Suspect::image)
        .containsExactly("cat/3");
  }
}
