package org.kgcoop.data.open;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.Item;
import org.kgcoop.image.Images;
import org.kgcoop.image.RgbImage;

class ArchiveTest {

  private static final DataSetOptions OPTIONS = DataSetOptions.defaults(warning -> {});

  @TempDir Path folder;

  private Path zip(String... entries) throws IOException {
    Path file = folder.resolve("pets.zip");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      for (String entry : entries) {
        zip.putNextEntry(new ZipEntry(entry));
        if (entry.equals("template.txt")) {
          zip.write("a drawing of a {}.".getBytes(StandardCharsets.UTF_8));
        } else {
          zip.write(png());
        }
        zip.closeEntry();
      }
    }
    return file;
  }

  private static byte[] png() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageIO.write(new BufferedImage(3, 2, BufferedImage.TYPE_INT_RGB), "png", bytes);
    return bytes.toByteArray();
  }

  @Test
  void zipIsReadAsTheFolderThatItHolds() throws IOException {
    Path file =
        zip(
            "train/cat/a.png",
            "train/dog/b.png",
            "test/cat/c.png",
            "test/dog/d.png",
            "template.txt");
    DataSet data = DataSets.open(file, OPTIONS);
    assertThat(data.name()).isEqualTo("pets");
    assertThat(data.classNames()).containsExactly("cat", "dog");
    assertThat(data.template()).isEqualTo("a drawing of a {}.");
    assertThat(data.train())
        .extracting(Item::key)
        .containsExactly("train/cat/a.png", "train/dog/b.png");
    RgbImage image = new Images(warning -> {}).read(data.test().get(1).file());
    assertThat(image.width()).isEqualTo(3);
    assertThat(DataSets.open(file, OPTIONS.withName("mine")).name()).isEqualTo("mine");
  }

  @Test
  void zipWithAFolderAroundItIsReadAsThatFolder() throws IOException {
    // macOS creates such an archive.
    DataSet data =
        DataSets.open(
            zip(
                "mine/cat/1.png",
                "mine/cat/2.png",
                "mine/dog/1.png",
                "mine/dog/2.png",
                "mine/cat/._1.png",
                "__MACOSX/mine/cat/._1.png",
                "__MACOSX/._mine",
                ".DS_Store"),
            OPTIONS);
    assertThat(data.name()).isEqualTo("pets");
    assertThat(data.classNames()).containsExactly("cat", "dog");
    assertThat(data.train()).hasSize(2);
    assertThat(data.test()).hasSize(2);
  }

  @Test
  void zipMadeOnAMacWithoutAFolderAroundItHasNoClassOfItsOwn() throws IOException {
    DataSet data =
        DataSets.open(
            zip(
                "cat/1.png",
                "cat/2.png",
                "dog/1.png",
                "dog/2.png",
                "__MACOSX/cat/._1.png",
                "__MACOSX/cat/1.png"),
            OPTIONS);
    assertThat(data.classNames()).containsExactly("cat", "dog");
  }

  @ParameterizedTest
  @ValueSource(strings = {"manifest.csv", "manifest.jsonl", "split_zhou_X.json", "classnames.txt"})
  void listThatUnpacksToAnyLengthIsRefused(String name) throws IOException {
    Path file = folder.resolve("pets.zip");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      for (String image : List.of("cat/1.png", "cat/2.png", "dog/1.png", "dog/2.png")) {
        zip.putNextEntry(new ZipEntry(image));
      }
      zip.putNextEntry(new ZipEntry(name));
      byte[] megabyte = new byte[1 << 20];
      Arrays.fill(megabyte, (byte) '\n');
      for (int i = 0; i < 40; i++) {
        zip.write(megabyte);
      }
    }
    assertThatThrownBy(() -> DataSets.open(file, OPTIONS))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContainingAll("pets.zip", "more than 32 MB", "unpack the zip")
        .hasMessageNotContaining("\n");
  }

  @Test
  void entryThatPointsOutOfTheZipIsRefused() throws IOException {
    Path file = zip("train/cat/a.png", "../../escaped.png");
    assertThatThrownBy(() -> DataSets.open(file, OPTIONS))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("pets.zip");
    assertThat(folder.resolveSibling("escaped.png")).doesNotExist();
  }

  @Test
  void fileThatIsNoZipIsAnErrorOfTheData() throws IOException {
    Path file = Files.writeString(folder.resolve("text.zip"), "not a zip");
    assertThatThrownBy(() -> DataSets.open(file, OPTIONS))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("text.zip")
        .hasMessageContaining("cannot be read as a zip");
  }

  @Test
  void errorInsideOfTheZipNamesTheZip() throws IOException {
    Path file = zip("readme.png");
    assertThatThrownBy(() -> DataSets.open(file, OPTIONS))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("pets.zip")
        .hasMessageContaining("images (1), but not in one folder per class");
  }

  @Test
  void withoutTheModuleThereAreNoEmbeddedSets() {
    assertThat(EmbeddedDataSets.all()).isEmpty();
    assertThatThrownBy(() -> EmbeddedDataSets.open("objects", OPTIONS))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("this build has none");
  }
}
