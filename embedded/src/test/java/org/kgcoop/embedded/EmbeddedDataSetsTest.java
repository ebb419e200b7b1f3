package org.kgcoop.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.Item;
import org.kgcoop.data.open.DataSets;
import org.kgcoop.data.open.EmbeddedDataSets;
import org.kgcoop.data.open.EmbeddedDataSets.Description;
import org.kgcoop.files.Sha256;
import org.kgcoop.image.Images;

class EmbeddedDataSetsTest {

  private static final DataSetOptions OPTIONS = DataSetOptions.defaults(warning -> {});

  static List<Description> all() {
    return EmbeddedDataSets.all();
  }

  @Test
  void thereAreSetsToCompareToTuneAndToShift() {
    assertThat(all()).extracting(Description::role).contains("table", "tuning", "shift");
    assertThat(all()).filteredOn(set -> set.role().equals("table")).hasSizeGreaterThanOrEqualTo(5);
  }

  @Test
  void shiftedVersionsOfASetAreKnownByItsName() {
    List<String> shifts = DataSets.shiftsOf("objects");

    assertThat(shifts).contains("embedded:objects-emoji");
    assertThat(DataSets.shiftsOf("embedded:objects")).isEqualTo(shifts);
    assertThat(DataSets.shiftsOf("tuning")).isEmpty();
    List<String> classes = EmbeddedDataSets.open("objects", OPTIONS).classNames();
    for (String shift : shifts) {
      String name = shift.substring("embedded:".length());
      assertThat(classes).containsAll(EmbeddedDataSets.open(name, OPTIONS).classNames());
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void setIsWhatTheIndexSays(Description set) {
    DataSet data = EmbeddedDataSets.open(set.name(), OPTIONS);
    assertThat(data.name()).isEqualTo(set.name());
    assertThat(data.classNames()).hasSize(set.classes());
    assertThat(data.template()).contains("{}");
    assertThat(data.train().isEmpty()).isEqualTo(set.role().equals("shift"));
    if (!set.role().equals("shift")) {
      assertThat(set.classes()).isGreaterThanOrEqualTo(20);
      assertThat(data.test()).hasSizeGreaterThanOrEqualTo(200);
      assertThat(Collections.min(perClass(data.test()).values())).isGreaterThanOrEqualTo(10);
      assertThat(Collections.min(perClass(data.train()).values()))
          .isGreaterThanOrEqualTo(set.shots());
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void noImageStandsInTwoPartsOfAClass(Description set) {
    DataSet data = EmbeddedDataSets.open(set.name(), OPTIONS);
    Set<String> seen = new HashSet<>();
    Stream.of(data.train(), data.val(), data.test())
        .flatMap(List::stream)
        .forEach(
            item -> {
              String image = Sha256.of(Images.bytes(item.file()));
              assertThat(seen.add(item.label() + image)).as(item.key()).isTrue();
            });
  }

  @Test
  void shiftHasClassesOfItsSource() {
    for (Description set : all()) {
      if (set.source() != null) {
        assertThat(EmbeddedDataSets.open(set.source(), OPTIONS).classNames())
            .containsAll(EmbeddedDataSets.open(set.name(), OPTIONS).classNames());
      }
    }
  }

  @Test
  void unknownNameIsAnErrorThatNamesTheKnownOnes() {
    assertThatThrownBy(() -> EmbeddedDataSets.open("elephants", OPTIONS))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("embedded:elephants")
        .hasMessageContaining("rare-objects");
  }

  private static Map<Integer, Integer> perClass(List<Item> items) {
    Map<Integer, Integer> counts = new HashMap<>();
    items.forEach(item -> counts.merge(item.label(), 1, Integer::sum));
    return counts;
  }
}
