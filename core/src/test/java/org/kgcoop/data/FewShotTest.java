package org.kgcoop.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FewShotTest {

  static Stream<JsonNode> fewShotCases() {
    return ReferenceCases.ofKind("few-shot");
  }

  @ParameterizedTest
  @MethodSource("fewShotCases")
  void samplesTheImagesOfThePublishedCode(JsonNode reference) {
    FewShot drawn =
        FewShot.draw(
            ReferenceCases.integers(reference.path("train_labels")),
            ReferenceCases.integers(reference.path("val_labels")),
            reference.path("shots").intValue(),
            reference.path("seed").longValue());

    JsonNode expected = reference.path("expect");
    assertThat(drawn.train()).isEqualTo(ReferenceCases.integers(expected.path("train")));
    assertThat(drawn.val()).isEqualTo(ReferenceCases.integers(expected.path("val")));
  }

  @Test
  void takesAllImagesOfASmallClassAndNamesIt() {
    List<Item> train = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      train.add(item("dog", 1, i));
    }
    train.add(item("cat", 0, 0));
    train.add(item("cat", 0, 1));
    DataSet dataSet = new DataSet("pets", List.of("cat", "dog"), train, List.of(), train, null);
    List<String> warnings = new ArrayList<>();

    DataSet drawn = FewShot.draw(dataSet, 4, 1, warnings::add);

    assertThat(drawn.train()).hasSize(6).endsWith(train.get(8), train.get(9));
    assertThat(drawn.test()).isEqualTo(train);
    assertThat(warnings)
        .containsExactly(
            "pets: 1 of 2 classes have fewer than 4 training images, so all of them are used:"
                + " cat (2)");
  }

  @Test
  void allImagesKeepTheirOrder() {
    FewShot drawn = FewShot.draw(List.of(1, 0, 1), List.of(0, 0, 0, 0, 0, 0), FewShot.ALL, 1);

    assertThat(drawn.train()).containsExactly(0, 1, 2);
    assertThat(drawn.val()).containsExactly(0, 1, 2, 3, 4, 5);
  }

  @Test
  void noShotsAreTheCallersError() {
    assertThatThrownBy(() -> FewShot.draw(List.of(0), List.of(), -1, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static Item item(String name, int label, int number) {
    String key = name + "/" + number + ".png";
    return new Item(key, Path.of(key), label, name);
  }
}
