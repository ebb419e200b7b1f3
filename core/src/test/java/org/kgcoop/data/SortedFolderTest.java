package org.kgcoop.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;

class SortedFolderTest {
  @TempDir Path folder;

  private final SortedFolder sorted =
      new SortedFolder(
          "kgcoop",
          "ab12",
          "cd34",
          "none of these",
          Map.of(
              "cat/1.png", "cat",
              "cat/2.png", "cat",
              "a_b/1.png", "a/b",
              "none of these/3.png", "none of these"));

  private static List<Item> items(String... keys) {
    return Arrays.stream(keys)
        .map(key -> new Item(key, Path.of(key), 0, key.substring(0, key.indexOf('/'))))
        .toList();
  }

  @Test
  void aRecordIsReadAsItWasWritten() throws Exception {
    assertThat(SortedFolder.read(folder)).isEmpty();
    sorted.write(folder);
    assertThat(SortedFolder.read(folder)).contains(sorted);
    byte[] first = Files.readAllBytes(folder.resolve(SortedFolder.FILE));
    SortedFolder.read(folder).orElseThrow().write(folder);
    assertThat(folder.resolve(SortedFolder.FILE)).hasBinaryContent(first);
  }

  @Test
  void aZeroShotClassifierHasNoFile() {
    SortedFolder zeroShot = new SortedFolder("zero-shot", null, "cd34", null, Map.of("a/1", "a"));
    zeroShot.write(folder);
    assertThat(SortedFolder.read(folder)).contains(zeroShot);
  }

  @Test
  void imagesThatNobodyMovedAreUnchangedProposals() {
    assertThat(sorted.unchanged(items("cat/1.png", "cat/2.png", "a_b/1.png"))).isEqualTo(3);
    assertThat(sorted.unchanged(List.of())).isZero();
  }

  @Test
  void aPersonMovesImagesBetweenClassesOrToANewClass() {
    assertThat(
            sorted.unchanged(
                items("cat/1.png", "cat/3.png", "a_b/2.png", "dog/1.png", "a_b/new.png", "cow/5")))
        .isEqualTo(1);
  }

  @Test
  void aRenamedFolderOrASubfolderChangesNoLabel() {
    assertThat(sorted.unchanged(items("kitten/1.png", "kitten/2.png", "a_b/burst/1.png")))
        .isEqualTo(3);
  }

  @Test
  void aDamagedRecordIsOneError() throws Exception {
    Path file = folder.resolve(SortedFolder.FILE);
    SortedFolder empty = new SortedFolder("coop", null, "ab12", null, Map.of());
    empty.write(folder);
    String other = Files.readString(file).replace("\"format\" : 1", "\"format\" : 2");
    for (String content : List.of("{\"format\":1", other, "[]", "{}")) {
      Files.writeString(file, content);
      assertThatThrownBy(() -> SortedFolder.read(folder))
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining(SortedFolder.FILE);
    }
    empty.write(folder);
    assertThat(SortedFolder.read(folder)).contains(empty);
  }
}
