package org.kgcoop.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class NoClassNamesTest {
  @Test
  void usualNamesAreFoundInAnyCaseAndWithAnySeparator() {
    List<String> names =
        List.of("Other", "BACKGROUND_Google", "none-of-these", " misc ", "Sonstige", "autres");
    assertThat(NoClassNames.in(names)).isEqualTo(names);
    assertThat(NoClassNames.in(List.of("otter", "restaurant", "mother", "no", "", "forest")))
        .isEmpty();
  }

  @Test
  void theQuestionNamesTheFolders() {
    assertThat(NoClassNames.question(data("cat", "rest"))).get().asString().contains("\"rest\"");
    assertThat(NoClassNames.question(data("cat", "dog"))).isEmpty();
  }

  private static DataSet data(String... names) {
    Item item = new Item("a/1.png", Path.of("1.png"), 0, names[0]);
    return new DataSet("pets", List.of(names), List.of(item), List.of(), List.of(), null);
  }
}
