package org.kgcoop.files;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FolderNamesTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "CON",
        "nul",
        "Aux",
        "PRN",
        "COM1",
        "lpt9",
        "COM\u00b2",
        "CONIN$",
        "nul.txt",
        "Con .a.b",
        "etc.",
        "cat ",
        "..."
      })
  void windowsHasNoSuchFolder(String name) {
    assertThat(FolderNames.problem(name)).isPresent();
  }

  @ParameterizedTest
  @ValueSource(strings = {"cat", "CONE", "COM", "COM10", "my nul", ".a", "a.b", "null", "\u732b"})
  void everySystemHasSuchAFolder(String name) {
    assertThat(FolderNames.problem(name)).isEmpty();
  }
}
