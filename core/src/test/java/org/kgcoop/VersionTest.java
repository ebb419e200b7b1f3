package org.kgcoop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class VersionTest {
  @Test
  void theBuildStatesTheVersionOfThePomAndTheCommit() throws IOException {
    // Only a Maven build creates this file.
    assumeThat(Version.class.getResource("version.properties")).isNotNull();
    String pom = Files.readString(Path.of("../pom.xml"));
    assertThat(Version.KGCOOP)
        .isEqualTo(pom.replaceFirst("(?s).*<revision>(.*)</revision>.*", "$1"));
    assertThat(Version.COMMIT)
        .matches(Files.exists(Path.of("../.git")) ? "[0-9a-f]{12}(-dirty)?" : "unknown");
  }
}
