package org.kgcoop.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FingerprintTest {

  @TempDir Path folder;

  private DataSet dataSet(Path file, String className) {
    Item item = new Item("x", file, 0, className);
    return new DataSet("n", List.of(className), List.of(item), List.of(), List.of(), null);
  }

  @Test
  void dependsOnContentAndNotOnPlace() throws Exception {
    Path one = Files.writeString(folder.resolve("one.png"), "same");
    Path two = Files.writeString(folder.resolve("two.png"), "same");
    Path other = Files.writeString(folder.resolve("other.png"), "other");
    String fingerprint = fingerprint(dataSet(one, "cat"));

    assertThat(fingerprint).matches("[0-9a-f]{64}");
    assertThat(fingerprint(dataSet(two, "cat"))).isEqualTo(fingerprint);
    assertThat(fingerprint(dataSet(other, "cat"))).isNotEqualTo(fingerprint);
    assertThat(fingerprint(dataSet(one, "dog"))).isNotEqualTo(fingerprint);
    DataSet asTest =
        dataSet(one, "cat").withImages(List.of(), List.of(), dataSet(one, "cat").train());
    assertThat(fingerprint(asTest)).isNotEqualTo(fingerprint);
  }

  private static String fingerprint(DataSet dataSet) {
    return ImageHashes.inMemory().fingerprint(dataSet);
  }
}
