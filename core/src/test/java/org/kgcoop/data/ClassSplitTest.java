package org.kgcoop.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ClassSplitTest {

  static Stream<JsonNode> halvesCases() {
    return ReferenceCases.ofKind("halves");
  }

  @ParameterizedTest
  @MethodSource("halvesCases")
  void cutsSortedLabelsInTheMiddle(JsonNode reference) {
    List<Integer> labels = ReferenceCases.integers(reference.path("labels"));
    JsonNode expected = reference.path("expect");

    assertThat(ClassSplit.BASE.of(labels))
        .isEqualTo(ReferenceCases.integers(expected.path("base")));
    assertThat(ClassSplit.NEW.of(labels)).isEqualTo(ReferenceCases.integers(expected.path("new")));
    assertThat(ClassSplit.ALL.of(labels)).isEqualTo(labels);
  }

  @Test
  void aPartOfADataSetIsRelabeled() {
    DataSet dataSet =
        new DataSet(
            "three",
            List.of("ant", "bee", "cow"),
            List.of(item(2, "cow"), item(0, "ant"), item(1, "bee")),
            List.of(item(2, "cow")),
            List.of(item(1, "bee"), item(2, "cow")),
            "a {}.");

    DataSet base = dataSet.select(ClassSplit.BASE);
    DataSet rest = dataSet.select(ClassSplit.NEW);

    assertThat(base.classNames()).containsExactly("ant", "bee");
    assertThat(base.train()).containsExactly(item(0, "ant"), item(1, "bee"));
    assertThat(base.val()).isEmpty();
    assertThat(rest.classNames()).containsExactly("cow");
    assertThat(rest.test()).extracting(Item::label).containsExactly(0);
    assertThat(rest.template()).isEqualTo("a {}.");
    assertThat(dataSet.select(ClassSplit.ALL)).isEqualTo(dataSet);
  }

  @Test
  void aSetWithoutTrainingImagesIsCutByItsClasses() {
    DataSet dataSet =
        new DataSet(
            "test only",
            List.of("ant", "bee"),
            List.of(),
            List.of(),
            List.of(item(1, "bee"), item(0, "ant")),
            null);

    assertThat(dataSet.select(ClassSplit.NEW).test()).extracting(Item::label).containsExactly(0);
  }

  private static Item item(int label, String name) {
    return new Item(name + ".png", Path.of(name + ".png"), label, name);
  }
}
