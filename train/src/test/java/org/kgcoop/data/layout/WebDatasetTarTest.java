package org.kgcoop.data.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.Item;
import org.kgcoop.data.open.DataSets;
import org.kgcoop.files.Folders;
import org.kgcoop.image.Images;

class WebDatasetTarTest {

  @TempDir Path folder;
  private final List<String> warnings = new ArrayList<>();

  private DataSet open(Path path) {
    return DataSets.open(path, DataSetOptions.defaults(warnings::add));
  }

  private void assertRefused(Path path, String... reasons) {
    assertThatThrownBy(() -> open(path))
        .isInstanceOf(KgCoopException.class)
        .hasMessageStartingWith(path.toString())
        .hasMessageContainingAll(reasons)
        .hasMessageNotContaining("\n");
  }

  /** Creates a tar of members "name=content". */
  private Path tar(String name, String... members) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(Folders.parent(file));
    try (OutputStream raw = Files.newOutputStream(file);
        OutputStream out = name.endsWith("gz") ? new GZIPOutputStream(raw) : raw;
        TarArchiveOutputStream tar = new TarArchiveOutputStream(out, 512)) {
      for (String member : members) {
        String[] parts = member.split("=", 2);
        byte[] content = parts[1].getBytes(StandardCharsets.UTF_8);
        TarArchiveEntry entry = new TarArchiveEntry(parts[0]);
        entry.setSize(content.length);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
      }
    }
    return file;
  }

  private static List<String> keys(List<Item> items) {
    return items.stream().map(Item::key).toList();
  }

  private static List<String> contents(List<Item> items) {
    return items.stream()
        .map(item -> new String(Images.bytes(item.file()), StandardCharsets.UTF_8))
        .toList();
  }

  @Test
  void readsShardsOfPartsWithNumberedClasses() throws IOException {
    tar("train-000000.tar", "0001.cls=1", "0001.jpg=fox", "0002.jpg=ant", "0002.cls=0");
    tar("train-000001.tar", "0001.json={\"label\": 1}", "0001.png=fox2");
    tar("val-000000.tar", "0001.jpg=ant2", "0001.cls=0");
    tar("test.tar", "0001.jpg=ant3", "0001.cls=0", "0002.jpg=fox3", "0002.cls=1");
    Files.writeString(folder.resolve("classnames.txt"), "ant\nred fox\n");

    DataSet set = open(folder);

    assertThat(set.classNames()).containsExactly("ant", "red fox");
    assertThat(keys(set.train()))
        .containsExactly(
            "train-000000.tar/0001.jpg", "train-000000.tar/0002.jpg", "train-000001.tar/0001.png");
    assertThat(contents(set.train())).containsExactly("fox", "ant", "fox2");
    assertThat(set.train()).extracting(Item::label).containsExactly(1, 0, 1);
    assertThat(contents(set.val())).containsExactly("ant2");
    assertThat(contents(set.test())).containsExactly("ant3", "fox3");
    assertThat(warnings).isEmpty();
    assertThat(open(folder)).isEqualTo(set);
  }

  @Test
  void readsNamesFromTextAndJson() throws IOException {
    Path file =
        tar(
            "own.tar",
            "train/1.jpg=a",
            "train/1.txt=red fox\n",
            "train/2.jpg=b",
            "train/2.json={\"class_name\": \"ant\"}",
            "test/3.jpg=c",
            "test/3.cls=ant",
            "test/4.jpg=d",
            "test/4.json={\"label\": \"red fox\"}");

    DataSet set = open(file);

    assertThat(set.name()).isEqualTo("own");
    assertThat(set.classNames()).containsExactly("ant", "red fox");
    assertThat(keys(set.train())).containsExactly("train/1.jpg", "train/2.jpg");
    assertThat(keys(set.test())).containsExactly("test/3.jpg", "test/4.jpg");
    assertThat(set.test()).extracting(Item::label).containsExactly(0, 1);
  }

  @Test
  void foldersNameTheClassesByDefault() throws IOException {
    Path file = tar("a.tar.gz", "./ant/1.png=1", "./ant/2.png=2", "./fox/1.png=3", "./fox/2.png=4");

    DataSet set = open(file);

    assertThat(set.name()).isEqualTo("a");
    assertThat(set.classNames()).containsExactly("ant", "fox");
    // divided automatically: one of two for training, one for testing
    assertThat(set.train()).hasSize(2);
    assertThat(set.test()).hasSize(2);
  }

  @Test
  void numbersWithoutNamesAreWarnedOf() throws IOException {
    Path file =
        tar(
            "a.tar", "1.jpg=1", "1.cls=0", "2.jpg=2", "2.cls=0", "3.jpg=3", "3.cls=1", "4.jpg=4",
            "4.cls=1");

    assertThat(open(file).classNames()).containsExactly("0", "1");
    assertThat(warnings)
        .singleElement()
        .asString()
        .contains("give names in " + folder.resolve("classnames.txt"));

    Files.writeString(folder.resolve("classnames.txt"), "ant\nfox\n");
    assertThat(open(file).classNames()).containsExactly("ant", "fox");
  }

  @Test
  void aChangedTarIsReadAgain() throws IOException {
    Path file = tar("a.tar", "a/1.jpg=old", "a/2.jpg=old", "b/1.jpg=old", "b/2.jpg=old");
    assertThat(contents(open(file).train())).containsOnly("old");

    Path changed = tar("a.tar", "a/1.jpg=new", "a/2.jpg=new", "b/1.jpg=newer", "b/2.jpg=newer");
    assertThat(contents(open(changed).test())).containsExactly("new", "newer");
  }

  @Test
  void reportsThePositionWhereATarIsCut() throws IOException {
    Path file = tar("a.tar", "ant/1.jpg=" + "x".repeat(600), "ant/2.jpg=y");
    byte[] whole = Files.readAllBytes(file);

    // 512 header + 1024 content, 512 header + 512 content, then the end of zeros
    for (int length : new int[] {700, 1536, 2100, 2560}) {
      Path cut = folder.resolve("cut" + length + ".tar");
      Files.write(cut, Arrays.copyOf(whole, length));
      assertRefused(cut, "incomplete tar file", "get it again");
    }
    Path empty = Files.write(folder.resolve("empty.tar"), new byte[0]);
    assertRefused(empty, "incomplete tar file");

    Path zipped = tar("b.tar.gz", "ant/1.jpg=" + "x".repeat(600), "ant/2.jpg=y");
    byte[] bytes = Files.readAllBytes(zipped);
    Files.write(zipped, Arrays.copyOf(bytes, bytes.length / 2));
    assertRefused(zipped, "damaged or cut short", "get it again");
    Path begun = Files.write(folder.resolve("begun.tgz"), Arrays.copyOf(bytes, 5));
    assertRefused(begun, "damaged or cut short: it ends too early; get it again");

    whole[100] = 'x'; // the mode of the first member, so that its checksum is wrong
    assertRefused(Files.write(folder.resolve("flipped.tar"), whole), "damaged");
  }

  /** Creates a tar that begins with a name or attributes of 32 MB, compressed to 40 KB. */
  private Path longHeader(String file, byte kind) throws IOException {
    Path path = folder.resolve(file);
    try (OutputStream raw = Files.newOutputStream(path);
        OutputStream out = new GZIPOutputStream(raw)) {
      TarArchiveEntry entry = new TarArchiveEntry("././@LongLink", kind);
      entry.setSize(32 << 20);
      byte[] header = new byte[512];
      entry.writeEntryHeader(header);
      out.write(header);
      out.write(new byte[32 << 20]);
      out.write(new byte[1024]);
    }
    return path;
  }

  @Test
  void namesAndAttributesOfAnyLengthAreNotRead() throws IOException {
    for (byte kind :
        new byte[] {
          TarConstants.LF_GNUTYPE_LONGNAME,
          TarConstants.LF_GNUTYPE_LONGLINK,
          TarConstants.LF_PAX_EXTENDED_HEADER_LC,
          TarConstants.LF_PAX_GLOBAL_EXTENDED_HEADER
        }) {
      Path file = longHeader(kind + ".tgz", kind);
      assertRefused(file, "33554432 bytes", "get it again");
    }
  }

  @Test
  void namesTheSampleThatIsWrong() throws IOException {
    assertRefused(tar("a.tar", "1.jpg=x"), "sample 1", "no class", ".cls");
    assertRefused(tar("b.tar", "1.cls=3"), "sample 1", "no image");
    assertRefused(tar("c.tar", "1.jpg=x", "1.png=x", "1.cls=0"), "sample 1", "two images");
    assertRefused(tar("d.tar", "1.jpg=x", "1.json={"), "sample 1", "not JSON");
    assertRefused(tar("e.tar", "1.jpg=x", "1.cls=0", "2.jpg=x", "2.cls=ant"), "2.jpg", "number");
    assertRefused(tar("f.tar", "1.jpg=x", "1.cls=0", "2.jpg=x", "2.cls=2"), "none of 1");
    assertRefused(tar("g.tar", "README=x"), "no images");
    assertRefused(
        tar("h.tar", "train/1.jpg=x", "train/1.cls=0", "2.jpg=x", "2.cls=0"),
        "2.jpg is in no part");
  }

  /** As a power failure may leave it. */
  @Test
  void anUnpackedImageThatIsShorterOrMissingIsUnpackedAgain() throws IOException {
    tar("train-0.tar", "1.jpg=fox", "1.cls=1", "2.jpg=ant", "2.cls=0", "3.jpg=fox3", "3.cls=1");
    tar("test-0.tar", "1.jpg=fox", "1.cls=1", "2.jpg=ant", "2.cls=0");
    List<Item> items = open(folder).train();
    Files.writeString(items.get(0).file(), "");
    Files.delete(items.get(1).file());

    assertThat(contents(open(folder).train())).containsExactly("fox", "ant", "fox3");
  }
}
