package org.kgcoop.trial;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.kgcoop.method.ZeroShot;
import org.kgcoop.settings.SettingValues;

class RecipeTest {

  private static String folder(String words) {
    ZeroShot method = new ZeroShot(List.of("a {}."));
    return new Recipe(method, null, SettingValues.of("words", words), false).folder();
  }

  @Test
  void valuesThatDifferInLettersThatNoFolderHoldsHaveFoldersOfTheirOwn() {
    assertThat(folder("größe"))
        .isNotEqualTo(folder("grüße"))
        .isEqualTo(folder("größe"))
        .matches("[\\w/=-]+");
    assertThat(folder("a/b")).isNotEqualTo(folder("a:b"));
    assertThat(folder("a photo of a")).endsWith("/words=a_photo_of_a");
  }
}
