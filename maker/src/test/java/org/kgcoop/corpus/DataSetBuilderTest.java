package org.kgcoop.corpus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.Item;
import org.kgcoop.data.open.DataSets;

@Tag("system")
class DataSetBuilderTest {

  @TempDir Path folder;

  private static Recipe recipe(String name, @Nullable String source, String condition, int shots) {
    return new Recipe(
        name,
        "made up",
        source == null ? "table" : "shift",
        source,
        null,
        List.of(Part.DOWNSTREAM),
        condition,
        "an icon of a {}.",
        shots,
        source == null ? List.of("shopping cart", "wallet") : List.of());
  }

  /** Returns different drawings of two things, from an icon family for data sets. */
  private static List<Drawing> drawings(int count) {
    List<Drawing> drawings = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      for (String thing : List.of("shopping cart", "wallet")) {
        String body =
            "<path stroke='currentColor' stroke-width='2' d='M1 %s L15 %s M%s 1 L%s 15'/>"
                .formatted(1 + i % 7 * 2, 15 - i * 5 % 14, 1 + i * 3 % 14, thing.length());
        drawings.add(
            new Drawing(
                IconFixture.icon("made-up", thing.replace(' ', '-') + i, body),
                IconFixture.set("made-up", "solar"),
                thing,
                List.of(),
                thing,
                List.of(),
                List.of(),
                0));
      }
    }
    return drawings;
  }

  private void build(List<Recipe> recipes, int count) throws IOException {
    IconPackage icons = IconFixture.packageOf(folder, "made-up", "{\"icons\": {}}");
    new DataSetBuilder(icons, folder, line -> {}).write(recipes, drawings(count));
  }

  @Test
  void packedSetIsReadByTheLibrary() throws IOException {
    build(List.of(recipe("small", null, "turned", 2)), 14);
    DataSet read = DataSets.open(folder.resolve("small.zip"), DataSetOptions.defaults(w -> {}));
    assertThat(read.name()).isEqualTo("small");
    assertThat(read.classNames()).containsExactly("shopping_cart", "wallet");
    assertThat(read.template()).isEqualTo("an icon of a {}.");
    assertThat(read.test()).hasSize(20);
    assertThat(read.train()).hasSizeBetween(4, 8);
    Set<String> names = new HashSet<>();
    List<Item> all = new ArrayList<>(read.train());
    all.addAll(read.val());
    all.addAll(read.test());
    assertThat(all).allMatch(item -> names.add(String.valueOf(item.file().getFileName())));
    assertThat(folder.resolve("CREDITS.tsv")).content().contains("Made Up");
  }

  @Test
  void equalInputGivesEqualBytes() throws IOException {
    build(List.of(recipe("small", null, "plain", 2)), 14);
    byte[] first = Files.readAllBytes(folder.resolve("small.zip"));
    build(List.of(recipe("small", null, "plain", 2)), 14);
    assertThat(Files.readAllBytes(folder.resolve("small.zip"))).isEqualTo(first);
  }

  @Test
  void shiftHasTheTestImagesOfItsSource() throws IOException {
    build(
        List.of(recipe("small", null, "plain", 2), recipe("small-dark", "small", "inverted", 0)),
        14);
    DataSet dark =
        DataSets.open(folder.resolve("small-dark.zip"), DataSetOptions.defaults(w -> {}));
    assertThat(dark.train()).isEmpty();
    assertThat(dark.test()).hasSize(20);
  }

  @Test
  void classesWithTooFewDrawingsAreNamedTogether() {
    assertThatThrownBy(() -> build(List.of(recipe("small", null, "plain", 8)), 5))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("small/shopping cart: 5 of 18; small/wallet: 5 of 18");
  }

  @Test
  void ownRecipesHaveEnoughClassesAndNoneOfTheTuningSet() {
    List<Recipe> recipes = Recipe.all();
    Set<String> table = new HashSet<>();
    recipes.stream()
        .filter(recipe -> recipe.role().equals("table"))
        .forEach(recipe -> table.addAll(recipe.classes()));
    assertThat(recipes.stream().filter(recipe -> recipe.role().equals("table"))).hasSize(6);
    assertThat(recipes)
        .filteredOn(recipe -> recipe.source() == null)
        .allMatch(recipe -> recipe.classes().size() >= 20);
    assertThat(recipes)
        .filteredOn(recipe -> recipe.role().equals("tuning"))
        .singleElement()
        .satisfies(
            tuning -> {
              assertThat(tuning.parts()).containsExactly(Part.DOWNSTREAM);
              assertThat(tuning.classes()).doesNotContainAnyElementsOf(table);
            });
  }
}
